import { type FileHandle, open, stat } from 'node:fs/promises';

const CHUNK_BYTES = 64 * 1024;
/** Of a longer line only so much is kept and matched: a file without newlines must not fill the memory. */
const LONGEST_LINE_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

/** Follows a file that others append to, over rotation and truncation. */
export interface LogFile {
  /**
   * Gives every line that was completed since the last call to `onLine`, without its newline. Of what is appended meanwhile the next call
   * tells. Throws when the file cannot be read; a later call goes on from the same place. `onGap` hears what may have been missed.
   */
  readNew(onLine: (line: string) => void, onGap: (message: string) => void, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a log at its end. A file that is not there yet is read from its beginning as soon as it comes, since all of it is new then;
 * one that cannot be opened now (no permission) is followed from where it ends when it first can.
 */
export async function openLogFile(file: string): Promise<LogFile> {
  let handle: FileHandle | undefined;
  let position = 0;
  let fromEnd = true;
  const lines = lineSplitter();

  async function opened(): Promise<FileHandle> {
    if (handle !== undefined) return handle;
    const opening = await open(file, 'r');
    const status = await opening.stat();
    if (!status.isFile()) {
      await opening.close();
      throw new Error(`${file} is not a regular file`);
    }
    handle = opening;
    position = fromEnd ? status.size : 0;
    fromEnd = false;
    return opening;
  }

  /** Reads from the place where the last call ended to where the file ends now. */
  async function drain(from: FileHandle, onLine: (line: string) => void, onGap: (message: string) => void, signal: AbortSignal) {
    const { size } = await from.stat();
    if (size < position) {
      onGap(`${file} was truncated: lines written just before may not have been read`);
      position = 0;
      lines.reset();
    }
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    while (position < size) {
      signal.throwIfAborted();
      const { bytesRead } = await from.read(buffer, 0, Math.min(CHUNK_BYTES, size - position), position);
      if (bytesRead === 0) return;
      position += bytesRead;
      lines.push(buffer.subarray(0, bytesRead), onLine);
    }
  }

  const log: LogFile = {
    async readNew(onLine, onGap, signal) {
      const current = await opened();
      const before = await current.stat();
      // Looked at before the old file is drained: what its writer adds to it after that would otherwise be lost.
      const now = await stat(file);
      await drain(current, onLine, onGap, signal);
      if (now.ino === before.ino && now.dev === before.dev) return;
      onGap(`${file} was rotated: going on with the new file`);
      lines.flush(onLine);
      await log.close();
      position = 0;
      await drain(await opened(), onLine, onGap, signal);
    },
    async close() {
      const closing = handle;
      handle = undefined;
      await closing?.close();
    },
  };

  try {
    await opened();
  } catch (error) {
    // readNew() says so as long as it is so; here only whether the file is there counts.
    fromEnd = !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
  }
  return log;
}

/** Cuts bytes into lines. It decodes whole lines only, so a character on the border of two chunks stays whole. */
export function lineSplitter(longest = LONGEST_LINE_BYTES) {
  let rest: Buffer[] = [];
  let restBytes = 0;

  function reset(): void {
    rest = [];
    restBytes = 0;
  }

  function keep(part: Buffer): void {
    const room = Math.min(part.length, longest - restBytes);
    if (room <= 0) return;
    // Copied, as the reader fills the same buffer again.
    rest.push(Buffer.from(part.subarray(0, room)));
    restBytes += room;
  }

  return {
    reset,
    push(chunk: Buffer, onLine: (line: string) => void): void {
      const last = chunk.lastIndexOf(NEWLINE);
      if (last === -1) return keep(chunk);
      const first = chunk.indexOf(NEWLINE);
      keep(chunk.subarray(0, first));
      const begun = Buffer.concat(rest).toString('utf8');
      reset();
      onLine(begun);
      if (last > first) for (const line of chunk.toString('utf8', first + 1, last).split('\n')) onLine(line);
      keep(chunk.subarray(last + 1));
    },
    /** Gives the line that has no newline, if there is one. */
    flush(onLine: (line: string) => void): void {
      if (restBytes > 0) onLine(Buffer.concat(rest).toString('utf8'));
      reset();
    },
  };
}
