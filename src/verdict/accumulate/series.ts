import type { JournalEvent, Sample } from '../../journal/event.js';
import { METRICS } from '../../journal/metrics.js';
import type { SampleSeries } from '../run-result.js';
import { NumberList } from './number-list.js';
import { compareText } from './tally.js';

/** Two readings further apart than this many intervals have a gap between them. */
const GAP_INTERVALS = 2.5;

type SampleEvent = Extract<JournalEvent, { type: 'sample' }>;

/** A series as it is read. Two lists of plain numbers take a fifth of the memory of a map. */
interface Readings extends Omit<SampleSeries, 'times' | 'values'> {
  /** What a sampler tells together shares one list; another series may already have one more time in it, of the same event. */
  times: NumberList;
  values: NumberList;
  /** Whether a reading came after one of a later time. */
  disordered: boolean;
}

/** All samples, by metric and attributes, with a null wherever readings are missing. They may come in any order. */
export class SeriesSet {
  readonly #series = new Map<string, Readings>();
  /** The last samples of each sampler with their series: a sampler tells the same in the same order each time. */
  readonly #last = new Map<string, { sample: Sample; series: Readings }[]>();
  readonly #interval: number;

  /** @param sampleIntervalMs What holds for samples that do not say their own. */
  constructor(sampleIntervalMs: number) {
    this.#interval = sampleIntervalMs;
  }

  add({ samples, sampler, t, intervalMs = this.#interval }: SampleEvent): void {
    let last = this.#last.get(sampler);
    if (last === undefined) {
      last = [];
      this.#last.set(sampler, last);
    }
    const times = new NumberList();
    for (const [index, sample] of samples.entries()) {
      let known = last[index];
      if (known === undefined || !isOfSameSeries(known.sample, sample)) {
        known = { sample, series: this.#seriesOf(sampler, sample, intervalMs, times) };
        last[index] = known;
      }
      addReading(known.series, t, sample.value);
    }
  }

  /** Ordered by metric and attributes. What is added later is not in them. */
  all(): SampleSeries[] {
    const arrays = new Map<NumberList, number[]>();
    return [...this.#series].sort(([a], [b]) => compareText(a, b)).map(([, series]) => withGaps(inOrder(series, arrays)));
  }

  /** @param times The list of a new one. */
  #seriesOf(sampler: string, { name, attributes = {} }: Sample, intervalMs: number, times: NumberList): Readings {
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
        times,
        values: new NumberList(),
        disordered: false,
      };
      this.#series.set(key, series);
    }
    return series;
  }
}

/** Whether name and attributes are the same, in the same order. */
function isOfSameSeries(a: Sample, b: Sample): boolean {
  if (a.name !== b.name) return false;
  const [own, other] = [a.attributes, b.attributes];
  if (own === undefined || other === undefined) return own === other;
  let count = 0;
  for (const key in own) {
    if (own[key] !== other[key]) return false;
    count++;
  }
  for (const _ in other) count--;
  return count === 0;
}

function addReading(series: Readings, t: number, value: number): void {
  const { values } = series;
  const count = values.length;
  const last = series.times.at(count - 1);
  // A source that tells a time again corrects itself.
  if (t === last) {
    values.replaceLast(value);
    return;
  }
  if (last !== undefined && t < last) series.disordered = true;
  const isThere = series.times.length === count + 1 && series.times.at(count) === t;
  if (!isThere) {
    // The others have gone on without it.
    if (series.times.length > count) series.times = series.times.copy(count);
    series.times.push(t);
  }
  values.push(value);
}

/** A series by time, of which the gaps are not yet marked. Of readings of the same time the last one that came. */
interface Ordered extends Omit<SampleSeries, 'values'> {
  values: number[];
}

/** @param arrays What has been made of lists that are shared. */
function inOrder({ disordered, ...series }: Readings, arrays: Map<NumberList, number[]>): Ordered {
  const values = series.values.toArray();
  if (!disordered) return { ...series, times: timesOf(series, arrays), values };
  const byTime = new Map(timesOf(series, arrays).map((t, index) => [t, values[index] as number]));
  const readings = [...byTime].sort(([a], [b]) => a - b);
  return { ...series, times: readings.map(([t]) => t), values: readings.map(([, value]) => value) };
}

function timesOf({ times, values }: Pick<Readings, 'times' | 'values'>, arrays: Map<NumberList, number[]>): number[] {
  if (times.length > values.length) return times.toArray(values.length);
  const array = arrays.get(times) ?? times.toArray();
  arrays.set(times, array);
  return array;
}

/** How much time one reading is of, where it says so: attribute `period`, in seconds; else 0. */
export function periodMs(attributes: Readonly<Record<string, string>>): number {
  const seconds = Number(attributes.period);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}

/** Metrics of CloudWatch, whose sampler asks more often than there are datapoints. */
const OF_PERIODS = 'aws.';

function withGaps(series: Ordered): SampleSeries {
  const { times, values, name, intervalMs: told } = series;
  const intervalMs = name.startsWith(OF_PERIODS) ? Math.max(told, leastSpacing(times)) : told;
  const isGap = (index: number): boolean => (times[index] as number) - (times[index - 1] as number) > GAP_INTERVALS * intervalMs;
  // Most series have none, and a day of readings is a lot to copy.
  if (!times.some((_, index) => isGap(index))) return { ...series, intervalMs };
  const marked: Pick<SampleSeries, 'times' | 'values'> = { times: [], values: [] };
  for (const [index, t] of times.entries()) {
    if (isGap(index)) {
      marked.times.push((times[index - 1] as number) + intervalMs);
      marked.values.push(null);
    }
    marked.times.push(t);
    marked.values.push(values[index] as number);
  }
  return { ...series, intervalMs, ...marked };
}

/** Of rising times. 0 for fewer than two. */
function leastSpacing(times: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let index = 1; index < times.length; index++) least = Math.min(least, (times[index] as number) - (times[index - 1] as number));
  return Number.isFinite(least) ? least : 0;
}

function unitOf(name: string): string {
  const units: Readonly<Record<string, string>> = METRICS;
  return Object.hasOwn(units, name) ? (units[name] ?? '') : '';
}
