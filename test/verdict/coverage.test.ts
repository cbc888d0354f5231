import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverOf, secondsCover } from '../../src/verdict/coverage.js';

const WINDOW = { from: 0, to: 20_000 };
const every = (ms: number, from = 0, to = 20_000): number[] =>
  Array.from({ length: Math.floor((to - from) / ms) + 1 }, (_, index) => from + index * ms);

describe('how much of a window readings cover', () => {
  it.each<[string, number[], number, number]>([
    ['one each interval', every(2000), 1, 2000],
    ['the first a little late', every(2000, 1500), 1, 2000],
    ['readings from before and after alone', [-1000, 21_000], 0, 20_000],
    ['none', [], 0, 20_000],
    ['those that end half way', every(2000, 0, 10_000), 0.6, 10_000],
    ['a hole of 8 s', [...every(2000, 0, 6000), ...every(2000, 14_000)], 0.7, 8000],
  ])('%s', (_, times, coverage, greatestGapMs) => {
    expect(coverOf(times, WINDOW, 2000)).toEqual({ coverage: expect.closeTo(coverage, 9), greatestGapMs });
  });

  it('is a share, and more readings never cover less', () => {
    const times = fc.array(fc.integer({ min: -10_000, max: 40_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(times, fc.integer({ min: -10_000, max: 40_000 }), (some, one) => {
        const sorted = [...some].sort((a, b) => a - b);
        const before = coverOf(sorted, WINDOW, 2000);
        const after = coverOf(
          [...sorted, one].sort((a, b) => a - b),
          WINDOW,
          2000,
        );
        expect(before.coverage).toBeGreaterThanOrEqual(0);
        expect(before.coverage).toBeLessThanOrEqual(1);
        expect(after.greatestGapMs).toBeLessThanOrEqual(before.greatestGapMs);
        expect(after.coverage).toBeGreaterThanOrEqual(before.coverage - 1e-9);
      }),
    );
  });

  it('is counted in seconds for what has a record each second', () => {
    expect(secondsCover([1, 2, 3, 7, 8], 1, 11)).toEqual({ coverage: 0.5, greatestGapMs: 3000 });
    expect(secondsCover([], 1, 11)).toEqual({ coverage: 0, greatestGapMs: 10_000 });
  });
});
