import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** Begins the line that stands in place of what was cut out of a text; the archive of logs writes the same. */
export const CUT_MARK = '--- Loadwitness left out ';

/** A piece of text without the end of a line is given in parts that are as long. */
const LONGEST_LINE = 8 << 20;

/** Whole lines of a file with their ends, some at a time; a `.gz` is unpacked on the way. */
export async function* chunksOfLines(file: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of textOf(file)) {
    const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = all.lastIndexOf(0x0a) + 1;
    const cut = end === 0 && all.length > LONGEST_LINE ? all.length : end;
    if (cut > 0) yield all.subarray(0, cut);
    rest = all.subarray(cut);
  }
  if (rest.length > 0) yield rest;
}

/** What can be unpacked of a `.gz` that was torn is given, and a line that says so. */
async function* textOf(file: string): AsyncGenerator<Buffer> {
  const raw = createReadStream(file, { highWaterMark: 1 << 18 });
  if (!isGzip(file)) return yield* raw;
  const gunzip = createGunzip();
  raw.on('error', (error) => gunzip.destroy(error));
  let last = 0x0a;
  try {
    for await (const chunk of raw.pipe(gunzip)) {
      last = (chunk as Buffer).at(-1) ?? last;
      yield chunk as Buffer;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('Z_')) throw error;
    yield Buffer.from(`${last === 0x0a ? '' : '\n'}${CUT_MARK}what follows here: it could not be unpacked (${code}) ---\n`);
  } finally {
    raw.destroy();
  }
}

const isGzip = (file: string): boolean => file.endsWith('.gz');

/** Writes chunks as a file, gzipped where its name says so. */
export async function writeChunks(chunks: AsyncIterable<Buffer>, file: string): Promise<void> {
  const out = createWriteStream(file, { mode: 0o600 });
  if (isGzip(file)) await pipeline(Readable.from(chunks, { objectMode: false }), createGzip(), out);
  else await pipeline(Readable.from(chunks, { objectMode: false }), out);
}

/**
 * Copies a text without its middle: the lines that lie wholly within its beginning and its end are kept, and one line says what is missing
 * between them.
 *
 * @param share Of 1: how much of it is kept, one half of that from each end.
 */
export async function copyWithoutMiddle(from: string, to: string, share: number): Promise<void> {
  let total = 0;
  for await (const chunk of chunksOfLines(from)) total += chunk.length;
  await writeChunks(withoutMiddle(chunksOfLines(from), total, Math.floor((total * share) / 2)), to);
}

async function* withoutMiddle(chunks: AsyncIterable<Buffer>, total: number, half: number): AsyncGenerator<Buffer> {
  const leftOut = { lines: 0, bytes: 0 };
  let at = 0;
  for await (const chunk of chunks) {
    for (const line of linesOf(chunk)) {
      const begin = at;
      at += line.length;
      if (at > half && begin < total - half) {
        leftOut.lines++;
        leftOut.bytes += line.length;
        continue;
      }
      if (leftOut.bytes > 0) yield markOf(leftOut);
      leftOut.bytes = 0;
      yield line;
    }
  }
  if (leftOut.bytes > 0) yield markOf(leftOut);
}

const markOf = ({ lines, bytes }: { lines: number; bytes: number }): Buffer =>
  Buffer.from(`${CUT_MARK}${lines} lines (${bytes} bytes) here: the bundle would be too large ---\n`);

function* linesOf(chunk: Buffer): Generator<Buffer> {
  for (let begin = 0; begin < chunk.length; ) {
    const newline = chunk.indexOf(0x0a, begin);
    const end = newline < 0 ? chunk.length : newline + 1;
    yield chunk.subarray(begin, end);
    begin = end;
  }
}
