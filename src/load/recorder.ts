import { LatencyHistogram } from '../histogram.js';
import type { LoadSecond, TaskSecond } from '../journal/event.js';
import type { HandshakeTimes } from './connection.js';
import type { Health } from './health.js';

type Counts = Record<string, number>;

/** A target can invent labels without end; the journal keeps this many and adds up the rest. */
const MAX_LABELS = 64;
const OTHER = '(other)';

/** Adds to a counter by label. */
export function bump(counts: Counts, label: string, by = 1): void {
  const known = counts[label];
  if (known !== undefined) counts[label] = known + by;
  else if (Object.keys(counts).length < MAX_LABELS) counts[label] = by;
  else counts[OTHER] = (counts[OTHER] ?? 0) + by;
}

/** An object without a prototype, so that a label such as `constructor` is a label. */
const noCounts = (): Counts => Object.create(null) as Counts;

/** What happened to one task since the last second was taken. */
export class TaskRecorder {
  readonly #latency = new LatencyHistogram();
  readonly #intended = new LatencyHistogram();
  #requests = 0;
  #failures = noCounts();
  #replies = noCounts();
  #late = 0;
  #bytes = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  /**
   * A request that came to its end.
   *
   * @param latencyMs From the actual send.
   * @param intendedMs From the intended send.
   * @param failure Kind of failure; undefined for success.
   */
  ended(latencyMs: number, intendedMs: number, failure: string | undefined): void {
    const micros = Math.round(latencyMs * 1000);
    this.#requests++;
    this.#sum += micros;
    if (micros < this.#min) this.#min = micros;
    if (micros > this.#max) this.#max = micros;
    this.#latency.record(micros);
    this.#intended.record(Math.round(intendedMs * 1000));
    if (failure !== undefined) bump(this.#failures, failure);
  }

  /** A reply that was matched in time. */
  replied(type: string, bytes: number): void {
    bump(this.#replies, type);
    this.#bytes += bytes;
  }

  /** A reply that came after its request had timed out. */
  lateReply(type: string): void {
    bump(this.#replies, type);
    this.#late++;
  }

  /** The record of the time since the last call, or undefined when nothing happened. */
  take(): TaskSecond | undefined {
    if (this.#requests === 0 && this.#late === 0) return undefined;
    const record: TaskSecond = {
      requests: this.#requests,
      failures: this.#failures,
      replies: this.#replies,
      late: this.#late,
      bytes: this.#bytes,
      sum: this.#sum,
      min: this.#requests === 0 ? 0 : this.#min,
      max: this.#max,
      latency: this.#latency.drain(),
      intended: this.#intended.drain(),
    };
    this.#requests = this.#late = this.#bytes = this.#sum = this.#max = 0;
    this.#min = Number.POSITIVE_INFINITY;
    this.#failures = noCounts();
    this.#replies = noCounts();
    return record;
  }
}

/** The name of the pseudo task under which opening handshakes are recorded. */
export const CONNECT = 'connect';

/** Collects what virtual users live through and hands it over once a second. */
export class Recorder {
  readonly #tasks = new Map<string, TaskRecorder>();
  readonly #timings = new Map<string, LatencyHistogram>();
  #pushes = noCounts();
  #closes = noCounts();
  #drops = noCounts();
  #exceptions = noCounts();
  #unsent = 0;
  #lagMs = 0;

  constructor(taskNames: readonly string[]) {
    for (const name of [CONNECT, ...taskNames]) this.#tasks.set(name, new TaskRecorder());
  }

  /** @throws when no such task was named to the constructor. */
  task(name: string): TaskRecorder {
    const recorder = this.#tasks.get(name);
    if (!recorder) throw new RangeError(`no task is called ${name}`);
    return recorder;
  }

  /** The steps of an opening handshake that succeeded. Steps that were not made are left out. */
  handshake(times: HandshakeTimes): void {
    for (const [step, ms] of Object.entries(times)) if (ms > 0) this.#timing(`handshake.${step}`, ms);
  }

  /** A dropped user is connected again. @param ms From the drop to the open socket. */
  reconnected(ms: number): void {
    this.#timing('reconnect', ms);
  }

  #timing(name: string, ms: number): void {
    let histogram = this.#timings.get(name);
    if (!histogram) {
      histogram = new LatencyHistogram();
      this.#timings.set(name, histogram);
    }
    histogram.record(Math.round(ms * 1000));
  }

  #takeTimings(): Record<string, number[]> {
    const all = [...this.#timings].map(([name, histogram]) => [name, histogram.drain()] as const);
    return Object.fromEntries(all.filter(([, pairs]) => pairs.length > 0));
  }

  pushed(type: string): void {
    bump(this.#pushes, type);
  }

  closed(code: number, by: 'client' | 'server'): void {
    bump(this.#closes, `${code} ${by}`);
  }

  dropped(code: number): void {
    bump(this.#drops, `close ${code}`);
  }

  exception(message: string): void {
    bump(this.#exceptions, message);
  }

  /** A message left. @param lagMs After it was intended. */
  sent(lagMs: number): void {
    if (lagMs > this.#lagMs) this.#lagMs = lagMs;
  }

  unsent(): void {
    this.#unsent++;
  }

  /** Everything since the last call, ready to be emitted. */
  take({ generator, ...about }: Pick<LoadSecond, 'worker' | 'second' | 'users'> & { generator: Health }): Omit<LoadSecond, 't'> {
    const tasks: Record<string, TaskSecond> = {};
    for (const [name, recorder] of this.#tasks) {
      const record = recorder.take();
      if (record) tasks[name] = record;
    }
    const event = {
      type: 'load.second' as const,
      ...about,
      tasks,
      timings: this.#takeTimings(),
      pushes: this.#pushes,
      closes: this.#closes,
      drops: this.#drops,
      unsent: this.#unsent,
      exceptions: this.#exceptions,
      generator: { ...generator, lagMs: this.#lagMs },
    };
    this.#pushes = noCounts();
    this.#closes = noCounts();
    this.#drops = noCounts();
    this.#exceptions = noCounts();
    this.#unsent = 0;
    this.#lagMs = 0;
    return event;
  }
}
