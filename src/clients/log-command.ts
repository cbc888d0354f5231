import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.js';
import { endGroup, spawnGroup } from './child-group.js';
import type { TailLine } from './log-line.js';

const LOOK_EVERY_MS = 20;
const LONGEST_WORDS = 300;

/** What a log command writes from its start on. */
export interface CommandLog {
  /** The last so many lines until now. */
  readonly lines: readonly TailLine[];
  /** How it ended, with its last words on stderr; undefined while it runs. */
  readonly ended: string | undefined;
  /** Waits for something that its lines show, or for its end, no longer than `ms`. Gives whether that came. */
  waitFor(isSeen: () => boolean, ms: number, signal: AbortSignal): Promise<boolean>;
  /** Ends it with all that it started. */
  close(): Promise<void>;
}

/** Starts a command that goes on writing a log, without a shell. Never throws: that it cannot be started is how it ended. @param most lines that are kept */
export function followCommand([program = '', ...args]: readonly string[], most: number): CommandLog {
  let lines: TailLine[] = [];
  let ended: string | undefined;
  let lastWords = '';
  const take = (line: TailLine): void => {
    lines.push(line);
    if (line.stream === 'stderr') lastWords = line.text;
    if (lines.length > 2 * most) lines = lines.slice(-most);
  };
  const child = started();

  function started(): ReturnType<typeof spawnGroup> | undefined {
    try {
      const running = spawnGroup(program, args);
      for (const stream of ['stdout', 'stderr'] as const) read(running[stream], (text) => take({ text, stream }));
      running.once('error', (error) => {
        ended ??= messageOf(error);
      });
      running.once('close', (code, signal) => {
        ended ??= [signal ?? `exit code ${code}`, ...(lastWords === '' ? [] : [lastWords.slice(0, LONGEST_WORDS)])].join(
          '; its last words: ',
        );
      });
      return running;
    } catch (error) {
      ended = messageOf(error);
      return undefined;
    }
  }

  return {
    get lines() {
      return lines.slice(-most);
    },
    get ended() {
      return ended;
    },
    async waitFor(isSeen, ms, signal) {
      const end = performance.now() + ms;
      while (!isSeen()) {
        if (ended !== undefined || performance.now() > end) return isSeen();
        await sleep(LOOK_EVERY_MS, undefined, { signal });
      }
      return true;
    },
    async close() {
      if (child === undefined) return;
      await endGroup(child);
      // What it started elsewhere may hold them open.
      child.stdout?.destroy();
      child.stderr?.destroy();
    },
  };
}

function read(output: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  output?.on('data', (chunk: Buffer) => {
    const parts = (rest + decoder.write(chunk)).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  });
  output?.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}
