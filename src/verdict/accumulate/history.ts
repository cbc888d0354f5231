import type { LoadSecond } from '../../journal/event.js';
import { Distribution, percentilesOf } from '../distribution.js';
import { type HistorySecond, PERCENTILES, type TaskOfSecond } from '../run-result.js';
import { addGenerator, noGenerator } from './generator-second.js';
import { sumOf } from './tally.js';

/** Workers write their seconds independently: a second is closed when records of a second this much later are there. */
const OPEN_SECONDS = 5;

const SHARES = PERCENTILES.map(([, share]) => share);

/** Most seconds have none: they share this one. */
const NO_DROPS: Readonly<Record<string, number>> = Object.freeze({});

const inMs = (micros: number): number => micros / 1000;

/** One row for each second of load: all workers of the second, and everything up to it. */
export class History {
  readonly #rows = new Map<number, HistorySecond>();
  /** No map: one that is always filled and emptied keeps what was in it alive until the next great garbage collection. */
  readonly #open: { second: number; events: LoadSecond[] }[] = [];
  readonly #total = new RunningTotal();
  #newest = 0;

  add(event: LoadSecond): void {
    this.#addCounts(this.#row(event.second), event);
    const open = this.#open.find(({ second }) => second === event.second);
    if (open) open.events.push(event);
    else this.#open.push({ second: event.second, events: [event] });
    this.#newest = Math.max(this.#newest, event.second);
    this.#close(this.#newest - OPEN_SECONDS);
  }

