import type { ChartData, Point } from './chart.js';

/** With fewer points than that for each column nothing is thinned. */
const DENSE = 4;

/** The index of the first time that is not before `t`. */
export function firstAt(times: readonly number[], t: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < t) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * What there is to draw from `from` to `to` on so many columns of pixels: where there are far more points than columns, of each column the least
 * and the greatest value of every line, and its gaps, at their own times. One point before and one after lead the lines in and out.
 */
export function thinColumns({ times, values }: ChartData, from: number, to: number, columns: number): ChartData {
  const begin = Math.max(0, firstAt(times, from) - 1);
  const end = Math.min(times.length, firstAt(times, to) + 1);
  const kept = end - begin > DENSE * columns ? keptOf({ times, values }, begin, end, (to - from) / columns) : undefined;
  if (kept === undefined) return { times: times.slice(begin, end), values: values.map((line) => line.slice(begin, end)) };
  return { times: kept.map((index) => times[index] as number), values: values.map((line) => kept.map((index) => line[index])) };
}

function keptOf({ times, values }: ChartData, begin: number, end: number, width: number): number[] {
  const kept: number[] = [];
  for (let index = begin; index < end; ) {
    const column = Math.floor((times[index] as number) / width);
    let next = index + 1;
    while (next < end && Math.floor((times[next] as number) / width) === column) next++;
    const wanted = new Set([index, next - 1]);
    for (const line of values) for (const one of extremes(line, index, next)) wanted.add(one);
    kept.push(...[...wanted].sort((a, b) => a - b));
    index = next;
  }
  return kept;
}

/** The indices of a line's least and greatest value and of its first and last gap within a column. */
function extremes(line: readonly Point[], begin: number, end: number): number[] {
  let [least, greatest, firstGap, lastGap] = [-1, -1, -1, -1];
  for (let index = begin; index < end; index++) {
    const point = line[index];
    if (point === undefined) continue;
    if (point === null) {
      if (firstGap < 0) firstGap = index;
      lastGap = index;
      continue;
    }
    if (least < 0 || point < (line[least] as number)) least = index;
    if (greatest < 0 || point > (line[greatest] as number)) greatest = index;
  }
  return [least, greatest, firstGap, lastGap].filter((index) => index >= 0);
}

/** The indices of values that have no neighbour to draw a line to. */
export function loneValues(line: readonly Point[]): number[] {
  const lone: number[] = [];
  let [run, last] = [0, -1];
  for (let index = 0; index <= line.length; index++) {
    const point = index < line.length ? line[index] : null;
    if (point === undefined) continue;
    if (point === null) {
      if (run === 1) lone.push(last);
      run = 0;
    } else {
      run++;
      last = index;
    }
  }
  return lone;
}
