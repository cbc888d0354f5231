import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip as gzipWithCallback } from 'node:zlib';
import { messageOf } from '../errors.js';
import type { LogLine } from './log-contract.js';

const gzip = promisify(gzipWithCallback);

/** Where the logs are kept, and how much of them. */
export interface LogArchiveOptions {
  /** The run's folder. */
  folder: string;
  /** Takes secrets out of a text of this file. It is given whole lines, many at once, one text after the other. */
  redact(text: string, file: string): string;
  /** Bytes of each log, before compression, that are kept: of more, one half from its beginning and the other from its end. */
  budgetBytes: number;
}

/** One log on its way into the evidence. Nothing here throws or rejects: what cannot be written is told at the end. */
export interface LogArchive {
  write(line: LogLine): void;
  /** Settles when more may be written; undefined: it may. */
  ready(): Promise<void> | undefined;
  /** Writes what is left. Gives why not all is there, and whether anything is. Nothing may be written after it. */
  finish(): Promise<{ isThere: boolean; reason?: string }>;
}

/** Lines are redacted and compressed so many bytes at a time. */
const BLOCK_BYTES = 64 * 1024;
/** Even of a small budget there is more than one block in each half. */
const BLOCKS_IN_HALF = 4;
/** Blocks that wait to be written. */
const MOST_WAITING = 8;

/** Some lines, as they are in a file. */
interface Block {
  lines: number;
  /** Before compression. */
  bytes: number;
  at: number;
  size: number;
}

/** A file of blocks: each is a gzip member, so that the file is whole at any time, and so are several of them one after the other. */
interface BlockFile {
  handle: FileHandle;
  size: number;
  bytes: number;
  blocks: Block[];
}

/**
 * Keeps a log as `<folder>/<file>`, gzipped. A line is `<time> <stream> <text>`, where time (RFC 3339) and stream (stdout, stderr) are left out
 * when the source does not tell them. The end of a log that is too large waits in two files beside it, which take turns; a line between
 * the halves says how much was left out.
 */
