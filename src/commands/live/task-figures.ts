import type { TaskSecond } from '../../journal/event.js';
import { sumOf } from '../../verdict/accumulate/tally.js';
import { Distribution } from '../../verdict/distribution.js';

/** Three percentiles in ms. */
export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

/** What happened to one task, over the run and in the last seconds. */
export class TaskFigures {
  requests = 0;
  failures = 0;
  /** Of the last seconds. */
  lastRequests = 0;
  lastFailures = 0;
  readonly #run = new Distribution();
  readonly #last = new Distribution();

  /** Adds what one worker tells of one second. */
  add(record: TaskSecond, isRecent: boolean): void {
    this.requests += record.requests;
    this.failures += sumOf(record.failures);
    this.#run.add(record.latency);
    if (!isRecent) return;
    this.lastRequests += record.requests;
    this.lastFailures += sumOf(record.failures);
    this.#last.add(record.latency);
  }

  /** Takes away from the last seconds what was added before. */
  forget(record: TaskSecond): void {
    this.lastRequests -= record.requests;
    this.lastFailures -= sumOf(record.failures);
    this.#last.remove(record.latency);
  }

  /** Undefined where nothing was measured. */
  get run(): Percentiles | undefined {
    return percentilesIn(this.#run);
  }

  get last(): Percentiles | undefined {
    return percentilesIn(this.#last);
  }
}

function percentilesIn(micros: Distribution): Percentiles | undefined {
  if (micros.count === 0) return undefined;
  const at = (share: number): number => (micros.percentile(share) ?? 0) / 1000;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
