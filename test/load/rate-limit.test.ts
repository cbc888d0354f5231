import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/load/clock.js';
import { RateLimit } from '../../src/load/rate-limit.js';

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

const { signal } = new AbortController();

/** The moments of so many turns, taken at once. */
async function turns(limit: RateLimit, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) void limit.turn(signal).then(() => times.push(Date.now()));
  await vi.runAllTimersAsync();
  return times;
}

describe('RateLimit', () => {
  it('gives the first turn at once and the others evenly, in the order in which they were asked for', async () => {
    expect(await turns(new RateLimit(4, systemClock), 4)).toEqual([0, 250, 500, 750]);
  });

  it('saves no turns up while nobody asks', async () => {
    const limit = new RateLimit(2, systemClock);
    await turns(limit, 1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await turns(limit, 3)).toEqual([60_000, 60_500, 61_000]);
  });

  it('gives no turn in a pause, and never shortens one', async () => {
    const limit = new RateLimit(10, systemClock);
    limit.pause(5_000);
    limit.pause(1_000);
    expect(await turns(limit, 2)).toEqual([5_000, 5_100]);
  });

  it('does not keep those waiting who have given up', async () => {
    const stop = new AbortController();
    const limit = new RateLimit(1, systemClock);
    await limit.turn(stop.signal);
    const waiting = limit.turn(stop.signal);
    stop.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    expect(vi.getTimerCount()).toBe(0);
  });
});
