import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { extract as createExtract, pack as createPack, type Header } from 'tar-stream';
import { messageOf } from '../errors.js';
import { tarHeader } from './archive.js';
import { decodeHeader, encodeTrailer, HEADER_BYTES, TRAILER_BYTES } from './gzip-frame.js';
import { unfitPath } from './paths.js';

/** This is no bundle, or one that nobody made in good faith: it is not looked at any further. */
export class NotABundleError extends Error {
  override name = 'NotABundleError';
}

/** How much is unpacked at the most. */
export interface UnpackLimits {
  /** In all. */
  bytes: number;
  entries: number;
  /** Beyond `bytesBeforeRatio`, for each byte of the archive: text of ours shrinks to a thirtieth at the best, a bomb to a thousandth. */
  ratio: number;
  bytesBeforeRatio: number;
}

export const UNPACK_LIMITS: UnpackLimits = { bytes: 64 * 2 ** 30, entries: 10_000, ratio: 200, bytesBeforeRatio: 256 * 2 ** 20 };

/** What an archive is beside what is in it. */
export interface ArchiveFacts {
  bytes: number;
  /** Of the whole file, in hex. */
  sha256: string;
  /** Seconds; of all entries the same. Null in an archive without any. */
  mtimeSeconds: number | null;
  /** What is not as it was when the archive was sealed: a byte that was changed, added or taken away anywhere. Empty when nothing is. */
  damage: string[];
}

/** Takes one file of an archive; it is in no other place. */
export type TakeEntry = (name: string, content: AsyncIterable<Buffer>) => Promise<void>;

/**
 * Reads a bundle from its first to its last byte without unpacking it to the disk.
 *
 * @throws NotABundleError for what no bundle is: another format, links, paths that lead out of the folder, a file twice, a bomb.
 */
export async function readArchive(path: string, take: TakeEntry, limits: UnpackLimits = UNPACK_LIMITS): Promise<ArchiveFacts> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const stored = size < HEADER_BYTES + TRAILER_BYTES ? undefined : decodeHeader(await readAt(handle, 0, HEADER_BYTES));
    if (stored === undefined) throw new NotABundleError('its first bytes are not those of a bundle that "loadwitness bundle" wrote');
    const { sha256, digest } = await digests(handle);
    const damage =
      digest === stored ? [] : ['its bytes are not those that were sealed: their SHA-256 is another one than its header tells'];
    const unpacked = await unpack(handle, size, take, limits, damage);
    return { bytes: size, sha256, mtimeSeconds: unpacked, damage };
  } finally {
    await handle.close();
  }
}

async function digests(handle: FileHandle): Promise<{ sha256: string; digest: string }> {
  const whole = createHash('sha256');
  const behindHeader = createHash('sha256');
  let at = 0;
  for await (const bytes of range(handle, 0, Number.POSITIVE_INFINITY)) {
    whole.update(bytes);
    behindHeader.update(bytes.subarray(Math.min(bytes.length, Math.max(0, HEADER_BYTES - at))));
    at += bytes.length;
  }
  return { sha256: whole.digest('hex'), digest: behindHeader.digest('hex') };
}

/** Unpacks, and packs again what came out: only what is exactly as it would be packed is as it was sealed. @returns the time of all entries. */
async function unpack(handle: FileHandle, size: number, take: TakeEntry, limits: UnpackLimits, damage: string[]): Promise<number | null> {
  const found = createHash('sha256');
  const again = createHash('sha256');
  const source = new Unpacked(handle, size, limits, found);
  let mtime: number | null;
  try {
    mtime = await entriesOf(source, take, limits, again);
  } catch (error) {
    // A byte that was changed can make anything of an archive. What is whole and cannot be read was never a bundle.
    if (damage.length === 0 || error instanceof TakeError) throw error instanceof TakeError ? error.cause : asNotABundle(error);
    damage.push(`it cannot be read to its end: ${messageOf(error)}`);
    return null;
  }
  damage.push(...(await source.damage(handle)));
  if (found.digest('hex') !== again.digest('hex')) damage.push('what stands in it between its files is not as it was packed');
  return mtime;
}

/** Whoever takes the entries has failed, not the archive. */
class TakeError extends Error {
  override name = 'TakeError';
}

const asNotABundle = (error: unknown): Error =>
  error instanceof NotABundleError ? error : new NotABundleError(messageOf(error), { cause: error });

