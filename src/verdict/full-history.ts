import type { JournalEvent, LoadSecond, TaskSecond } from '../journal/event.js';
import { sumOf } from './accumulate/tally.js';
import { Distribution } from './distribution.js';
import { type EntryOfSecond, type FullHistorySecond, PERCENTILES } from './run-result.js';

/** Workers write their seconds independently: a second is closed when records of a second this much later are there. */
const OPEN_SECONDS = 5;

/** Percentiles of one second are those of so many seconds that end with it, as Locust takes them. */
const WINDOW_SECONDS = 10;

const SHARES = PERCENTILES.map(([, share]) => share);

const inMs = (micros: number): number => micros / 1000;

/** Everything of one task, or of all together, up to the last second that was closed. */
class Entry {
  readonly #latency = new Distribution();
  readonly #window = new Distribution();
  /** What is in the window, the oldest first. */
  readonly #inWindow: { second: number; latency: readonly number[] }[] = [];
  #requests = 0;
  #failures = 0;
  #sum = 0;
  #bytes = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  /** Adds a second, and tells how things stand after it. */
  close(second: number, records: readonly TaskSecond[]): EntryOfSecond {
    let requests = 0;
    let failures = 0;
    for (const record of records) {
      requests += record.requests;
      failures += sumOf(record.failures);
      this.#add(second, record);
    }
    this.#requests += requests;
    this.#failures += failures;
    this.#forget(second - WINDOW_SECONDS);
    const window = this.#window;
    const percentilesMs = window.count === 0 ? null : SHARES.map((share) => inMs(window.percentile(share) ?? 0));
    return { requests, failures, percentilesMs, total: this.#total() };
  }

  #add(second: number, record: TaskSecond): void {
    this.#sum += record.sum;
    this.#bytes += record.bytes;
    this.#latency.add(record.latency);
    this.#window.add(record.latency);
    this.#inWindow.push({ second, latency: record.latency });
    // A second with nothing but late replies has no least latency: its 0 means "none".
    if (record.requests === 0) return;
    this.#min = Math.min(this.#min, record.min);
    this.#max = Math.max(this.#max, record.max);
  }

  #forget(upTo: number): void {
    for (let oldest = this.#inWindow[0]; oldest !== undefined && oldest.second <= upTo; oldest = this.#inWindow[0]) {
      this.#window.remove(oldest.latency);
      this.#inWindow.shift();
    }
  }

  #total(): EntryOfSecond['total'] {
    const some = this.#latency.count > 0;
    return {
      requests: this.#requests,
      failures: this.#failures,
      medianMs: inMs(this.#latency.median() ?? 0),
      averageMs: some ? inMs(this.#sum / this.#latency.count) : 0,
      minMs: some ? inMs(this.#min) : 0,
      maxMs: inMs(this.#max),
      averageBytes: this.#requests > 0 ? this.#bytes / this.#requests : 0,
    };
  }
}

/**
 * What Locust writes down with its full history: each second of every task and of all together, with the percentiles of the last ten seconds.
 * It is made second by second, since nobody has room for that of a day; records that come later than {@link OPEN_SECONDS} count in the next one.
 */
export function* fullHistory(events: Iterable<JournalEvent>): Generator<FullHistorySecond> {
  const entries = new Entries();
  const open = new Map<number, LoadSecond[]>();
  let newest = 0;
  for (const event of events) {
    if (event.type !== 'load.second') continue;
    const second = Math.max(event.second, entries.closed + 1);
    const records = open.get(second);
    if (records) records.push(event);
    else open.set(second, [event]);
    newest = Math.max(newest, second);
    yield* due(open, newest - OPEN_SECONDS, entries);
  }
  yield* due(open, newest, entries);
}

function* due(open: Map<number, LoadSecond[]>, upTo: number, entries: Entries): Generator<FullHistorySecond> {
  const seconds = [...open.keys()].filter((second) => second <= upTo).sort((a, b) => a - b);
  for (const second of seconds) {
    yield entries.close(second, open.get(second) ?? []);
    open.delete(second);
  }
}

class Entries {
  readonly #tasks = new Map<string, Entry>();
  readonly #all = new Entry();
  /** The last second that was closed. */
  closed = Number.NEGATIVE_INFINITY;

  close(second: number, workers: readonly LoadSecond[]): FullHistorySecond {
    this.closed = second;
    const tasks = new Map<string, TaskSecond[]>([...this.#tasks.keys()].map((name) => [name, []]));
    for (const [name, record] of workers.flatMap((worker) => Object.entries(worker.tasks))) {
      const records = tasks.get(name);
      if (records) records.push(record);
      else tasks.set(name, [record]);
    }
    const all = this.#all.close(second, [...tasks.values()].flat());
    const names = [...tasks.keys()].sort();
    return {
      second,
      users: activeUsers(workers),
      all,
      tasks: names.map((name) => ({ name, ...this.#entry(name).close(second, tasks.get(name) ?? []) })),
    };
  }

  #entry(name: string): Entry {
    const known = this.#tasks.get(name);
    if (known) return known;
    const entry = new Entry();
    this.#tasks.set(name, entry);
    return entry;
  }
}

/** All workers' users. A worker whose timer fired twice in one second has written two records of it, of which the greater holds. */
function activeUsers(workers: readonly LoadSecond[]): number {
  const byWorker = new Map<number, number>();
  for (const { worker, users } of workers) byWorker.set(worker, Math.max(byWorker.get(worker) ?? 0, users.active));
  return [...byWorker.values()].reduce((sum, users) => sum + users, 0);
}
