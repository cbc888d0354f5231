import { type FileHandle, open, stat } from 'node:fs/promises';
import { lineSplitter } from './line-splitter.js';
import type { LogSink, LogSource } from './log-contract.js';

const CHUNK_BYTES = 64 * 1024;

type OnLine = (line: string) => void;

/**
 * A file that was rotated away is read on until nothing has come for so long: its writer goes on with it until it has been told to
 * open the new one.
 */
const ROTATED_SILENT_MS = 10_000;

/** What a file has to tell beside its lines. */
export interface LogFileTeller {
  /** What may have been missed. */
  gap(message: string): void;
  /** It was rotated, and nothing was missed. */
  rotated(): void;
}

/** Follows a file that others append to, over rotation and truncation. */
export interface LogFile {
  /**
   * Gives every line that was completed since the last call to `onLine`, without its newline. Of what is appended meanwhile the next call
   * tells. Throws when the file cannot be read; a later call goes on from the same place. Between two chunks it waits for what `ready` gives.
   */
  readNew(onLine: OnLine, tell: LogFileTeller, signal: AbortSignal, ready?: LogSink['ready']): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a log at its end. A file that is not there yet is read from its beginning as soon as it comes, since all of it is new then;
 * one that cannot be opened now (no permission) is followed from where it ends when it first can.
 *
 * A file that took the place of another between two readings, and was itself replaced before the second, is not seen.
 */
export async function openLogFile(file: string): Promise<LogFile> {
  let current: OpenFile | undefined;
  let rotated: OpenFile[] = [];
  let fromEnd = true;

  async function opened(): Promise<OpenFile> {
    current ??= await OpenFile.open(file, fromEnd);
    fromEnd = false;
    return current;
  }

  const log: LogFile = {
    async readNew(onLine, tell, signal, ready) {
      const reading = await opened();
      const drain = (one: OpenFile) => one.drain(onLine, tell, signal, ready);
      for (const old of rotated) await drain(old);
      await drain(reading);
      if (await reading.isStillAt(file)) {
        rotated = await withoutSilent(rotated, onLine);
        return;
      }
      tell.rotated();
      reading.retire();
      rotated.push(reading);
      current = undefined;
      await drain(await opened());
    },
    async close() {
      const closing = [...rotated, ...(current ? [current] : [])];
      rotated = [];
      current = undefined;
      await Promise.all(closing.map((one) => one.close()));
    },
  };

  try {
    await opened();
  } catch (error) {
    // readNew() says so as long as it is so; here only whether the file is there counts.
    fromEnd = !isMissing(error);
  }
  return log;
}

/** Closes those that nobody writes to any more. */
async function withoutSilent(files: readonly OpenFile[], onLine: OnLine): Promise<OpenFile[]> {
  const [silent, open] = [files.filter((one) => one.isSilent), files.filter((one) => !one.isSilent)];
  for (const one of silent) {
    one.flush(onLine);
    await one.close();
  }
  return open;
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** A file that is read from a place on, whatever it is called by now. */
class OpenFile {
  readonly #lines = lineSplitter();
  /** When it grew last, or was rotated away. */
  #stirredAt = 0;

  private constructor(
    private readonly handle: FileHandle,
    private readonly path: string,
    private position: number,
  ) {}

  static async open(path: string, fromEnd: boolean): Promise<OpenFile> {
    const handle = await open(path, 'r');
    const status = await handle.stat();
    if (status.isFile()) return new OpenFile(handle, path, fromEnd ? status.size : 0);
    await handle.close();
    throw new Error(`${path} is not a regular file`);
  }

  retire(): void {
    this.#stirredAt = performance.now();
  }

  /** Of one that was rotated away. */
  get isSilent(): boolean {
    return performance.now() - this.#stirredAt >= ROTATED_SILENT_MS;
  }

  /** Whether this is the file that the path names. While there is none there, its writer still has this one. */
  async isStillAt(path: string): Promise<boolean> {
    const own = await this.handle.stat();
    const now = await stat(path).catch((error: unknown) => {
      if (isMissing(error)) return own;
      throw error;
    });
    return now.ino === own.ino && now.dev === own.dev;
  }

  /** Reads from the place where the last call ended to where the file ends now. */
  async drain(...[onLine, tell, signal, ready]: Parameters<LogFile['readNew']>): Promise<void> {
    const { size } = await this.handle.stat();
    if (size < this.position) {
      tell.gap(`${this.path} was truncated: lines written just before may not have been read`);
      this.position = 0;
      this.#lines.reset();
    }
    if (size > this.position) this.#stirredAt = performance.now();
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    while (this.position < size) {
      signal.throwIfAborted();
      const { bytesRead } = await this.handle.read(buffer, 0, Math.min(CHUNK_BYTES, size - this.position), this.position);
      if (bytesRead === 0) return;
      this.position += bytesRead;
      this.#lines.push(buffer.subarray(0, bytesRead), onLine);
      await ready?.();
    }
  }

  /** Gives the last line, which has no newline and will not get one. */
  flush(onLine: OnLine): void {
    this.#lines.flush(onLine);
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

/** The log that goes to a file, from its end at the start on. */
export function fileLogSource(path: string, sink: LogSink): LogSource {
  let file: LogFile | undefined;
  return {
    async start() {
      file = await openLogFile(path);
    },
    async catchUp(tell, signal) {
      file ??= await openLogFile(path);
      await file.readNew(
        (text) => sink.line({ text }),
        { gap: tell.gap, rotated: () => tell.note('log-rotated', path) },
        signal,
        () => sink.ready?.(),
      );
      return true;
    },
    async close() {
      await file?.close();
    },
  };
}