  /** All rows in the order of time. Seconds that are still open are as if nothing more came: what does come is added all the same. */
  rows(): HistorySecond[] {
    const rows = new Map(this.#rows);
    const total = this.#total.copy();
    for (const { second, events } of [...this.#open].sort((a, b) => a.second - b.second))
      rows.set(second, closed(this.#row(second), events, total));
    return [...rows.values()].sort((a, b) => a.second - b.second);
  }

  #row(second: number): HistorySecond {
    let row = this.#rows.get(second);
    if (!row) {
      row = {
        second,
        users: { planned: 0, active: 0, connected: 0 },
        requests: 0,
        failures: 0,
        drops: 0,
        dropsBy: NO_DROPS,
        unsent: 0,
        tasks: {},
        generator: noGenerator(),
        total: { requests: 0, failures: 0, percentilesMs: null, medianMs: 0, averageMs: 0, minMs: 0, maxMs: 0, averageBytes: 0 },
      };
      this.#rows.set(second, row);
    }
    return row;
  }

  #addCounts(row: HistorySecond, event: LoadSecond): void {
    const dropped = sumOf(event.drops);
    if (dropped > 0) {
      row.drops += dropped;
      row.dropsBy = summed(row.dropsBy, event.drops);
    }
    row.unsent += event.unsent;
    addGenerator(row.generator, event);
    for (const task of Object.values(event.tasks)) {
      row.requests += task.requests;
      row.failures += sumOf(task.failures);
    }
  }

  #close(upTo: number): void {
    const due = this.#open.filter(({ second }) => second <= upTo).sort((a, b) => a.second - b.second);
    for (const one of due) {
      this.#open.splice(this.#open.indexOf(one), 1);
      this.#rows.set(one.second, closed(this.#row(one.second), one.events, this.#total));
    }
  }
}

/** A row with what its last records tell. They are added to the total. */
function closed(row: HistorySecond, events: readonly LoadSecond[], total: RunningTotal): HistorySecond {
  for (const event of events) total.add(event);
  const users = { ...row.users };
  addUsers(users, events);
  return { ...row, users, tasks: joined(row.tasks, tasksOf(events)), total: total.row() };
}

/** All tasks from the load's start on. */
class RunningTotal {
  readonly #latency = new Distribution();
  #requests = 0;
  #failures = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;
  #bytes = 0;

  copy(): RunningTotal {
    const copy = new RunningTotal();
    copy.#latency.merge(this.#latency);
    copy.#requests = this.#requests;
    copy.#failures = this.#failures;
    copy.#sum = this.#sum;
    copy.#min = this.#min;
    copy.#max = this.#max;
    copy.#bytes = this.#bytes;
    return copy;
  }

  add(event: LoadSecond): void {
    for (const task of Object.values(event.tasks)) {
      this.#requests += task.requests;
      this.#failures += sumOf(task.failures);
      this.#sum += task.sum;
      this.#bytes += task.bytes;
      this.#latency.add(task.latency);
      if (task.requests === 0) continue;
      this.#min = Math.min(this.#min, task.min);
      this.#max = Math.max(this.#max, task.max);
    }
  }

  row(): HistorySecond['total'] {
    const some = this.#latency.count > 0;
    return {
      requests: this.#requests,
      failures: this.#failures,
      // The greatest is known as it was; its bucket knows it to three digits only.
      percentilesMs: some ? SHARES.map((share) => inMs(share === 1 ? this.#max : (this.#latency.percentile(share) ?? 0))) : null,
      medianMs: inMs(this.#latency.median() ?? 0),
      averageMs: some ? inMs(this.#sum / this.#latency.count) : 0,
      minMs: some ? inMs(this.#min) : 0,
      maxMs: inMs(this.#max),
      averageBytes: this.#requests > 0 ? this.#bytes / this.#requests : 0,
    };
  }
}

/**
 * Adds the users of all workers. They are a level, not a count: a worker whose timer fired twice in one second has written two
 * records of it, of which the greater holds.
 */
function addUsers(users: HistorySecond['users'], events: readonly LoadSecond[]): void {
  const byWorker = new Map<number, HistorySecond['users']>();
  for (const event of events) {
    const known = byWorker.get(event.worker);
    byWorker.set(event.worker, {
      planned: Math.max(known?.planned ?? 0, event.users.planned),
      active: Math.max(known?.active ?? 0, event.users.active),
      connected: Math.max(known?.connected ?? 0, event.users.connected),
    });
  }
  for (const { planned, active, connected } of byWorker.values()) {
    users.planned += planned;
    users.active += active;
    users.connected += connected;
  }
}

/**
 * Joins a second that is closed with records that came later. The latencies of the first are gone by then,
 * so of two percentiles the worse one is kept.
 */
function joined(known: Record<string, TaskOfSecond>, late: Record<string, TaskOfSecond>): Record<string, TaskOfSecond> {
  if (Object.keys(known).length === 0) return late;
  const tasks = new Map(Object.entries(known));
  for (const [name, task] of Object.entries(late)) {
    const before = tasks.get(name);
    tasks.set(name, {
      requests: task.requests + (before?.requests ?? 0),
      failures: task.failures + (before?.failures ?? 0),
      p50Ms: worse(task.p50Ms, before?.p50Ms ?? null),
      p95Ms: worse(task.p95Ms, before?.p95Ms ?? null),
      p99Ms: worse(task.p99Ms, before?.p99Ms ?? null),
      intendedP95Ms: worse(task.intendedP95Ms, before?.intendedP95Ms ?? null),
    });
  }
  return Object.fromEntries(tasks);
}

const worse = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b));

/** The sum of counts by name. A name may be any text. */
function summed(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const sum = new Map(Object.entries(a));
  for (const [name, count] of Object.entries(b)) if (count > 0) sum.set(name, (sum.get(name) ?? 0) + count);
  return Object.fromEntries(sum);
}

function tasksOf(events: readonly LoadSecond[]): Record<string, TaskOfSecond> {
  const names = [...new Set(events.flatMap((event) => Object.keys(event.tasks)))].sort();
  return Object.fromEntries(
    names.map((name) => {
      const records = events
        .flatMap((event) => (Object.hasOwn(event.tasks, name) ? [event.tasks[name]] : []))
        .filter((r) => r !== undefined);
      const latency = percentilesOf(
        records.map((record) => record.latency),
        [0.5, 0.95, 0.99],
      );
      const intended = percentilesOf(
        records.map((record) => record.intended),
        [0.95],
      );
      const of: TaskOfSecond = {
        requests: records.reduce((sum, record) => sum + record.requests, 0),
        failures: records.reduce((sum, record) => sum + sumOf(record.failures), 0),
        p50Ms: latency ? inMs(latency[0] as number) : null,
        p95Ms: latency ? inMs(latency[1] as number) : null,
        p99Ms: latency ? inMs(latency[2] as number) : null,
        intendedP95Ms: intended ? inMs(intended[0] as number) : null,
      };
      return [name, of];
    }),
  );
}
