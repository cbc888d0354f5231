import { type FileHandle, open } from 'node:fs/promises';
import type { Emit, JournalEvent } from './event.js';

/** How long an event may wait for company before it goes to the disk. */
const FLUSH_MS = 250;

export interface JournalOptions {
  /** Takes every secret out of an event. */
  redact(event: JournalEvent): JournalEvent;
  /** Unix time in ms that never goes back. */
  now(): number;
  /** The disk refused. Called once; nothing more is written afterwards. */
  onError(error: Error): void;
}

const CHUNK_BYTES = 1 << 16;

/** Cuts off what stands behind the last line's end. @returns how many bytes that were. */
async function cutTornLine(path: string): Promise<number> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const end = await endOfLastLine(file, size);
    if (end < size) await file.truncate(end);
    return size - end;
  } finally {
    await file.close();
  }
}

/** Looks for it from the back: a journal can be large. */
async function endOfLastLine(file: FileHandle, size: number): Promise<number> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let end = size; end > 0; end -= CHUNK_BYTES) {
    const begin = Math.max(0, end - CHUNK_BYTES);
    const { bytesRead } = await file.read(chunk, 0, end - begin, begin);
    const newline = chunk.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (newline >= 0) return begin + newline + 1;
  }
  return 0;
}

/** An append-only file of events, one JSON object a line, written as things happen. */
export class JournalWriter {
  readonly #file: FileHandle;
  readonly #options: JournalOptions;
  #lines: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #failed = false;
  readonly #listeners = new Set<(event: JournalEvent) => void>();

  private constructor(file: FileHandle, options: JournalOptions) {
    this.#file = file;
    this.#options = options;
  }

  /** @throws when the file exists: a folder belongs to one run. */
  static async create(path: string, options: JournalOptions): Promise<JournalWriter> {
    return new JournalWriter(await open(path, 'ax', 0o600), options);
  }

  /**
   * Goes on with the journal of a run. A last line that was torn when the tool was killed is cut off: every reader leaves it out, and the next
   * event would become a part of it.
   *
   * @param onTorn is told how many bytes were cut off.
   * @throws when the file does not exist.
   */
  static async append(path: string, options: JournalOptions, onTorn: (bytes: number) => void): Promise<JournalWriter> {
    const torn = await cutTornLine(path);
    if (torn > 0) onTorn(torn);
    return new JournalWriter(await open(path, 'a', 0o600), options);
  }

  /** Appends an event and puts the time on it. It is on its way to the disk within a quarter of a second. */
  readonly emit: Emit = (event) => {
    const { type, t = this.#options.now(), ...rest } = event;
    const full = this.#options.redact({ type, t: Math.round(t * 1000) / 1000, ...rest } as JournalEvent);
    for (const listener of this.#listeners) listener(full);
    this.#lines.push(JSON.stringify(full));
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  };

  /** Calls `listener` with every event from now on, until the function that it returns is called. */
  follow(listener: (event: JournalEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#lines.map((line) => `${line}\n`).join('');
    this.#lines = [];
    this.#writing = this.#writing.then(() => this.#append(text));
  }

  async #append(text: string): Promise<void> {
    if (this.#failed) return;
    try {
      await this.#file.appendFile(text);
    } catch (error) {
      this.#failed = true;
      this.#options.onError(error as Error);
    }
  }

  /** Writes what is left and makes sure that it is on the disk. */
  async close(): Promise<void> {
    this.#flush();
    await this.#writing;
    if (!this.#failed) await this.#file.sync();
    await this.#file.close();
  }
}
