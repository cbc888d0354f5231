import { createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Emit, JournalEvent } from './event.js';
import { cutTornLine } from './torn-line.js';

/**
 * What is written is the system's at once, which keeps it when this process is killed. Only a machine that goes down could still lose it:
 * it is sent to the disk this often. Each time would have the disk work for nothing but that, beside a target that may share it.
 */
const SYNC_MS = 5_000;

/** How often the file is looked for where it should be. */
const LOOK_MS = 1_000;

export interface JournalOptions {
  /** Takes every secret out of an event. */
  redact(event: JournalEvent): JournalEvent;
  /** Unix time in ms that never goes back. */
  now(): number;
  /** The disk refused, or somebody removed the file. Called once; {@link JournalWriter.close} tells what is left. */
  onError(error: Error): void;
}

/**
 * What is left of a journal.
 * - `whole`: every event.
 * - `part`: those before the disk refused one, and the ends of the load and of the run if there was room for them.
 * - `put back`: every event, in a new file, since somebody had removed the first one.
 * - `nothing`: it was removed and cannot be put back.
 */
export type Kept = 'whole' | 'part' | 'put back' | 'nothing';

/** What is tried to be written also when the disk has refused something: without it nobody knows how the run ended. */
const LAST: ReadonlySet<JournalEvent['type']> = new Set(['load.end', 'external.end', 'run.end']);

/** An append-only file of events, one JSON object a line, written as things happen. */
export class JournalWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #inode: number;
  readonly #options: JournalOptions;
  readonly #listeners = new Set<(event: JournalEvent) => void>();
  /** Bytes of whole events. */
  #size: number;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  #lastSync = performance.now();
  #lastLook = performance.now();
  #refused = false;
  #gone = false;
  /** Lines that are kept for the end, when the disk has refused others. */
  #last: string[] = [];

  private constructor(path: string, file: FileHandle, { size, ino }: { size: number; ino: number }, options: JournalOptions) {
    this.#path = path;
    this.#file = file;
    this.#size = size;
    this.#inode = ino;
    this.#options = options;
  }

  static async #on(path: string, file: FileHandle, options: JournalOptions): Promise<JournalWriter> {
    return new JournalWriter(path, file, await file.stat(), options);
  }

  /** @throws when the file exists: a folder belongs to one run. */
  static async create(path: string, options: JournalOptions): Promise<JournalWriter> {
    return await JournalWriter.#on(path, await open(path, 'ax+', 0o600), options);
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
    return await JournalWriter.#on(path, await open(path, 'a+', 0o600), options);
  }

  /** Appends an event and puts the time on it. It waits for nothing but the write before it: no timer that a busy event loop could hold up. */
  readonly emit: Emit = (event) => {
    const { type, t = this.#options.now(), ...rest } = event;
    const full = this.#options.redact({ type, t: Math.round(t * 1000) / 1000, ...rest } as JournalEvent);
    for (const listener of this.#listeners) listener(full);
    const line = `${JSON.stringify(full)}\n`;
    if (!this.#refused) this.#waiting.push(line);
    else if (LAST.has(full.type)) this.#last.push(line);
    this.#writing ??= this.#write();
  };

  /** Calls `listener` with every event from now on, until the function that it returns is called. */
  follow(listener: (event: JournalEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async #write(): Promise<void> {
    // What happens in the same moment is written together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      await this.#append(lines);
      this.#syncNowAndThen();
      await this.#lookNowAndThen();
    }
    this.#writing = undefined;
  }

  async #append(lines: readonly string[]): Promise<void> {
    const bytes = Buffer.from(lines.join(''));
    try {
      await this.#file.appendFile(bytes);
      this.#size += bytes.length;
    } catch (error) {
      this.#refuse(error, lines);
    }
  }

  #refuse(error: unknown, lines: readonly string[]): void {
    if (!this.#refused && !this.#gone) this.#options.onError(error as Error);
    this.#refused = true;
    this.#last.push(...[...lines, ...this.#waiting].filter((line) => LAST.has((JSON.parse(line) as JournalEvent).type)));
    this.#waiting = [];
  }

  /** Beside what is written meanwhile: a slow disk holds no event up. */
  #syncNowAndThen(): void {
    if (this.#syncing !== undefined || this.#refused || performance.now() - this.#lastSync < SYNC_MS) return;
    this.#lastSync = performance.now();
    this.#syncing = this.#sync();
  }

  async #sync(): Promise<void> {
    try {
      await this.#file.datasync();
    } catch (error) {
      // Some file systems take everything and say only now that there was no room for it.
      this.#refuse(error, []);
    } finally {
      this.#syncing = undefined;
    }
  }

  /** Writing to a file that was removed goes well, and leaves nothing. */
  async #lookNowAndThen(): Promise<void> {
    if (this.#gone || performance.now() - this.#lastLook < LOOK_MS) return;
    this.#lastLook = performance.now();
    await this.#look();
  }

  async #look(): Promise<void> {
    const there = await stat(this.#path).then(
      ({ ino }) => ino === this.#inode,
      ({ code }: NodeJS.ErrnoException) => code !== 'ENOENT' && code !== 'ENOTDIR',
    );
    if (there || this.#gone) return;
    if (!this.#refused) this.#options.onError(new Error(`${this.#path} was removed`));
    this.#gone = true;
  }

  /** Writes what is left and makes sure that it is on the disk. Never rejects. */
  async close(): Promise<Kept> {
    // One write may be the end of it or begin the next.
    while (this.#writing) await this.#writing;
    await this.#syncing;
    if (!this.#refused) await this.#sync();
    if (!this.#gone) await this.#look();
    if (this.#refused) await this.#writeLast();
    const isBack = this.#gone && (await this.#putBack());
    // Everything that could go wrong with it has been told by now.
    await this.#file.close().catch(() => {});
    if (this.#gone) return isBack ? 'put back' : 'nothing';
    return this.#refused ? 'part' : 'whole';
  }

  /** Cuts off what is torn, which makes a little room again, and writes how it all ended if that is enough. */
  async #writeLast(): Promise<void> {
    try {
      await this.#file.truncate(this.#size);
      const bytes = Buffer.from(this.#last.join(''));
      await this.#file.appendFile(bytes);
      await this.#file.datasync();
      this.#size += bytes.length;
    } catch {
      // The disk still refuses, which was told. A reader leaves out what is torn, and says so.
      await this.#file.truncate(this.#size).catch(() => {});
    }
  }

  /** A file that was removed can be read for as long as it is open. */
  async #putBack(): Promise<boolean> {
    if (this.#size === 0) return false;
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      await pipeline(
        this.#file.createReadStream({ start: 0, end: this.#size - 1, autoClose: false }),
        createWriteStream(this.#path, { flags: 'wx', mode: 0o600, flush: true }),
      );
      return true;
    } catch {
      // Whoever removed it may have taken away the place, too. That nothing is left is told by close().
      return false;
    }
  }
}
