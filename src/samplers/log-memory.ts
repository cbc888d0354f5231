import { before } from './log-stamps.js';

/** Stdout and stderr are stamped apart and written one after the other, so that times can be a little out of order. */
const OVERLAP_MS = 2_000;
const MOST_LINES = 300_000;
const FORGET_EVERY = 1_024;

const LOST = 'the line that was read last is no longer in it: it was cut or rotated meanwhile';

interface Line {
  time: string;
  stream: 'stdout' | 'stderr';
}

/**
 * Remembers the newest lines of a log that is asked for in pieces, so that a new stream can begin a little earlier and each line is
 * taken once all the same. Lines are told apart by their time, their stream, and how many have the same.
 * Times are RFC 3339 in UTC with nine digits.
 */
export class LogMemory {
  readonly #start: string;
  /** How many have the same time and stream, in the order in which they came. */
  readonly #lines = new Map<string, number>();
  /** Every line up to here that was read has been forgotten. */
  #forgotten: string | undefined;
  #newest: { key: string; time: string } | undefined;
  /** Lines that the stream that is being read is to bring once more. */
  #again = new Map<string, number>();
  /** The newest line before that stream, until it has come again. */
  #awaited: string | undefined;
  #isTail = false;
  #hasHole = false;
  #sinceForgetting = 0;
  #doubt: string | undefined;

  /** @param start Older lines are none of ours */
  constructor(start: string) {
    this.#start = start;
  }

  /** Remembers a line that was there before the start: when a log holds it later, nothing in between has been lost. */
  anchor(line: Line): void {
    if (line.time < this.#start && this.#newest === undefined) this.#remember(line);
  }

  /** Begins a new stream, of a log's end only where `isTail`. Gives the time from which on it must be asked for. */
  begin(isTail = false): string {
    this.#again = new Map(this.#lines);
    this.#awaited = this.#newest?.key;
    this.#isTail = isTail;
    this.#hasHole = false;
    const [oldest] = this.#lines.keys();
    if (this.#forgotten !== undefined) return this.#forgotten;
    return oldest !== undefined && timeOf(oldest) < this.#start ? timeOf(oldest) : this.#start;
  }

  /** Whether this line of the stream is one that has not been read yet. Remembers it. */
  isNew(line: Line): boolean {
    const key = keyOf(line);
    if (key === this.#awaited) this.#awaited = undefined;
    const left = this.#again.get(key);
    if (left !== undefined) {
      if (left > 1) this.#again.set(key, left - 1);
      else this.#again.delete(key);
      return false;
    }
    if (line.time < this.#start || line.time === this.#forgotten) return false;
    // Lines come in the order of the log, so the newest one that is known comes before all new ones.
    if (this.#awaited !== undefined && this.#isTail) this.#hasHole = true;
    if (this.#hasHole) return false;
    if (this.#awaited !== undefined) this.#doubt = LOST;
    this.#awaited = undefined;
    if (this.#forgotten !== undefined && line.time < this.#forgotten)
      this.#doubt ??= 'its times went back: the clock of the Engine was set';
    this.#remember(line);
    return true;
  }

  /** Whether no line is known, by which a stream could be seen to begin too late. */
  get isEmpty(): boolean {
    return this.#newest === undefined;
  }

  /** Whether the stream has not yet brought the newest line that was known before it. */
  get isAwaiting(): boolean {
    return this.#awaited !== undefined;
  }

  /** Whether the stream began after the lines that are known. Nothing of it was taken then: it must be asked for whole. */
  get hasHole(): boolean {
    return this.#hasHole;
  }

  /** Forgets what no new stream has to bring again. @param pending time of the oldest line that is not complete yet */
  tidy(pending: string | undefined): void {
    if (this.#sinceForgetting < FORGET_EVERY || this.#newest === undefined) return;
    this.#sinceForgetting = 0;
    const settled = before(this.#newest.time, OVERLAP_MS);
    const bound = pending !== undefined && pending < settled ? pending : settled;
    for (const key of this.#lines.keys()) {
      const time = timeOf(key);
      const isTooMuch = this.#lines.size > MOST_LINES;
      if (time >= bound && !isTooMuch) break;
      if (isTooMuch && pending !== undefined && time >= pending) this.#doubt = 'a line of it was not ended for too long';
      this.#lines.delete(key);
      if (this.#forgotten === undefined || time > this.#forgotten) this.#forgotten = time;
    }
  }

  /** Once the stream has brought all that the log holds: why lines may be missing or doubled, undefined when each has been taken once. */
  verdict(): string | undefined {
    const doubt = this.#awaited === undefined ? this.#doubt : LOST;
    this.#awaited = undefined;
    this.#doubt = undefined;
    return doubt;
  }

  #remember(line: Line): void {
    const key = keyOf(line);
    this.#lines.set(key, (this.#lines.get(key) ?? 0) + 1);
    if (this.#newest === undefined || line.time >= this.#newest.time) this.#newest = { key, time: line.time };
    this.#sinceForgetting += 1;
  }
}

function keyOf({ time, stream }: Line): string {
  return stream === 'stdout' ? time : `${time}!`;
}

function timeOf(key: string): string {
  return key.endsWith('!') ? key.slice(0, -1) : key;
}
