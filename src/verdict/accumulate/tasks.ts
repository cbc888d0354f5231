import type { LoadSecond, TaskSecond } from '../../journal/event.js';
import { Distribution } from '../distribution.js';
import type { FailureRow } from '../run-result.js';
import { TaskCounts } from './counts.js';
import { compareText, Tally } from './tally.js';

/** The name under which dropped sockets are listed among the failures: they belong to no task. */
export const CONNECTION = 'connection';

/** What happened to one task, or to all together, over the whole run. Times are in µs. */
export class TaskTotals extends TaskCounts {
  late = 0;
  bytes = 0;
  sum = 0;
  min = Number.POSITIVE_INFINITY;
  max = 0;

  override add(record: TaskSecond): void {
    super.add(record);
    this.late += record.late;
    this.bytes += record.bytes;
    this.sum += record.sum;
    // A second with nothing but late replies has no least latency: its 0 means "none".
    if (record.requests > 0) {
      this.min = Math.min(this.min, record.min);
      this.max = Math.max(this.max, record.max);
    }
  }

  merge(other: TaskTotals): void {
    this.requests += other.requests;
    this.failures += other.failures;
    this.late += other.late;
    this.bytes += other.bytes;
    this.sum += other.sum;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    this.generatorFailures.add(other.generatorFailures.toRecord());
    this.replies.add(other.replies.toRecord());
    this.latency.merge(other.latency);
    this.intended.merge(other.intended);
  }
}

/** Adds up tasks, failures and whatever else the seconds of load count. */
export class LoadTotals {
  readonly tasks = new Map<string, TaskTotals>();
  readonly pushes = new Tally();
  readonly closes = new Tally();
  readonly drops = new Tally();
  readonly exceptions = new Tally();
  /** How long other things took, by name, in µs. */
  readonly timings = new Map<string, Distribution>();
  unsent = 0;
  /** The last second in which a request came to an end, in Unix time. */
  lastRequestSecond: number | null = null;
  readonly #failures = new Map<string, FailureRow>();

  add(event: LoadSecond): void {
    this.pushes.add(event.pushes);
    this.closes.add(event.closes);
    this.drops.add(event.drops);
    this.exceptions.add(event.exceptions);
    this.#addFailures(CONNECTION, event.drops, event.second);
    this.unsent += event.unsent;
    for (const [name, pairs] of Object.entries(event.timings)) this.#timing(name).add(pairs);
    for (const [name, record] of Object.entries(event.tasks)) {
      this.#totals(name).add(record);
      this.#addFailures(name, record.failures, event.second);
      if (record.requests > 0) this.lastRequestSecond = Math.max(this.lastRequestSecond ?? 0, event.second);
    }
  }

  /** Sockets that the target closed or lost. */
  get dropped(): number {
    return this.drops.total;
  }

  /** All tasks together. */
  aggregate(): TaskTotals {
    const all = new TaskTotals('Aggregated');
    for (const task of this.tasks.values()) all.merge(task);
    return all;
  }

  /** Ordered by task and kind. */
  failures(): FailureRow[] {
    return [...this.#failures.values()].sort((a, b) => compareText(a.task, b.task) || compareText(a.kind, b.kind));
  }

  #totals(name: string): TaskTotals {
    let totals = this.tasks.get(name);
    if (!totals) {
      totals = new TaskTotals(name);
      this.tasks.set(name, totals);
    }
    return totals;
  }

  #timing(name: string): Distribution {
    let timing = this.timings.get(name);
    if (!timing) {
      timing = new Distribution();
      this.timings.set(name, timing);
    }
    return timing;
  }

  #addFailures(task: string, failures: Readonly<Record<string, number>>, second: number): void {
    for (const [kind, count] of Object.entries(failures)) {
      if (count === 0) continue;
      const key = JSON.stringify([task, kind]);
      const row = this.#failures.get(key) ?? { task, kind, occurrences: 0, first: second, last: second };
      row.occurrences += count;
      row.first = Math.min(row.first, second);
      row.last = Math.max(row.last, second);
      this.#failures.set(key, row);
    }
  }
}
