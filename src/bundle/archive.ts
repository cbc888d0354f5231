import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw } from 'node:zlib';
import { pack as createPack, type Header, type Pack } from 'tar-stream';
import { encodeHeader, encodeTrailer, HEADER_BYTES } from './gzip-frame.js';

/** A file on its way into an archive. */
export interface ArchiveEntry {
  /** Its name in the archive. */
  name: string;
  file: string;
  bytes: number;
}

/** The only header that a file in a bundle can have: all else of it is fixed. */
export function tarHeader(name: string, bytes: number, mtimeSeconds: number): Partial<Header> & Pick<Header, 'name'> {
  return { name, size: bytes, mode: 0o600, uid: 0, gid: 0, mtime: new Date(mtimeSeconds * 1000), type: 'file' };
}

/**
 * Writes entries, in the order in which they come, as one new `.tar.gz` that is on the disk when this resolves. The same entries give the same bytes.
 *
 * @param path Must not exist.
 * @returns its size and SHA-256.
 */
export async function writeArchive(
  path: string,
  entries: readonly ArchiveEntry[],
  mtimeSeconds: number,
): Promise<{ bytes: number; sha256: string }> {
  const handle = await open(path, 'wx+', 0o600);
  try {
    const pack = createPack();
    const written = write(handle, pack);
    const [end] = await Promise.allSettled([written, feed(pack, entries, mtimeSeconds)]).then((both) => {
      // When the disk is full, the file that was being read fails too, which says less.
      const failed = both.find((one) => one.status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
      return both as [PromiseFulfilledResult<Written>, unknown];
    });
    const header = encodeHeader(end.value.digest);
    await writeAt(handle, header, 0);
    await handle.sync();
    const whole = createHash('sha256');
    for await (const chunk of createReadStream(path)) whole.update(chunk as Buffer);
    return { bytes: end.value.bytes, sha256: whole.digest('hex') };
  } finally {
    await handle.close();
  }
}

interface Written {
  bytes: number;
  digest: string;
}

async function write(handle: FileHandle, pack: Pack): Promise<Written> {
  const digest = createHash('sha256');
  let crc = 0;
  let unpacked = 0;
  let at = HEADER_BYTES;
  let refusal: unknown;
  const put = async (bytes: Buffer): Promise<void> => {
    digest.update(bytes);
    await writeAt(handle, bytes, at).catch((error: unknown) => {
      refusal = error;
      throw error;
    });
    at += bytes.length;
  };
  async function* counted(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      crc = crc32(chunk, crc);
      unpacked += chunk.length;
      yield chunk;
    }
  }
  const sink = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of source) await put(chunk);
  };
  try {
    await pipeline(Readable.from(counted(pack as AsyncIterable<Buffer>), { objectMode: false }), createDeflateRaw(), sink);
  } catch (error) {
    // What the disk said can arrive here as a mere abort. And whoever still feeds it would wait for ever.
    const failure = (refusal ?? error) as Error;
    pack.destroy(failure);
    throw failure;
  }
  await put(encodeTrailer(crc, unpacked));
  return { bytes: at, digest: digest.digest('hex') };
}

async function feed(pack: Pack, entries: readonly ArchiveEntry[], mtimeSeconds: number): Promise<void> {
  for (const { name, file, bytes } of entries) {
    const source = createReadStream(file, { highWaterMark: 1 << 18 });
    const closed = new Promise<void>((resolve) => source.once('close', resolve));
    try {
      await pipeline(source, asSink(pack.entry(tarHeader(name, bytes, mtimeSeconds))));
    } finally {
      // One that there was no entry for any more ends by nobody else.
      source.destroy();
      // A stream that failed lets go of its file a moment later: whoever unmounts that disk next would find it busy.
      await closed;
    }
  }
  pack.finalize();
}

/** tar-stream's streams are those of streamx, which are used in the same way. */
const asSink = (sink: object): NodeJS.WritableStream => sink as NodeJS.WritableStream;

async function writeAt(handle: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}
