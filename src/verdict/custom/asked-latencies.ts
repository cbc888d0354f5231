import type { CustomCriterion } from '../../config/config.js';
import type { CanarySecond, LoadSecond } from '../../journal/event.js';
import { metricInfo, type Statistic } from '../../journal/metrics.js';
import { Distribution } from '../distribution.js';

/** A number that was computed of latencies, in µs, and of how many. */
export interface AskedValue {
  value: number;
  samples: number;
}

/** What a criterion asks of latencies, as far as it can be answered. Times in Unix seconds. */
export interface Asked {
  /** Over the run, or in each stage by its position. */
  parts: (AskedValue | null)[];
  /** The worst of all sliding windows, and how many there were: those with too few latencies are left out. */
  window: { worst: (AskedValue & { from: number; to: number }) | null; judged: number; skipped: number } | null;
}

type Second = LoadSecond | CanarySecond;

/** Workers write their seconds independently: a window is judged when records of a second this much later are there. */
const OPEN_SECONDS = 5;

/** Of fewer a percentile says nothing. */
export const MIN_LATENCIES = 5;

const SHARES: Partial<Record<Statistic, number>> = { min: 0, p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, max: 1 };

/** Adds up the latencies that criteria of the configuration ask for, in one pass. What nobody asks for costs nothing. */
export class AskedLatencies {
  readonly #asked: (Collector | undefined)[];

  /** @param stages How many stages the plan has. */
  constructor(criteria: readonly CustomCriterion[], stages: number) {
    this.#asked = criteria.map((one) => (metricInfo(one.metric)?.kind === 'distribution' ? new Collector(one, stages) : undefined));
  }

  /** @param stage The position of the stage for which its second counts; -1 for none. */
  add(event: Second, stage: number): void {
    for (const one of this.#asked) one?.add(event, stage);
  }

  /** In the order of the criteria; undefined for those of other metrics. */
  results(): (Asked | undefined)[] {
    return this.#asked.map((one) => one?.result());
  }
}

class Collector {
  readonly #criterion: CustomCriterion;
  readonly #parts: Values[];
  readonly #window: Windows | null;

  constructor(criterion: CustomCriterion, stages: number) {
    const { over, statistic, must } = criterion;
    this.#criterion = criterion;
    this.#parts = Array.from({ length: over === 'run' ? 1 : over === 'stage' ? stages : 0 }, () => new Values());
    this.#window = typeof over === 'object' ? new Windows(over.windowSeconds, statistic, must) : null;
  }

