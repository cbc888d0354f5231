import type { ChartData, Point } from './chart.js';
import { firstAt } from './thin-columns.js';

/** What can be said of a line in a stretch of time. Null where it has no value. */
export interface LineStatistics {
  min: number | null;
  max: number | null;
  last: number | null;
}

/** @param from Unix seconds, as `to`; both are within. */
export function statisticsOf({ times, values }: ChartData, from: number, to: number): LineStatistics[] {
  const begin = firstAt(times, from);
  let end = firstAt(times, to);
  if (times[end] === to) end++;
  return values.map((line) => {
    const found: LineStatistics = { min: null, max: null, last: null };
    for (let index = begin; index < end; index++) {
      const point = line[index];
      if (typeof point !== 'number') continue;
      if (found.min === null || point < found.min) found.min = point;
      if (found.max === null || point > found.max) found.max = point;
      found.last = point;
    }
    return found;
  });
}

/**
 * The value of each line that is nearest to a time; null in a gap, and where there is nothing.
 *
 * @param t Unix seconds.
 * @param reach How far from a value at the edge of a gap it still counts, in seconds.
 */
export function readAt({ times, values }: ChartData, t: number, reach: number): (number | null)[] {
  const at = firstAt(times, t);
  return values.map((line) => {
    const after = nearest(line, at, 1);
    const before = nearest(line, at - 1, -1);
    const distanceTo = (index: number | undefined): number =>
      index === undefined ? Number.POSITIVE_INFINITY : Math.abs((times[index] as number) - t);
    const pointAt = (index: number | undefined): number | null => (index === undefined ? null : (line[index] ?? null));
    const [closer, other] = distanceTo(after) < distanceTo(before) ? [after, before] : [before, after];
    if (pointAt(closer) !== null && pointAt(other) !== null) return pointAt(closer);
    const edge = pointAt(closer) === null ? other : closer;
    return distanceTo(edge) <= reach ? pointAt(edge) : null;
  });
}

/** The index of the nearest point of a line in one direction; a gap is one. */
function nearest(line: readonly Point[], from: number, step: 1 | -1): number | undefined {
  for (let index = from; index >= 0 && index < line.length; index += step) if (line[index] !== undefined) return index;
  return undefined;
}
