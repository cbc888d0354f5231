import type { Datapoint, MetricQuery, MetricSeries } from '../clients/cloudwatch.js';
import { spacingMs } from '../clients/cloudwatch-spacing.js';
import type { PlannedMetric } from './cloudwatch-plan.js';
import type { Reading } from './sampler.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Period of basic monitoring, which is assumed as long as nothing else is known. */
export const BASIC_MS = 5 * MINUTE_MS;

/** How long after its end a period can still change its value. */
const SETTLED_MS = MINUTE_MS;

/**
 * The finest period in seconds that CloudWatch still keeps of data so old: one minute for 15 days, five for 63, an hour for 455.
 * Asked for a period that is finer than what a metric is told in, it gives the datapoints that there are.
 */
export function periodByAge(ageMs: number): number {
  if (ageMs < 15 * DAY_MS) return 60;
  return ageMs < 63 * DAY_MS ? 300 : 3600;
}

/** What is known of a datapoint: its begin and how long it lasts, in ms. */
export interface Span {
  t: number;
  periodMs: number;
}

/**
 * How many periods that reach into a window have no datapoint. A hole of less than half a period is none: the grid has moved.
 * @param phase the begin of any period of the grid.
 */
export function missingPeriods(known: readonly Span[], window: { from: number; to: number }, periodMs: number, phase: number): number {
  let covered = phase + Math.floor((window.from - phase) / periodMs) * periodMs;
  const end = phase + Math.ceil((window.to - phase) / periodMs) * periodMs;
  let missing = 0;
  for (const { t, periodMs: length } of [...known].sort((a, b) => a.t - b.t)) {
    if (t + length <= covered || t >= end) continue;
    missing += Math.max(0, Math.round((t - covered) / periodMs));
    covered = Math.max(covered, t + length);
  }
  // The very end counts however short it is: it must lie in a datapoint too.
  return missing + Math.max(Math.round((end - covered) / periodMs), covered < window.to ? 1 : 0);
}

/** One metric over time: what has come, what may be told, and what is missing. */
export class CloudWatchSeries {
  readonly #points = new Map<number, number>();
  readonly #told = new Set<number>();
  /** Which source is read, once one of them has datapoints. */
  #source: number | undefined;

  constructor(readonly metric: PlannedMetric) {}

  /** Whether any datapoint has come. */
  get isAlive(): boolean {
    return this.#points.size > 0;
  }

  /** What to ask: of every source until one of them is alive, then of that one. */
  queries(period: number): MetricQuery[] {
    const { sources, statistic } = this.metric;
    const chosen = this.#source === undefined ? sources : sources.slice(this.#source, this.#source + 1);
    return chosen.map((id) => ({ ...id, statistic, period }));
  }

  /** Takes the answers to {@link queries}, in their order. Of two for one moment the later answer counts. */
  add(answers: readonly MetricSeries[]): void {
    if (this.#source === undefined) {
      const latest = answers.map(({ points }) => points.at(-1)?.t ?? Number.NEGATIVE_INFINITY);
      const best = latest.indexOf(Math.max(...latest));
      if (latest[best] === undefined || latest[best] === Number.NEGATIVE_INFINITY) return;
      this.#source = best;
      this.#keep(answers[best]?.points ?? []);
    } else this.#keep(answers[0]?.points ?? []);
  }

  #keep(points: readonly Datapoint[]): void {
    for (const { t, value } of points) this.#points.set(t, value);
  }

  /**
   * How often it is told, in ms: detailed monitoring every minute, basic every five, an agent as it was set up. It is the smallest distance
   * of the latest datapoints, in whole minutes; undefined before there are two.
   */
  get periodMs(): number | undefined {
    return spacingMs([...this.#points.keys()]);
  }

  /**
   * Readings of the window that were not taken before, each once: of periods that are over and whose value does not change any more.
   * The length of the period in seconds is their attribute `period`.
   * @param leastMs the period that was asked for; datapoints are never of a shorter one.
   */
  take(window: { from: number; to: number }, now: number, leastMs = MINUTE_MS): Reading[] {
    const periodMs = Math.max(leastMs, this.periodMs ?? BASIC_MS);
    const { name, attributes, scale } = this.metric;
    const readings: Reading[] = [];
    for (const { t } of this.#settled(window, now, periodMs)) {
      if (this.#told.has(t)) continue;
      this.#told.add(t);
      // Not 0.07000000000000001 for 7 percent.
      const value = Number(((this.#points.get(t) as number) * scale).toPrecision(12));
      readings.push({ name, value, attributes: { ...attributes, period: String(periodMs / 1000) }, t });
    }
    return readings;
  }

  /**
   * How many datapoints of the window are not there yet, or may still change; 0 for a metric that is not alive: nobody knows what it should tell.
   * @param known what is there, where that is more than what came here.
   */
  missing(window: { from: number; to: number }, now: number, known?: readonly Span[], leastMs = MINUTE_MS): number {
    const phase = [...this.#points.keys()].at(-1);
    if (phase === undefined) return 0;
    const periodMs = Math.max(leastMs, this.periodMs ?? BASIC_MS);
    return missingPeriods(known ?? this.#settled(window, now, periodMs), window, periodMs, phase);
  }

  #settled({ from, to }: { from: number; to: number }, now: number, periodMs: number): Span[] {
    const times = [...this.#points.keys()].filter((t) => t + periodMs > from && t < to && t + periodMs + SETTLED_MS <= now);
    return times.sort((a, b) => a - b).map((t) => ({ t, periodMs }));
  }
}