async function entriesOf(source: Unpacked, take: TakeEntry, limits: UnpackLimits, again: Hash): Promise<number | null> {
  const extract = createExtract();
  const pack = createPack();
  const packed = (async () => {
    for await (const chunk of pack as AsyncIterable<Buffer>) again.update(chunk);
  })();
  const fed = pipeline(Readable.from(source.chunks(), { objectMode: false }), extract as object as NodeJS.WritableStream);
  // Its failure comes out of the loop below as well; here it must only not be the end of the process.
  fed.catch(() => undefined);
  packed.catch(() => undefined);
  let mtime: number | null = null;
  let last = '';
  let count = 0;
  try {
    for await (const entry of extract) {
      if (++count > limits.entries) throw new NotABundleError(`it holds more than ${limits.entries} files`);
      const { name, size, mtime: at } = checked(entry.header, last);
      last = name;
      mtime ??= Math.floor(at.getTime() / 1000);
      const sink = pack.entry(tarHeader(name, size, mtime)) as object as NodeJS.WritableStream;
      await takeEntry(name, entry as AsyncIterable<Buffer>, sink, take);
    }
    await fed;
    pack.finalize();
    await packed;
    return mtime;
  } catch (error) {
    extract.destroy();
    pack.destroy();
    await fed.catch(() => undefined);
    throw source.failure ?? error;
  }
}

function checked(header: Header, last: string): Header {
  const { name, type, linkname } = header;
  if (type !== 'file' || linkname)
    throw new NotABundleError(`${JSON.stringify(name)} in it is no plain file but a ${type ?? 'thing of an unknown kind'}`);
  const unfit = unfitPath(name);
  if (unfit !== undefined) throw new NotABundleError(`${JSON.stringify(name)} in it is ${unfit}`);
  if (name === last) throw new NotABundleError(`${JSON.stringify(name)} is in it twice`);
  if (name < last) throw new NotABundleError(`its files are not in order: ${JSON.stringify(name)} comes behind ${JSON.stringify(last)}`);
  return header;
}

async function takeEntry(name: string, entry: AsyncIterable<Buffer>, sink: NodeJS.WritableStream, take: TakeEntry): Promise<void> {
  let broken: unknown;
  // Nothing is written to it any more when it has failed, whose reason is told elsewhere.
  const gone = new Promise<void>((resolve) => sink.once('close', resolve).once('error', () => resolve()));
  async function* both(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of entry) {
        if (!sink.write(chunk)) await Promise.race([new Promise<void>((resolve) => sink.once('drain', resolve)), gone]);
        yield chunk;
      }
    } catch (error) {
      broken = error;
      throw error;
    }
  }
  try {
    await take(name, both());
  } catch (error) {
    throw broken ?? new TakeError('an entry could not be taken', { cause: error });
  }
  const ended = new Promise<void>((resolve) => sink.once('finish', resolve));
  sink.end();
  await Promise.race([ended, gone]);
}

/** The unpacked bytes of a bundle, as many as may be. */
class Unpacked {
  /** Why no more of it was given, whatever came of that elsewhere. */
  failure: unknown;
  readonly #inflate = createInflateRaw();
  #crc = 0;
  #bytes = 0;

  constructor(
    readonly handle: FileHandle,
    readonly size: number,
    readonly limits: UnpackLimits,
    readonly hash: Hash,
  ) {}

  async *chunks(): AsyncGenerator<Buffer> {
    const { handle, size } = this;
    const body = Readable.from(range(handle, HEADER_BYTES, size - TRAILER_BYTES), { objectMode: false });
    body.on('error', (error) => this.#inflate.destroy(error));
    try {
      for await (const chunk of body.pipe(this.#inflate)) {
        this.#count(chunk as Buffer);
        yield chunk as Buffer;
      }
    } catch (error) {
      this.failure = error;
      throw error;
    } finally {
      body.destroy();
    }
  }

  #count(chunk: Buffer): void {
    const { bytes, ratio, bytesBeforeRatio } = this.limits;
    this.#crc = crc32(chunk, this.#crc);
    this.#bytes += chunk.length;
    this.hash.update(chunk);
    if (this.#bytes > bytes || this.#bytes > Math.max(bytesBeforeRatio, ratio * this.size)) {
      throw new NotABundleError(`it holds more than ${this.#bytes} bytes in ${this.size}: it is not unpacked any further`);
    }
  }

  /** What is wrong around the unpacked bytes. */
  async damage(handle: FileHandle): Promise<string[]> {
    const trailer = await readAt(handle, this.size - TRAILER_BYTES, TRAILER_BYTES);
    const isEnded = this.#inflate.bytesWritten === this.size - HEADER_BYTES - TRAILER_BYTES;
    return [
      ...(isEnded ? [] : ['there are bytes behind its end']),
      ...(trailer.equals(encodeTrailer(this.#crc, this.#bytes)) ? [] : ['its checksum is not that of what is in it']),
    ];
  }
}

/** The bytes from `begin` up to `end`, or to the end of the file. */
async function* range(handle: FileHandle, begin: number, end: number): AsyncGenerator<Buffer> {
  for (let at = begin; at < end; ) {
    const chunk = await readAt(handle, at, Math.min(CHUNK_BYTES, end - at));
    if (chunk.length === 0) return;
    yield chunk;
    at += chunk.length;
  }
}

const CHUNK_BYTES = 1 << 18;

async function readAt(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, at);
  return bytes.subarray(0, bytesRead);
}
