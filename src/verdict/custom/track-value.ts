import type { Statistic } from '../../journal/metrics.js';
import type { Span } from '../coverage.js';
import { percentileRank } from '../distribution.js';
import type { Track } from './track.js';

/** A number that was computed of a track, of so many readings. Of a share the samples are its whole. */
export interface TrackValue {
  value: number;
  samples: number;
}

/** How old a counter's reading from before a time may be to tell where it began, in intervals. */
const BASE_INTERVALS = 3;

/** The fewest readings that say something. */
export function minSamplesOf(kind: Track['kind'], statistic: Statistic): number {
  if (kind === 'share') return 10;
  if (kind === 'increments') return 1;
  return statistic === 'increase' || statistic === 'rate' || kind === 'counter' ? 2 : statistic === 'last' ? 1 : 3;
}

const SHARES: Partial<Record<Statistic, number>> = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 };

/** Computes a statistic over any part of a track. Sums are made once, so that a part costs no more than what it sorts. */
export class TrackReader {
  readonly #track: Track;
  readonly #statistic: Statistic;
  /** Sums of everything before an index: of values, of growths, of wholes. */
  readonly #sums: number[];
  readonly #growths: number[];
  readonly #wholes: number[];

  constructor(track: Track, statistic: Statistic) {
    this.#track = track;
    this.#statistic = statistic;
    this.#sums = sumsOf(track.values);
    // A counter that began anew counts from 0.
    this.#growths = sumsOf(track.values.map((value, index) => growth(value, index === 0 ? value : (track.values[index - 1] ?? value))));
    this.#wholes = sumsOf(track.wholes);
  }

  /** Over a time; null where nothing was read, or of a share nothing was done. */
  over({ from, to }: Span): TrackValue | null {
    const low = firstAt(this.#track.times, from);
    return this.#value(low, firstAfter(this.#track.times, to), undefined);
  }

  /** The worst of all whole times of so many ms that end with a reading, within a time; those with too few readings are left out. */
  worst(span: Span, windowMs: number, minSamples: number, isWorse: (a: number, b: number) => boolean) {
    const { times, tailMs } = this.#track;
    const sorted = new Sorted();
    let worst: (TrackValue & Span) | null = null;
    let judged = 0;
    let skipped = 0;
    let low = firstAt(times, span.from);
    const last = firstAfter(times, span.to);
    for (let high = low; high < last; high++) {
      sorted.add(this.#track.values[high] as number);
      const to = (times[high] as number) + tailMs;
      const from = to - windowMs;
      for (; (times[low] as number) <= from; low++) sorted.remove(this.#track.values[low] as number);
      if (from < span.from) continue;
      const found = this.#value(low, high + 1, sorted);
      if (found === null || found.samples < minSamples) {
        skipped++;
        continue;
      }
      judged++;
      if (worst === null || isWorse(found.value, worst.value)) worst = { ...found, from, to };
    }
    return { worst, judged, skipped };
  }

  /** Of the readings from `low` up to and without `high`. */
  #value(low: number, high: number, sorted: Sorted | undefined): TrackValue | null {
    if (high <= low) return null;
    const { kind } = this.#track;
    if (kind === 'share') {
      const whole = between(this.#wholes, low, high);
      return whole > 0 ? { value: between(this.#sums, low, high) / whole, samples: whole } : null;
    }
    if (this.#statistic === 'increase' || this.#statistic === 'rate') return this.#growth(low, high);
    return { value: this.#level(low, high, sorted), samples: high - low };
  }

  #growth(low: number, high: number): TrackValue | null {
    const { kind, times, values, intervalMs } = this.#track;
    const perSecond = (grown: number, ms: number): number => (this.#statistic === 'rate' ? grown / (ms / 1000) : grown);
    if (kind === 'increments') {
      const ms = (times[high - 1] as number) - (times[low] as number) + intervalMs;
      return { value: perSecond(between(this.#sums, low, high), ms), samples: high - low };
    }
    // What grew before the first reading is only known from the one before it.
    const isNear = low > 0 && (times[low] as number) - (times[low - 1] as number) <= BASE_INTERVALS * intervalMs;
    const base = isNear ? low - 1 : low;
    if (high - base < 2) return null;
    const grown = kind === 'counter' ? between(this.#growths, base + 1, high) : (values[high - 1] as number) - (values[base] as number);
    return { value: perSecond(grown, (times[high - 1] as number) - (times[base] as number)), samples: high - base };
  }

  #level(low: number, high: number, sorted: Sorted | undefined): number {
    const { values } = this.#track;
    if (this.#statistic === 'last') return values[high - 1] as number;
    if (this.#statistic === 'mean') return between(this.#sums, low, high) / (high - low);
    const all = sorted?.all ?? values.slice(low, high).sort((a, b) => a - b);
    if (this.#statistic === 'min') return all[0] as number;
    if (this.#statistic === 'max') return all.at(-1) as number;
    return all[percentileRank(all.length, SHARES[this.#statistic] ?? 1)] as number;
  }
}

/** Values in their order, into which one is put and from which one is taken without sorting all again. */
class Sorted {
  readonly all: number[] = [];

  add(value: number): void {
    this.all.splice(firstAt(this.all, value), 0, value);
  }

  remove(value: number): void {
    this.all.splice(firstAt(this.all, value), 1);
  }
}

const growth = (value: number, before: number): number => (value >= before ? value - before : value);

function sumsOf(values: readonly number[]): number[] {
  const sums = [0];
  for (const value of values) sums.push((sums.at(-1) as number) + value);
  return sums;
}

const between = (sums: readonly number[], low: number, high: number): number => (sums[high] as number) - (sums[low] as number);

/** Position of the first that is not below a value, of values that rise. */
function firstAt(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Position of the first that is above a value. */
function firstAfter(values: readonly number[], value: number): number {
  let low = firstAt(values, value);
  while (low < values.length && values[low] === value) low++;
  return low;
}
