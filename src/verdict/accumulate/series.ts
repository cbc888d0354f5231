import type { JournalEvent } from '../../journal/event.js';
import { METRICS } from '../../journal/metrics.js';
import type { SampleSeries } from '../run-result.js';
import { compareText } from './tally.js';

/** Two readings further apart than this many intervals have a gap between them. */
const GAP_INTERVALS = 2.5;

/** All samples, by metric and attributes, with a null wherever readings are missing. */
export class SeriesSet {
  readonly #series = new Map<string, SampleSeries>();
  readonly #interval: number;

  constructor(sampleIntervalMs: number) {
    this.#interval = sampleIntervalMs;
  }

  add(event: Extract<JournalEvent, { type: 'sample' }>): void {
    for (const { name, value, attributes = {} } of event.samples) {
      const sorted = Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => compareText(a, b)));
      const key = JSON.stringify([name, sorted, event.sampler]);
      let series = this.#series.get(key);
      if (!series) {
        series = { sampler: event.sampler, name, attributes: sorted, unit: unitOf(name), times: [], values: [] };
        this.#series.set(key, series);
      }
      const before = series.times.at(-1);
      if (before !== undefined && event.t - before > GAP_INTERVALS * this.#interval) {
        series.times.push(before + this.#interval);
        series.values.push(null);
      }
      series.times.push(event.t);
      series.values.push(value);
    }
  }

  /** Ordered by metric and attributes. */
  all(): SampleSeries[] {
    return [...this.#series].sort(([a], [b]) => compareText(a, b)).map(([, series]) => series);
  }
}

function unitOf(name: string): string {
  const units: Readonly<Record<string, string>> = METRICS;
  return Object.hasOwn(units, name) ? (units[name] ?? '') : '';
}
