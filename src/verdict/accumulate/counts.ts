import type { LoadSecond, TaskSecond } from '../../journal/event.js';
import { Distribution } from '../distribution.js';
import { isGeneratorFailure } from '../generator.js';
import { sumOf, Tally } from './tally.js';

/** What happened to one task, as far as it can be judged. Times are in µs. */
export class TaskCounts {
  requests = 0;
  failures = 0;
  /** Failures of the generator's own machine, by kind. They are in `failures` too. */
  readonly generatorFailures = new Tally();
  readonly replies = new Tally();
  readonly latency = new Distribution();
  readonly intended = new Distribution();

  constructor(readonly name: string) {}

  /** Requests that did not fail. */
  get successes(): number {
    return this.requests - this.failures;
  }

  add(record: TaskSecond): void {
    this.requests += record.requests;
    this.failures += sumOf(record.failures);
    this.generatorFailures.add(generatorFailuresOf(record));
    this.replies.add(record.replies);
    this.latency.add(record.latency);
    this.intended.add(record.intended);
  }

  /** Takes away a record that was added before. */
  remove(record: TaskSecond): void {
    this.requests -= record.requests;
    this.failures -= sumOf(record.failures);
    this.generatorFailures.remove(generatorFailuresOf(record));
    this.replies.remove(record.replies);
    this.latency.remove(record.latency);
    this.intended.remove(record.intended);
  }
}

/** Those failures of a second that are the generator's own, by kind. */
export function generatorFailuresOf({ failures }: TaskSecond): Record<string, number> {
  const kinds = Object.keys(failures);
  if (!kinds.some(isGeneratorFailure)) return {};
  return Object.fromEntries(Object.entries(failures).filter(([kind]) => isGeneratorFailure(kind)));
}

/** All tasks of some seconds, such as a stage's or the last minute's, as far as they can be judged. */
export class LoadCounts {
  readonly tasks = new Map<string, TaskCounts>();
  /** How long other things took, by name, in µs. */
  readonly timings = new Map<string, Distribution>();
  /** Sockets that the target closed or lost. */
  dropped = 0;

  add(event: LoadSecond): void {
    this.dropped += sumOf(event.drops);
    for (const [name, pairs] of Object.entries(event.timings)) this.#timing(name).add(pairs);
    for (const [name, record] of Object.entries(event.tasks)) this.#counts(name).add(record);
  }

  /** Takes away a second that was added before. */
  remove(event: LoadSecond): void {
    this.dropped -= sumOf(event.drops);
    for (const [name, pairs] of Object.entries(event.timings)) this.#timing(name).remove(pairs);
    for (const [name, record] of Object.entries(event.tasks)) this.#counts(name).remove(record);
  }

  #timing(name: string): Distribution {
    const timing = this.timings.get(name) ?? new Distribution();
    this.timings.set(name, timing);
    return timing;
  }

  #counts(name: string): TaskCounts {
    let counts = this.tasks.get(name);
    if (!counts) {
      counts = new TaskCounts(name);
      this.tasks.set(name, counts);
    }
    return counts;
  }
}

/** The part of {@link LoadCounts} that criteria read; the totals of a whole run have it too. */
export interface ReadableCounts {
  readonly tasks: ReadonlyMap<string, TaskCounts>;
  readonly timings: ReadonlyMap<string, Distribution>;
  readonly dropped: number;
}

/** All tasks together. */
export function sumOfTasks({ tasks }: ReadableCounts): { requests: number; failures: number; generatorFailures: number } {
  const sum = { requests: 0, failures: 0, generatorFailures: 0 };
  for (const task of tasks.values()) {
    sum.requests += task.requests;
    sum.failures += task.failures;
    sum.generatorFailures += task.generatorFailures.total;
  }
  return sum;
}

/** The share of everything that users did that failed through the target: what the error rate criterion judges. */
export function failureShare(load: ReadableCounts): { failed: number; total: number; rate: number | null } {
  const { requests, failures, generatorFailures } = sumOfTasks(load);
  const failed = failures - generatorFailures + load.dropped;
  const total = requests - generatorFailures + load.dropped;
  return { failed, total, rate: total > 0 ? failed / total : null };
}