  add(event: Second, stage: number): void {
    const lists = pairsOf(event, this.#criterion);
    if (lists === null) return;
    // Before and after the load there is no plan that a window could lie in.
    if (event.type === 'load.second' || event.phase === 'load') this.#window?.add(event.second, lists);
    const part = this.#criterion.over === 'run' ? this.#parts[0] : this.#parts[stage];
    for (const pairs of lists) part?.add(pairs);
  }

  result(): Asked {
    return { parts: this.#parts.map((part) => part.value(this.#criterion.statistic)), window: this.#window?.result() ?? null };
  }
}

/** The latencies of a second that a criterion is about; null where the event is of something else. */
function pairsOf(event: Second, { metric, attributes }: CustomCriterion): (readonly number[])[] | null {
  if (event.type === 'canary.second') return metric === 'canary.latency' ? [event.latency] : null;
  switch (metric) {
    case 'load.latency':
      return tasksOf(event, attributes.task).map(({ latency }) => latency);
    case 'load.intended_latency':
      return tasksOf(event, attributes.task).map(({ intended }) => intended);
    case 'load.reconnect.time':
      return [event.timings.reconnect ?? []];
    case 'load.handshake.time':
      return attributes.step === undefined ? [event.tasks.connect?.latency ?? []] : [event.timings[`handshake.${attributes.step}`] ?? []];
    default:
      return null;
  }
}

const tasksOf = ({ tasks }: LoadSecond, name: string | undefined) =>
  Object.entries(tasks).flatMap(([task, record]) => (name === undefined || task === name ? [record] : []));

/** Latencies, and their sum. */
class Values {
  readonly #distribution = new Distribution();
  #sum = 0;

  get count(): number {
    return this.#distribution.count;
  }

  add(pairs: readonly number[]): void {
    this.#distribution.add(pairs);
    this.#sum += weight(pairs);
  }

  remove(pairs: readonly number[]): void {
    this.#distribution.remove(pairs);
    this.#sum -= weight(pairs);
  }

  /** Null without a latency. */
  value(statistic: Statistic): AskedValue | null {
    const { count } = this;
    if (count === 0) return null;
    const share = SHARES[statistic];
    const value = share === undefined ? this.#sum / count : (this.#distribution.percentile(share) ?? 0);
    return { value, samples: count };
  }
}

function weight(pairs: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i + 1 < pairs.length; i += 2) sum += (pairs[i] as number) * (pairs[i + 1] as number);
  return sum;
}

/** The worst of all times of so many seconds. A second costs what its own records cost to add and to take away again. */
class Windows {
  readonly #length: number;
  readonly #statistic: Statistic;
  readonly #isWorse: (a: number, b: number) => boolean;
  readonly #open = new Map<number, (readonly number[])[]>();
  readonly #values = new Values();
  #within: { second: number; lists: (readonly number[])[] }[] = [];
  #first: number | null = null;
  #newest = Number.NEGATIVE_INFINITY;
  #closed = Number.NEGATIVE_INFINITY;
  #worst: (AskedValue & { from: number; to: number }) | null = null;
  #judged = 0;
  #skipped = 0;

  constructor(seconds: number, statistic: Statistic, must: CustomCriterion['must']) {
    this.#length = Math.max(1, Math.round(seconds));
    this.#statistic = statistic;
    this.#isWorse = must === 'be_below' ? (a, b) => a > b : (a, b) => a < b;
  }

  add(second: number, lists: readonly (readonly number[])[]): void {
    // A record that comes when its second has been judged is too late for a window, and counts everywhere else.
    if (second <= this.#closed) return;
    const open = this.#open.get(second) ?? [];
    open.push(...lists);
    this.#open.set(second, open);
    if (second <= this.#newest) return;
    this.#newest = second;
    this.#close(second - OPEN_SECONDS);
  }

  result(): NonNullable<Asked['window']> {
    this.#close(this.#newest);
    return { worst: this.#worst, judged: this.#judged, skipped: this.#skipped };
  }

  #close(upTo: number): void {
    const due = [...this.#open.keys()].filter((second) => second <= upTo).sort((a, b) => a - b);
    for (const second of due) {
      const lists = this.#open.get(second) ?? [];
      this.#open.delete(second);
      this.#closed = second;
      this.#first ??= second;
      this.#within.push({ second, lists });
      for (const pairs of lists) this.#values.add(pairs);
      this.#forget(second - this.#length);
      if (second - this.#length + 1 >= this.#first) this.#judge(second);
    }
  }

  /** Forgets everything up to and including a second. */
  #forget(last: number): void {
    const stays = this.#within.findIndex(({ second }) => second > last);
    if (stays <= 0) return;
    for (const { lists } of this.#within.slice(0, stays)) for (const pairs of lists) this.#values.remove(pairs);
    this.#within = this.#within.slice(stays);
  }

  #judge(second: number): void {
    const asked = this.#values.value(this.#statistic);
    if (asked === null || asked.samples < MIN_LATENCIES) {
      this.#skipped++;
      return;
    }
    this.#judged++;
    if (this.#worst !== null && !this.#isWorse(asked.value, this.#worst.value)) return;
    this.#worst = { ...asked, from: second - this.#length + 1, to: second + 1 };
  }
}
