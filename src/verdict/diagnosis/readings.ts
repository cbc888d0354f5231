import type { SampleSeries } from '../run-result.js';
import type { Judged } from './rule.js';

/** Times in Unix ms. */
export interface Window {
  from: number;
  to: number;
}

/** One reading that is there. */
export interface Reading {
  t: number;
  value: number;
}

/** The load's window; up to the journal's end where the load's is missing. Null without load. */
export function loadWindow({ window }: Judged): Window | null {
  return window.loadStart === null ? null : { from: window.loadStart, to: window.loadEnd ?? window.lastEvent };
}

/** The series of a metric that have all of these attributes. */
export function seriesOf(run: Judged, name: string, attributes: Readonly<Record<string, string>> = {}): SampleSeries[] {
  const wanted = Object.entries(attributes);
  return run.series.filter((one) => one.name === name && wanted.every(([key, value]) => one.attributes[key] === value));
}

/** What was read within a window, without its gaps. */
export function readingsWithin({ times, values }: SampleSeries, { from, to }: Window): Reading[] {
  const found: Reading[] = [];
  for (let index = firstFrom(times, from); index < times.length; index++) {
    const t = times[index] as number;
    if (t > to) break;
    const value = values[index];
    if (typeof value === 'number') found.push({ t, value });
  }
  return found;
}

/** The index of the first of rising times that is not before `from`: a window of seconds lies somewhere in a day. */
function firstFrom(times: readonly number[], from: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The greatest reading; undefined without one. */
export function greatest(readings: readonly Reading[]): Reading | undefined {
  return readings.reduce<Reading | undefined>((most, one) => (most === undefined || one.value > most.value ? one : most), undefined);
}

/** The least reading; undefined without one. */
export function least(readings: readonly Reading[]): Reading | undefined {
  return readings.reduce<Reading | undefined>((most, one) => (most === undefined || one.value < most.value ? one : most), undefined);
}

/** By how much a counter grew; a counter that began anew counts from 0. Undefined with fewer than two readings. */
export function growth(readings: readonly Reading[]): number | undefined {
  if (readings.length < 2) return undefined;
  return readings.reduce((sum, { value }, index) => {
    const before = readings[index - 1]?.value ?? value;
    return sum + (value >= before ? value - before : value);
  }, 0);
}

/** All readings of a metric within a window, of every series that has these attributes, by time. */
export function readingsOf(run: Judged, name: string, window: Window, attributes: Readonly<Record<string, string>> = {}): Reading[] {
  return seriesOf(run, name, attributes)
    .flatMap((series) => readingsWithin(series, window))
    .sort((a, b) => a.t - b.t);
}

/** What a counter did in a window, from the last reading before it on: what grew since then grew in it. */
function counterReadings(run: Judged, name: string, { from, to }: Window): Reading[] {
  const [series] = seriesOf(run, name);
  if (series === undefined) return [];
  const before = readingsWithin(series, { from: Number.NEGATIVE_INFINITY, to: from - 1 }).slice(-1);
  return [...before, ...readingsWithin(series, { from, to })];
}

/** The first and the last reading of a counter over a window, and by how much it grew. Null with fewer than two. */
export function counterOf(run: Judged, name: string, window: Window): { first: Reading; last: Reading; grew: number } | null {
  const readings = counterReadings(run, name, window);
  const [first, last, grew] = [readings[0], readings.at(-1), growth(readings)];
  return first === undefined || last === undefined || grew === undefined ? null : { first, last, grew };
}

/** The first reading at which a counter had grown. */
export function firstRise(run: Judged, name: string, window: Window): Reading | undefined {
  const readings = counterReadings(run, name, window);
  return readings.find(({ value }, index) => value > (readings[index - 1]?.value ?? value));
}
