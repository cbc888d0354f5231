import type { Point } from './chart.js';

/**
 * How fast a counter grew up to each of its readings, a second. A counter that is less than before began again at 0, so that what it says has
 * been counted since. The first reading, and the first after a gap, say nothing: there is a gap.
 *
 * @param times Unix ms, rising.
 */
export function counterRate(times: readonly number[], values: readonly (number | null)[]): Point[] {
  return values.map((value, index) => {
    const before = values[index - 1];
    const seconds = ((times[index] ?? 0) - (times[index - 1] ?? 0)) / 1000;
    if (value === null || typeof before !== 'number' || seconds <= 0) return null;
    return (value >= before ? value - before : value) / seconds;
  });
}
