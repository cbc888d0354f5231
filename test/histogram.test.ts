import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../src/histogram.js';

function drained(values: readonly number[]): [number, number][] {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  const pairs = histogram.drain();
  return Array.from({ length: pairs.length / 2 }, (_, index) => [pairs[2 * index] as number, pairs[2 * index + 1] as number]);
}

describe('LatencyHistogram', () => {
  it('keeps small values exactly', () => {
    expect(drained([812, 812, 1003, 0, 1, 812])).toEqual([
      [0, 1],
      [1, 1],
      [812, 3],
      [1003, 1],
    ]);
  });

  it('loses no value and moves none by more than a thousandth, whatever their order and size', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(600_000_000), { minLength: 1, maxLength: 60 }), (values) => {
        const buckets = drained(values);
        const spread = buckets.flatMap(([value, count]) => new Array<number>(count).fill(value));
        const sorted = values.toSorted((a, b) => a - b);
        expect(spread.length).toBe(sorted.length);
        for (const [index, value] of sorted.entries())
          expect(Math.abs((spread[index] as number) - value)).toBeLessThanOrEqual(value / 1000);
      }),
    );
  });

  it('is empty after it was drained', () => {
    const histogram = new LatencyHistogram();
    histogram.record(70_000_000);
    histogram.drain();
    expect(histogram.drain()).toEqual([]);
    histogram.record(5);
    expect(histogram.drain()).toEqual([5, 1]);
  });
});
