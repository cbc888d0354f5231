import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inTurns } from '../../../src/load/identities/in-turns.js';

const { signal } = new AbortController();
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('inTurns', () => {
  it('works on each item once, never on more at a time than it may, and keeps the order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 30 }), fc.integer({ min: 1, max: 5 }), async (items, atOnce) => {
        let now = 0;
        let most = 0;
        const results = await inTurns(items, atOnce, signal, async (turns, index) => {
          most = Math.max(most, ++now);
          for (let left = turns; left > 0; left--) await turn();
          now--;
          return index;
        });
        expect(results).toEqual(items.map((_, index) => index));
        expect(most).toBeLessThanOrEqual(atOnce);
      }),
    );
  });

  it('stops at the first failure and tells it', async () => {
    const begun: number[] = [];
    const all = inTurns([0, 1, 2, 3, 4, 5], 2, signal, async (item, _, until) => {
      begun.push(item);
      await turn();
      if (item === 1) throw new Error('item 1');
      until.throwIfAborted();
    });
    await expect(all).rejects.toThrow('item 1');
    expect(begun).not.toContain(5);
  });

  it('does nothing when it is stopped before', async () => {
    await expect(inTurns([1], 1, AbortSignal.abort('stopped'), () => Promise.reject(new Error('was begun')))).rejects.toBe('stopped');
  });
});
