import { describe, expect, it } from 'vitest';
import { takeTurns } from '../../src/commands/take-turns.js';

describe('takeTurns', () => {
  it('calls one after the other in the order of asking, and passes each its own result or failure', async () => {
    const inTurn = takeTurns();
    const log: string[] = [];
    const work = (name: string, fails = false) =>
      inTurn(async () => {
        log.push(`${name} begins`);
        await new Promise(setImmediate);
        log.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      });
    expect(await Promise.allSettled([work('a'), work('b', true), work('c')])).toEqual([
      { status: 'fulfilled', value: 'a' },
      { status: 'rejected', reason: new Error('b') },
      { status: 'fulfilled', value: 'c' },
    ]);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });
});
