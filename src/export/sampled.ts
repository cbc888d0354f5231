import { type ExportedMetric, sampledMetric } from '../exported-metrics.js';
import type { JournalEvent } from '../journal/event.js';
import { METRICS } from '../journal/metrics.js';
import { type Attributes, SeriesSet } from './series.js';

interface Reading {
  /** As it was read. */
  last: number;
  /** What is exported: of a counter everything that was counted, over restarts of its source. */
  value: number;
  /** Unix ms until which it stands for the present. */
  until: number;
}

/** A reading stands for the present until three in a row are missing, and this long at least. */
const LEAST_MS = 30_000;
const MISSING = 3;

/** The last readings of the samplers. One that is missing is a gap: a gauge that nobody reads any more is not told. */
export class SampledMetrics {
  readonly #metrics = new Map<string, { metric: ExportedMetric; readings: SeriesSet<Reading> }>();

  /** @param intervalMs Between two readings. @param now Unix ms. */
  add({ samples }: Pick<Extract<JournalEvent, { type: 'sample' }>, 'samples'>, intervalMs: number, now: number): void {
    const until = now + Math.max(LEAST_MS, MISSING * intervalMs);
    for (const { name, value, attributes = {} } of samples) {
      const { metric, readings } = this.#of(name);
      const counts = metric.kind === 'counter';
      readings.change(attributes, (known) => ({ last: value, until, value: counts ? counted(value, known) : value }));
    }
  }

  /** Those that stand for the present. */
  all(now: number): { metric: ExportedMetric; series: { attributes: Attributes; value: number }[] }[] {
    return [...this.#metrics.values()].map(({ metric, readings }) => ({
      metric,
      series: readings
        .all()
        .filter(({ value }) => metric.kind === 'counter' || value.until >= now)
        .map(({ attributes, value }) => ({ attributes, value: value.value })),
    }));
  }

  #of(name: string): { metric: ExportedMetric; readings: SeriesSet<Reading> } {
    const known = this.#metrics.get(name);
    if (known) return known;
    const unit = Object.hasOwn(METRICS, name) ? METRICS[name as keyof typeof METRICS] : '';
    const made = { metric: sampledMetric(name, unit), readings: new SeriesSet<Reading>() };
    this.#metrics.set(name, made);
    return made;
  }
}

/** A counter that is lower than before began again at 0: its source was restarted. */
const counted = (value: number, known: Reading | undefined): number =>
  known === undefined ? value : known.value + (value >= known.last ? value - known.last : value);
