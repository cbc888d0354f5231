import type { LoadSecond } from '../../journal/event.js';
import { addGenerator, noGenerator } from '../../verdict/accumulate/generator-second.js';
import { sumOf } from '../../verdict/accumulate/tally.js';
import { percentilesOf } from '../../verdict/distribution.js';
import { generatorHealth } from '../../verdict/generator.js';
import type { GeneratorHealth, GeneratorSecond } from '../../verdict/run-result.js';
import { TaskFigures } from './task-figures.js';

/** How many seconds count as the last ones. */
export const LAST_SECONDS = 10;

/** How many seconds are kept for the sparklines: no terminal is wider. */
export const KEPT_SECONDS = 300;

/** Whatever a scenario calls its tasks, and a target its errors, the memory of a long run stays bounded. */
const MOST_TASKS = 200;
const MOST_KINDS = 100;
const OTHERS = '(others)';

interface Second {
  second: number;
  users: { planned: number; active: number; connected: number };
  requests: number;
  failures: number;
  generator: GeneratorSecond;
  /** What the workers said, while it is one of the last seconds. */
  records: LoadSecond[];
  /** Of all tasks in ms; undefined where nothing was measured, and until it is asked for. */
  p95: number | undefined | null;
}

/** One second for a sparkline. */
export type ShownSecond = Pick<Second, 'requests' | 'failures'> & { active: number; p95: number | undefined };

/** Our own load as it goes on, all workers together. What an event costs does not grow with the run, and neither does the memory. */
export class LoadFigures {
  readonly tasks = new Map<string, TaskFigures>();
  readonly all = new TaskFigures();
  /** Failures by kind, of tasks and of sockets that the target dropped. */
  readonly failures = new Map<string, number>();
  unsent = 0;
  #seconds: Second[] = [];
  readonly #workers = new Set<number>();
  /** The newest second, as long as not every worker has told of it. */
  #open: LoadSecond[] = [];

  add(event: LoadSecond): void {
    this.#workers.add(event.worker);
    const newest = this.#open[0]?.second ?? this.#seconds.at(-1)?.second ?? event.second - 1;
    if (event.second > newest) this.#closeSecond();
    if (event.second < newest || event.second === this.#seconds.at(-1)?.second) return this.#take(event);
    this.#open.push(event);
    if (this.#open.length >= this.#workers.size) this.#closeSecond();
  }

  /** Nothing more comes: the newest second counts although some workers did not tell of it. */
  end(): void {
    this.#closeSecond();
  }

  /** The users of the last whole second; undefined before there is one. */
  get users(): Second['users'] | undefined {
    return this.#seconds.at(-1)?.users;
  }

  /** A rate of something that was counted over the last seconds. */
  perSecond(count: number): number {
    const first = this.#seconds[0]?.second ?? 0;
    const last = this.#seconds.at(-1)?.second ?? 0;
    return this.#seconds.length === 0 ? 0 : count / Math.min(LAST_SECONDS, last - first + 1);
  }

  /** The last so many seconds, oldest first; one without a record is undefined. */
  history(count: number): (ShownSecond | undefined)[] {
    const last = this.#seconds.at(-1);
    const first = this.#seconds[0];
    if (!last || !first) return [];
    const from = Math.max(first.second, last.second - count + 1);
    const bySecond = new Map(this.#seconds.map((one) => [one.second, one]));
    return Array.from({ length: last.second - from + 1 }, (_, index) => {
      const one = bySecond.get(from + index);
      return one && { requests: one.requests, failures: one.failures, active: one.users.active, p95: p95Of(one) };
    });
  }

  /** How the generator itself fared in the last seconds, by the verdict's own rule. */
  generator(): GeneratorHealth {
    return generatorHealth(this.#seconds.slice(-LAST_SECONDS).filter(({ second }) => this.#isRecent(second)));
  }

  #closeSecond(): void {
    for (const event of this.#open.splice(0)) this.#take(event);
  }

  #isRecent(second: number): boolean {
    return second > (this.#seconds.at(-1)?.second ?? second) - LAST_SECONDS;
  }

  #take(event: LoadSecond): void {
    const one = this.#secondOf(event.second);
    const isRecent = one !== undefined && this.#isRecent(event.second);
    if (one) addTo(one, event, isRecent);
    for (const [name, record] of Object.entries(event.tasks)) {
      this.#taskOf(name).add(record, isRecent);
      this.all.add(record, isRecent);
      for (const [kind, count] of Object.entries(record.failures)) this.#countFailure(kind, count);
    }
    for (const [kind, count] of Object.entries(event.drops)) this.#countFailure(`dropped: ${kind}`, count);
    this.unsent += event.unsent;
  }

  /** Undefined for one that is older than all that are kept. */
  #secondOf(second: number): Second | undefined {
    const known = this.#seconds.findLast((one) => one.second <= second);
    if (known?.second === second) return known;
    if (known !== this.#seconds.at(-1)) return undefined;
    const made = {
      second,
      users: { planned: 0, active: 0, connected: 0 },
      requests: 0,
      failures: 0,
      generator: noGenerator(),
      records: [],
      p95: null,
    };
    this.#seconds.push(made);
    if (this.#seconds.length > KEPT_SECONDS) this.#seconds.shift();
    this.#forget();
    return made;
  }

  /** Takes out of the last seconds what no longer belongs there. */
  #forget(): void {
    for (const one of this.#seconds.slice(-2 * LAST_SECONDS)) {
      if (this.#isRecent(one.second)) continue;
      p95Of(one);
      for (const { tasks } of one.records.splice(0)) {
        for (const [name, record] of Object.entries(tasks)) {
          this.#taskOf(name).forget(record);
          this.all.forget(record);
        }
      }
    }
  }

  #taskOf(name: string): TaskFigures {
    const key = this.tasks.has(name) || this.tasks.size < MOST_TASKS ? name : OTHERS;
    const known = this.tasks.get(key) ?? new TaskFigures();
    this.tasks.set(key, known);
    return known;
  }

  #countFailure(kind: string, count: number): void {
    const key = this.failures.has(kind) || this.failures.size < MOST_KINDS ? kind : OTHERS;
    this.failures.set(key, (this.failures.get(key) ?? 0) + count);
  }
}

function addTo(one: Second, event: LoadSecond, isRecent: boolean): void {
  one.users.planned += event.users.planned;
  one.users.active += event.users.active;
  one.users.connected += event.users.connected;
  one.failures += sumOf(event.drops);
  for (const task of Object.values(event.tasks)) {
    one.requests += task.requests;
    one.failures += sumOf(task.failures);
  }
  addGenerator(one.generator, event);
  if (!isRecent) return;
  one.records.push(event);
  one.p95 = null;
}

/** Reckoned once, when it is first asked for or when the records go. */
function p95Of(one: Second): number | undefined {
  if (one.p95 !== null) return one.p95;
  const lists = one.records.flatMap(({ tasks }) => Object.values(tasks).map(({ latency }) => latency));
  const micros = percentilesOf(lists, [0.95])?.[0];
  one.p95 = micros === undefined ? undefined : micros / 1000;
  return one.p95;
}
