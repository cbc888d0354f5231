import type { JournalEvent } from '../../journal/event.js';

/** A counter that starts with the sampler, of which only the part since the load's start is asked for. */
export class Counter {
  #last = 0;
  /** Everything that was counted before the source began again from 0. */
  #before = 0;
  #base = 0;
  #restarted = false;

  /** @param inLoad Whether the load had begun when this was read. */
  read(value: number, inLoad: boolean): void {
    if (value < this.#last) {
      this.#before += this.#last;
      this.#restarted = true;
    }
    this.#last = value;
    if (!inLoad) {
      this.#base = this.#before + value;
      this.#restarted = false;
    }
  }

  /** Counted since the last reading before the load, or since the sampler's start. */
  get sinceLoadStart(): number {
    return this.#before + this.#last - this.#base;
  }

  /** Whether the source began again during the load, so that something may have been missed. */
  get restarted(): boolean {
    return this.#restarted;
  }
}

/** What the log sampler read of one backend. */
export interface BackendLog {
  backend: string;
  /** Times of all readings, rising, in Unix ms. */
  times: number[];
  lines: Counter;
  /** By the pattern's name. */
  matches: Map<string, Counter>;
  /** Errors of the log sampler that name this backend. */
  errors: { t: number; message: string }[];
  /** Times in which it could not be read and of which nothing is missing all the same, since it was read again from where it had ended. */
  continuous: { from: number; to: number }[];
}

/** A `target.event` of the log sampler: the log of `component` is known without a gap over `detail`, `<ISO>..<ISO>`. */
const CONTINUOUS = 'log-continuous';

/** The sampler that counts lines in log files. */
export const LOG_SAMPLER = 'logs';

/** Collects what was read of the backends' logs. */
export class LogReadings {
  readonly backends = new Map<string, BackendLog>();
  /** Greatest interval that the sampler said it reads in; null where it said none. */
  intervalMs: number | null = null;
  #loadStart: number | null = null;

  constructor(backends: readonly string[]) {
    for (const backend of backends) this.#of(backend);
  }

  loadStarted(t: number): void {
    this.#loadStart = t;
  }

  add(event: Extract<JournalEvent, { type: 'sample' }>): void {
    // Other samplers count lines too, of other logs.
    if (event.sampler !== LOG_SAMPLER) return;
    if (event.intervalMs !== undefined) this.intervalMs = Math.max(this.intervalMs ?? 0, event.intervalMs);
    const inLoad = this.#loadStart !== null && event.t > this.#loadStart;
    for (const { name, value, attributes } of event.samples) {
      const backend = attributes?.backend;
      if (backend === undefined) continue;
      if (name === 'log.lines') {
        const log = this.#of(backend);
        log.times.push(event.t);
        log.lines.read(value, inLoad);
      } else if (name === 'log.matches' && attributes?.pattern !== undefined) {
        const { matches } = this.#of(backend);
        const counter = matches.get(attributes.pattern) ?? new Counter();
        counter.read(value, inLoad);
        matches.set(attributes.pattern, counter);
      }
    }
  }

  addError(event: Extract<JournalEvent, { type: 'sampler.error' }>): void {
    if (event.sampler !== LOG_SAMPLER) return;
    const named = [...this.backends.values()].find(({ backend }) => beginsWithName(event.message, backend));
    named?.errors.push({ t: event.t, message: event.message });
  }

  addEvent({ sampler, what, component, detail }: Extract<JournalEvent, { type: 'target.event' }>): void {
    if (sampler !== LOG_SAMPLER || what !== CONTINUOUS) return;
    const [from, to] = (detail ?? '').split('..').map((iso) => Date.parse(iso));
    if (from === undefined || to === undefined || Number.isNaN(from) || Number.isNaN(to)) return;
    this.#of(component).continuous.push({ from, to });
  }

  #of(backend: string): BackendLog {
    let log = this.backends.get(backend);
    if (!log) {
      log = { backend, times: [], lines: new Counter(), matches: new Map(), errors: [], continuous: [] };
      this.backends.set(backend, log);
    }
    return log;
  }
}

/** Whether a message begins with exactly this name: `fastapi-1` does not begin a message about `fastapi-10`. */
function beginsWithName(message: string, name: string): boolean {
  return message.startsWith(name) && !/^[\p{L}\p{N}_-]/u.test(message.slice(name.length));
}
