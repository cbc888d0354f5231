import type { JournalEvent } from '../../journal/event.js';
import { METRICS } from '../../journal/metrics.js';
import type { SampleSeries } from '../run-result.js';
import { compareText } from './tally.js';

/** Two readings further apart than this many intervals have a gap between them. */
const GAP_INTERVALS = 2.5;

/** A series of which the gaps are not yet marked. */
interface Readings extends Omit<SampleSeries, 'times' | 'values'> {
  /** Latest value by time: a source that tells a time again corrects itself. */
  values: Map<number, number>;
  newest: number;
  /** Whether a reading came after one of a later time. */
  disordered: boolean;
}

/** All samples, by metric and attributes, with a null wherever readings are missing. They may come in any order. */
export class SeriesSet {
  readonly #series = new Map<string, Readings>();
  readonly #interval: number;

  /** @param sampleIntervalMs What holds for samples that do not say their own. */
  constructor(sampleIntervalMs: number) {
    this.#interval = sampleIntervalMs;
  }

  add({ samples, sampler, t, intervalMs = this.#interval }: Extract<JournalEvent, { type: 'sample' }>): void {
    for (const { name, value, attributes = {} } of samples) {
      const sorted = Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => compareText(a, b)));
      const key = JSON.stringify([name, sorted, sampler]);
      let series = this.#series.get(key);
      if (!series) {
        const own = Math.max(intervalMs, periodMs(attributes));
        series = {
          sampler,
          name,
          attributes: sorted,
          unit: unitOf(name),
          intervalMs: own,
          values: new Map(),
          newest: t,
          disordered: false,
        };
        this.#series.set(key, series);
      }
      if (t < series.newest) series.disordered = true;
      else series.newest = t;
      series.values.set(t, value);
    }
  }

  /** Ordered by metric and attributes. */
  all(): SampleSeries[] {
    return [...this.#series].sort(([a], [b]) => compareText(a, b)).map(([, series]) => withGaps(series));
  }
}

/** How much time one reading is of, where it says so: attribute `period`, in seconds; else 0. */
export function periodMs(attributes: Readonly<Record<string, string>>): number {
  const seconds = Number(attributes.period);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}

/** Metrics of CloudWatch, whose sampler asks more often than there are datapoints. */
const OF_PERIODS = 'aws.';

function withGaps({ values: byTime, newest: _newest, disordered, intervalMs: told, ...rest }: Readings): SampleSeries {
  const readings = [...byTime];
  if (disordered) readings.sort(([a], [b]) => a - b);
  const series = { ...rest, intervalMs: rest.name.startsWith(OF_PERIODS) ? Math.max(told, leastSpacing(readings)) : told };
  const times: number[] = [];
  const values: (number | null)[] = [];
  for (const [t, value] of readings) {
    const before = times.at(-1);
    if (before !== undefined && t - before > GAP_INTERVALS * series.intervalMs) {
      times.push(before + series.intervalMs);
      values.push(null);
    }
    times.push(t);
    values.push(value);
  }
  return { ...series, times, values };
}

/** 0 for fewer than two readings. */
function leastSpacing(readings: readonly (readonly [number, number])[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const [index, [t]] of readings.entries()) {
    const next = readings[index + 1];
    if (next) least = Math.min(least, next[0] - t);
  }
  return Number.isFinite(least) ? least : 0;
}

function unitOf(name: string): string {
  const units: Readonly<Record<string, string>> = METRICS;
  return Object.hasOwn(units, name) ? (units[name] ?? '') : '';
}