export function openLogArchive(file: string, { folder, redact, budgetBytes }: LogArchiveOptions): LogArchive {
  const target = path.join(folder, ...file.split('/'));
  const half = Math.floor(budgetBytes / 2);
  const blockBytes = Math.max(1, Math.min(BLOCK_BYTES, Math.floor(half / BLOCKS_IN_HALF)));
  let lines: string[] = [];
  let characters = 0;
  let waiting = 0;
  let work: Promise<void> = Promise.resolve();
  let failure: string | undefined;
  let head: BlockFile | undefined;
  let isHeadFull = false;
  /** The older one first. */
  let tail: BlockFile[] = [];
  const leftOut = { lines: 0, bytes: 0 };
  let finished: ReturnType<LogArchive['finish']> | undefined;

  /** Does one thing after the other, until one fails: then nothing more. */
  function enqueue(what: () => Promise<void>): Promise<void> {
    work = work.then(async () => {
      if (failure !== undefined) return;
      await what().catch((error: unknown) => {
        failure = messageOf(error);
      });
    });
    return work;
  }

  function handOver(): void {
    if (lines.length === 0) return;
    const full = lines;
    lines = [];
    characters = 0;
    waiting += 1;
    void enqueue(() => keep(redact(`${full.join('\n')}\n`, file), full.length)).then(() => {
      waiting -= 1;
    });
  }

  async function keep(text: string, count: number): Promise<void> {
    head ??= await openBlocks(target);
    const size = Buffer.byteLength(text);
    if (head.bytes + size > half) isHeadFull = true;
    await append(isHeadFull ? await tailFor(size) : head, text, count);
  }

  /** The file for the next block of the end. */
  async function tailFor(size: number): Promise<BlockFile> {
    const [older, newer] = tail;
    const last = newer ?? older;
    if (last !== undefined && last.bytes + size <= half) return last;
    if (older === undefined || newer === undefined) {
      const next = await openBlocks(`${target}.end-${tail.length + 1}`);
      tail.push(next);
      return next;
    }
    // The newer one alone is half the budget: what the older one holds is too much.
    drop(older.blocks);
    await older.handle.truncate(0);
    Object.assign(older, { size: 0, bytes: 0, blocks: [] });
    tail = [newer, older];
    return older;
  }

  function drop(blocks: readonly Block[]): void {
    for (const block of blocks) {
      leftOut.lines += block.lines;
      leftOut.bytes += block.bytes;
    }
  }

  /** Moves the end behind the beginning, with a line in between where they do not meet. */
  async function join(): Promise<void> {
    head ??= await openBlocks(target);
    const room = budgetBytes - head.bytes;
    const all = tail.flatMap((from) => from.blocks.map((block) => ({ from, block })));
    let total = all.reduce((sum, { block }) => sum + block.bytes, 0);
    const kept = all.filter(({ block }) => {
      const fits = total <= room;
      if (!fits) drop([block]);
      total -= block.bytes;
      return fits;
    });
    if (leftOut.lines > 0) await append(head, `${cutLine()}\n`, 1);
    for (const { from, block } of kept) {
      const member = Buffer.alloc(block.size);
      await from.handle.read(member, 0, block.size, block.at);
      await appendMember(head, member);
    }
    // A file without a single member would be no gzip at all.
    if (head.size === 0) await append(head, '', 0);
  }

  function cutLine(): string {
    return `--- Loadwitness left out ${leftOut.lines} lines (${leftOut.bytes} bytes) here: the log is larger than ${budgetBytes} bytes ---`;
  }

  /** Closes what is open, and takes away what a write that failed has left. */
  async function tidyUp(): Promise<void> {
    if (failure !== undefined) await head?.handle.truncate(head.size).catch(() => undefined);
    for (const [index, { handle }] of tail.entries()) {
      await handle.close().catch(() => undefined);
      await rm(`${target}.end-${index + 1}`, { force: true }).catch(() => undefined);
    }
    await head?.handle.close().catch((error: unknown) => {
      failure ??= messageOf(error);
    });
  }

  async function finish(): Promise<{ isThere: boolean; reason?: string }> {
    handOver();
    await enqueue(join);
    await tidyUp();
    const isThere = head !== undefined && head.size > 0;
    if (failure !== undefined) return { isThere, reason: `it could not be written to the end: ${failure}` };
    if (leftOut.lines > 0)
      return {
        isThere,
        reason: `larger than ${budgetBytes} bytes: ${leftOut.lines} lines (${leftOut.bytes} bytes) left out of its middle`,
      };
    return { isThere };
  }

  return {
    write(line) {
      if (failure !== undefined) return;
      const text = [line.time, line.stream, line.text].filter((part) => part !== undefined).join(' ');
      lines.push(text);
      characters += text.length + 1;
      if (characters >= blockBytes) handOver();
    },
    ready: () => (waiting < MOST_WAITING ? undefined : work),
    finish() {
      finished ??= finish();
      return finished;
    },
  };
}

async function openBlocks(file: string): Promise<BlockFile> {
  await mkdir(path.dirname(file), { recursive: true });
  return { handle: await open(file, 'w+', 0o600), size: 0, bytes: 0, blocks: [] };
}

async function append(file: BlockFile, text: string, lines: number): Promise<void> {
  const member = await gzip(text);
  file.blocks.push({ lines, bytes: Buffer.byteLength(text), at: file.size, size: member.length });
  file.bytes += Buffer.byteLength(text);
  await appendMember(file, member);
}

async function appendMember(file: BlockFile, member: Buffer): Promise<void> {
  // At its place, as a file that was emptied goes on from its beginning. A full disk may take a part.
  for (let done = 0; done < member.length; ) {
    const { bytesWritten } = await file.handle.write(member, done, member.length - done, file.size + done);
    done += bytesWritten;
  }
  file.size += member.length;
}
