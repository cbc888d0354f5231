import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { messageOf } from '../errors.js';
import { CUT_MARK } from './cut.js';

/** What can be told of a file from its bytes alone. */
export interface FileFacts {
  /** Hex. */
  sha256: string;
  bytes: number;
  /** Unix ms that its first and last line begin with; null where lines do not begin with a time. */
  first: number | null;
  last: number | null;
  /** What stands in place of a part that was cut out of it; null: nothing was. */
  cut: string | null;
  /** Places at which a secret was taken out. */
  redactions: number;
  /** Bytes behind the end of the last line. */
  tornBytes: number;
  /** Why its text could not be read to the end; null when it could. */
  unreadable: string | null;
}

const EDGE_BYTES = 1 << 16;
const LONGEST_MARK = 512;
const REDACTED = 'redacted';
/** `<redacted`, also as it stands in HTML and in JSON inside of HTML. */
const BEFORE_REDACTED = ['<', '&lt;', '\\u003c'];
/** Of a compressed text: nothing that we write is larger, and a gzip bomb is not read to its end. */
const MOST_TEXT_BYTES = 4 * 2 ** 30;
/** RFC 3339, as the logs of containers have it. */
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)(?= )/;
const PICTURE = /\.(png|jpe?g)$/i;

/** Takes the facts of a file from its bytes, chunk by chunk. Memory stays the same however large it is. */
export class FactTaker {
  readonly #hash = createHash('sha256');
  #bytes = 0;
  readonly #text: TextFacts | undefined;
  readonly #gunzip: ReturnType<typeof createGunzip> | undefined;
  #unreadable: string | null = null;

  constructor(path: string) {
    if (PICTURE.test(path)) return;
    const text = new TextFacts();
    this.#text = text;
    if (!path.endsWith('.gz')) return;
    const gunzip = createGunzip();
    this.#gunzip = gunzip;
    gunzip.on('data', (chunk: Buffer) => {
      text.add(chunk);
      if (text.bytes > MOST_TEXT_BYTES) gunzip.destroy(new Error(`larger than ${MOST_TEXT_BYTES} bytes when unpacked`));
    });
    gunzip.on('error', (error) => {
      this.#unreadable = messageOf(error);
    });
  }

  async add(chunk: Buffer): Promise<void> {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
    if (this.#gunzip === undefined) this.#text?.add(chunk);
    else if (this.#unreadable === null && !this.#gunzip.write(chunk)) await settled(this.#gunzip, 'drain');
  }

  async end(): Promise<FileFacts> {
    if (this.#gunzip !== undefined && this.#unreadable === null) {
      const ended = settled(this.#gunzip, 'end');
      this.#gunzip.end();
      await ended;
    }
    this.#gunzip?.destroy();
    const text = this.#text?.end() ?? { first: null, last: null, cut: null, redactions: 0, tornBytes: 0 };
    return { sha256: this.#hash.digest('hex'), bytes: this.#bytes, ...text, unreadable: this.#unreadable };
  }
}

/** Waits for an event or for the end of the stream by an error, which its listener has taken. */
async function settled(stream: ReturnType<typeof createGunzip>, event: string): Promise<void> {
  if (stream.destroyed) return;
  const stop = new AbortController();
  const { signal } = stop;
  // What is not waited for any more rejects, which says nothing.
  await Promise.race([once(stream, event, { signal }), once(stream, 'close', { signal })]).catch(() => undefined);
  stop.abort();
}

class TextFacts {
  bytes = 0;
  #head: Buffer = Buffer.alloc(0);
  #tail: Buffer = Buffer.alloc(0);
  #redactions = 0;
  #cut: string | null = null;

  add(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.bytes += chunk.length;
    if (this.#head.length < EDGE_BYTES) this.#head = Buffer.concat([this.#head, chunk.subarray(0, EDGE_BYTES - this.#head.length)]);
    const before = this.#tail.subarray(-LONGEST_MARK);
    const both = Buffer.concat([before, chunk]);
    this.#redactions += redactionsIn(both, before.length);
    this.#cut ??= markIn(both);
    this.#tail = chunk.length >= EDGE_BYTES ? Buffer.from(chunk.subarray(-EDGE_BYTES)) : lastOf(this.#tail, chunk);
  }

  end(): Pick<FileFacts, 'first' | 'last' | 'cut' | 'redactions' | 'tornBytes'> {
    const lines = this.#head.toString('utf8').split('\n');
    const lastLines = this.#tail.toString('utf8').split('\n').reverse();
    // A file that has a time in front of few lines has none for our purpose: a trace of a crash stands between two stamped lines.
    return {
      first: firstStamp(lines),
      last: firstStamp(lastLines),
      cut: this.#cut,
      redactions: this.#redactions,
      tornBytes: this.#tail.length - 1 - this.#tail.lastIndexOf(0x0a),
    };
  }
}

const lastOf = (tail: Buffer, chunk: Buffer): Buffer => Buffer.from(Buffer.concat([tail, chunk]).subarray(-EDGE_BYTES));

/** Places that end behind the bytes that were looked at before. */
function redactionsIn(bytes: Buffer, seen: number): number {
  let count = 0;
  for (let at = bytes.indexOf(REDACTED, Math.max(0, seen - REDACTED.length + 1)); at >= 0; at = bytes.indexOf(REDACTED, at + 1)) {
    if (BEFORE_REDACTED.some((before) => bytes.subarray(Math.max(0, at - before.length), at).equals(Buffer.from(before)))) count++;
  }
  return count;
}

/** The line that says what was cut out. Found again in the next chunk where its end is not there yet. */
function markIn(bytes: Buffer): string | null {
  for (let at = bytes.indexOf(CUT_MARK); at >= 0; at = bytes.indexOf(CUT_MARK, at + 1)) {
    const end = bytes.indexOf(0x0a, at);
    const isLine = (at === 0 || bytes[at - 1] === 0x0a) && end > at && end - at < LONGEST_MARK;
    if (isLine) return bytes.toString('utf8', at, end);
  }
  return null;
}

function firstStamp(lines: readonly string[]): number | null {
  for (const line of lines) {
    const [stamp] = STAMP.exec(line) ?? [];
    const t = stamp === undefined ? Number.NaN : Date.parse(stamp);
    if (!Number.isNaN(t)) return t;
  }
  return null;
}

/** The facts of a file on the disk. @param path decides what it is: a text, a compressed text (`.gz`), or a picture. */
export async function factsOfFile(file: string, path: string): Promise<FileFacts> {
  const taker = new FactTaker(path);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 })) await taker.add(chunk as Buffer);
  return await taker.end();
}
