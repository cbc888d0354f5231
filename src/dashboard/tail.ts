import { type FSWatcher, watch } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

/** What comes of following a file. */
export type Tailed =
  /** Whole lines that were not told before, without their ends. */
  | { type: 'lines'; lines: string[] }
  /** Everything of the file, which is so long now, has been told, but for so many bytes of a last line that is not whole. */
  | { type: 'caught up'; bytes: number; tornBytes: number }
  /** The file is another one now, or shorter than what was told of it: what was told counts for nothing, and the rest is told from its begin. */
  | { type: 'anew' };

const CHUNK_BYTES = 1 << 18;
const NEWLINE = 0x0a;

/** How long a change may go unnoticed where the system tells of none. */
const POLL_MS = 250;

/**
 * Follows a file that others write, from its first line on: whole lines only, each once. A file that is not there yet is waited for. Memory is
 * bounded by the longest line. Ends when `signal` is aborted.
 *
 * @throws what the file system says when the file is there and cannot be read.
 */
export async function* tail(path: string, signal: AbortSignal): AsyncGenerator<Tailed, void> {
  const changes = new Changes(path, signal);
  let file: FileHandle | undefined;
  /** Bytes of the lines that were told. */
  let told = 0;
  try {
    /** What was last told to be torn; undefined while there is more to tell. */
    let torn: number | undefined;
    while (!signal.aborted) {
      file ??= await openIfThere(path);
      changes.watch(file !== undefined);
      for await (const { lines, bytes } of file ? linesFrom(file, told) : []) {
        told += bytes;
        torn = undefined;
        yield { type: 'lines', lines };
        if (signal.aborted) return;
      }
      const size = file && (await sizeOf(file, path, told));
      if (file && size === undefined) {
        await file.close();
        file = undefined;
        changes.watch(false);
        told = 0;
        torn = undefined;
        yield { type: 'anew' };
        continue;
      }
      if (size !== undefined && size - told !== torn) {
        torn = size - told;
        yield { type: 'caught up', bytes: size, tornBytes: torn };
      }
      await changes.next();
    }
  } finally {
    changes.close();
    await file?.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  return await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** Whole lines from a place on, up to the end that the file has now. What is behind its last line is read again the next time. */
async function* linesFrom(file: FileHandle, begin: number): AsyncGenerator<{ lines: string[]; bytes: number }> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let rest: Buffer[] = [];
  for (let at = begin; ; ) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    const read = chunk.subarray(0, bytesRead);
    const end = read.lastIndexOf(NEWLINE);
    // The chunk is used again.
    if (end < 0) {
      rest.push(Buffer.from(read));
      continue;
    }
    const whole = Buffer.concat([...rest, read.subarray(0, end)]);
    rest = [Buffer.from(read.subarray(end + 1))];
    yield { lines: whole.toString('utf8').split('\n'), bytes: whole.length + 1 };
  }
}

/** How long the file is; undefined where the path leads to another one by now, or this one was cut. One that was only removed may be put back. */
async function sizeOf(file: FileHandle, path: string, told: number): Promise<number | undefined> {
  const [own, there] = [await file.stat(), await stat(path).catch(() => undefined)];
  const isAnother = there !== undefined && (there.ino !== own.ino || there.dev !== own.dev);
  return own.size < told || isAnother ? undefined : own.size;
}

/** Waits for changes of a file: as soon as the system tells of them, and every now and then where it does not. */
class Changes {
  readonly #path: string;
  readonly #signal: AbortSignal;
  #watcher: FSWatcher | undefined;
  #isChanged = false;
  #wake: () => void = () => {};

  constructor(path: string, signal: AbortSignal) {
    this.#path = path;
    this.#signal = signal;
    signal.addEventListener('abort', this.#ring);
  }

  readonly #ring = (): void => {
    this.#isChanged = true;
    this.#wake();
  };

  /** @param isThere Whether there is a file to watch; another one is watched anew. */
  watch(isThere: boolean): void {
    if (!isThere) {
      this.#watcher?.close();
      this.#watcher = undefined;
    } else if (!this.#watcher) {
      try {
        // A system that cannot, or cannot any more, is asked every now and then.
        this.#watcher = watch(this.#path, { persistent: false }, this.#ring).on('error', () => {});
      } catch {
        return;
      }
    }
  }

  async next(): Promise<void> {
    if (!this.#isChanged && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#isChanged = false;
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#ring);
    this.#watcher?.close();
  }
}
