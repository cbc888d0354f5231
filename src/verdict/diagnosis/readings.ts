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
  return times.flatMap((t, index) => {
    const value = values[index];
    return t >= from && t <= to && typeof value === 'number' ? [{ t, value }] : [];
  });
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
