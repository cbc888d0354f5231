import type { ChartData, Point } from './chart.js';

/** One line with times of its own, in Unix ms, rising. */
export interface OwnTimes {
  times: readonly number[];
  values: readonly Point[];
}

/** Lines with times of their own on one time axis. A gap reaches from the last value before it to the first after it. */
export function align(lines: readonly OwnTimes[]): ChartData {
  const [first] = lines;
  if (first === undefined) return { times: [], values: [] };
  // What one sampler reads it reads at the same times.
  if (lines.every(({ times }) => isSame(times, first.times))) {
    return { times: first.times.map((t) => t / 1000), values: lines.map(({ values }) => values) };
  }
  const union = [...new Set(lines.flatMap(({ times }) => times))].sort((a, b) => a - b);
  return { times: union.map((t) => t / 1000), values: lines.map((line) => onTimes(line, union)) };
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a === b || (a.length === b.length && a.every((t, index) => t === b[index]));
}

function onTimes({ times, values }: OwnTimes, union: readonly number[]): Point[] {
  let next = 0;
  return widenGaps(union.map((t): Point => (times[next] === t ? values[next++] : undefined)));
}

function widenGaps(points: Point[]): Point[] {
  for (const [index, point] of points.entries()) {
    if (point !== null) continue;
    for (let at = index + 1; at < points.length && points[at] === undefined; at++) points[at] = null;
    for (let at = index - 1; at >= 0 && points[at] === undefined; at--) points[at] = null;
  }
  return points;
}

/** The sum of lines at each time. It is a gap where one of them has one; a line that is not there yet, or no more, adds nothing. */
export function sumLines({ times, values }: ChartData): Point[] {
  return times.map((_, index) => {
    let sum: Point;
    for (const line of values) {
      const point = line[index];
      if (point === null) return null;
      if (point !== undefined) sum = (sum ?? 0) + point;
    }
    return sum;
  });
}
