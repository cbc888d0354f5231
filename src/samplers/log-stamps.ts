import { type LineSplitter, lineSplitter } from './line-splitter.js';

/** One line as the Engine gives it. */
export interface StampedLine {
  /** RFC 3339 in UTC with nine digits, so that two compare as text. Undefined where the Engine gave none. */
  time: string | undefined;
  stream: 'stdout' | 'stderr';
  text: string;
}

const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) /;
/** `2006-01-02T15:04:05.000000000Z`: what Docker itself writes. */
const FIXED_LENGTH = 30;
/** The longest form, `…000000000+09:00 `. */
const STAMP_BYTES = 36;
const INNER_STAMP = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z /g;

/** Joins the bytes of a container's log into lines with their time, each stream by itself. */
export class StampedLines {
  readonly #streams: { stdout: LineSplitter; stderr: LineSplitter };
  readonly #tty: boolean;
  readonly #onLine: (line: StampedLine) => void;

  /** @param tty Whether its lines end as a terminal's do */
  constructor(tty: boolean, onLine: (line: StampedLine) => void) {
    this.#tty = tty;
    // A terminal's stream has no frames: where a long line was cut, within a character perhaps, is seen only after its end.
    const splitter = () => lineSplitter(undefined, tty ? 'latin1' : 'utf8');
    this.#streams = { stdout: splitter(), stderr: splitter() };
    this.#onLine = onLine;
  }

  /** Gives every line that this chunk completes. Chunks may be cut anywhere. */
  push(stream: 'stdout' | 'stderr', data: Buffer): void {
    this.#streams[stream].push(data, (line) => this.#give(stream, line));
  }

  /** Gives the lines that have no newline. */
  flush(): void {
    for (const stream of ['stdout', 'stderr'] as const) this.#streams[stream].flush((line) => this.#give(stream, line));
  }

  /** Time of the oldest line that is not complete yet. */
  get pending(): string | undefined {
    const { stdout, stderr } = this.#streams;
    return [stdout, stderr]
      .map(beginOf)
      .filter((time) => time !== undefined)
      .sort()[0];
  }

  #give(stream: 'stdout' | 'stderr', line: string): void {
    const { time, length } = stampOf(line);
    const text = line.slice(length);
    this.#onLine({ time, stream, text: this.#tty ? fromTerminal(text, time) : text });
  }
}

/**
 * Each part of a long line has the line's time in front. So has, with its own, the line that ends a half one of a start before: no program can
 * have written a time that was still to come.
 */
function fromTerminal(bytes: string, time: string | undefined): string {
  const whole = time === undefined ? bytes : bytes.replace(INNER_STAMP, (found) => (found.slice(0, FIXED_LENGTH) < time ? found : ''));
  return Buffer.from(whole.endsWith('\r') ? whole.slice(0, -1) : whole, 'latin1').toString('utf8');
}

function beginOf(splitter: LineSplitter): string | undefined {
  return stampOf(splitter.begun(STAMP_BYTES).toString('latin1')).time;
}

/** The time in front of a line, and how many characters it takes with its blank. */
function stampOf(line: string): { time: string | undefined; length: number } {
  // What is nearly always there, without the expression's cost. Neither a blank nor a Z can stand there in another form of a time.
  if (line[FIXED_LENGTH] === ' ' && line[FIXED_LENGTH - 1] === 'Z' && line[4] === '-' && line[10] === 'T')
    return { time: line.slice(0, FIXED_LENGTH), length: FIXED_LENGTH + 1 };
  const match = STAMP.exec(line);
  if (match === null) return { time: undefined, length: 0 };
  return { time: fixed(`${match[1]}${match[3]}`, match[2] ?? ''), length: match[0].length };
}

/** The one form of a time. @throws RangeError when it is no time */
export function stamp(text: string): string {
  const match = STAMP.exec(`${text} `);
  if (match === null) throw new RangeError(`not a time: ${text}`);
  return fixed(`${match[1]}${match[3]}`, match[2] ?? '');
}

/** So many milliseconds before a time of the one form. */
export function before(time: string, ms: number): string {
  return stamp(new Date(Date.parse(time) - ms).toISOString());
}

function fixed(seconds: string, fraction: string): string {
  return `${new Date(seconds).toISOString().slice(0, 19)}.${fraction.padEnd(9, '0')}Z`;
}
