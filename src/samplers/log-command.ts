import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { endGroup, spawnGroup, TERM_GRACE_MS } from '../clients/child-group.js';
import { messageOf } from '../errors.js';
import { backoff } from './backoff.js';
import { type LineSplitter, lineSplitter } from './line-splitter.js';
import type { LogSink, LogSource } from './log-contract.js';

/** What it has written by now has arrived here after so long. */
const ARRIVAL_MS = 20;
/** A command that lives for so long is no failed attempt. */
const LASTING_MS = 10_000;
const LONGEST_WORDS = 300;

/**
 * The lines that a command writes to stdout and stderr, from its own start on. What it writes of the time before (as `journalctl -f` does
 * without `-n 0`) counts as well. One that ends is started again, and may miss lines or write some again meanwhile: a gap.
 * It is started without a shell.
 */
export function commandLogSource(command: readonly string[], sink: LogSink): LogSource {
  const [program = '', ...args] = command;
  const ending = new AbortController();
  const gaps: string[] = [];
  let running: ChildProcess | undefined;
  let trouble: string | undefined;
  let work: Promise<void> | undefined;

  async function keepRunning(): Promise<void> {
    const { signal } = ending;
    const again = backoff();
    while (!signal.aborted) {
      const began = performance.now();
      const how = await runOnce();
      if (signal.aborted) return;
      trouble = `${program} ended (${how}): lines may be missing, or come twice, until it runs again`;
      gaps.push(trouble);
      if (performance.now() - began > LASTING_MS) again.reset();
      await again.pause(signal);
    }
  }

  /** Runs it to its end. Gives how it ended. Never rejects. */
  async function runOnce(): Promise<string> {
    let child: ChildProcess;
    try {
      child = spawnGroup(program, args);
    } catch (error) {
      // Thrown for what no program can be called, such as a name with a null byte.
      return messageOf(error);
    }
    let lastWords = '';
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(messageOf(error)));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    child.once('spawn', () => {
      running = child;
      trouble = undefined;
    });
    const [how] = await Promise.all([
      ended,
      read('stdout', child, () => undefined),
      read('stderr', child, (line) => {
        lastWords = line;
      }),
    ]);
    running = undefined;
    return lastWords === '' ? how : `${how}; its last words on stderr: ${lastWords.slice(0, LONGEST_WORDS)}`;
  }

  async function read(stream: 'stdout' | 'stderr', child: ChildProcess, heard: (line: string) => void): Promise<void> {
    const output = child[stream];
    if (output === null) return;
    const lines: LineSplitter = lineSplitter();
    const give = (line: string): void => {
      const text = line.endsWith('\r') ? line.slice(0, -1) : line;
      heard(text);
      sink.line({ text, stream });
    };
    // A child of its own can hold the pipe open after it has ended.
    child.once('exit', () => setTimeout(() => output.destroy(), TERM_GRACE_MS).unref());
    try {
      for await (const chunk of output) {
        lines.push(chunk as Buffer, give);
        await sink.ready?.();
      }
    } catch {
      // The pipe was closed on our side; how the command ended says the rest.
    }
    lines.flush(give);
  }

  return {
    async start() {
      work = keepRunning();
    },
    async catchUp(tell, signal) {
      work ??= keepRunning();
      await sleep(ARRIVAL_MS, undefined, { signal });
      const since = gaps.splice(0);
      if (trouble !== undefined && running === undefined) throw new Error(trouble);
      for (const gap of since) tell.gap(gap);
      return running !== undefined;
    },
    async close() {
      ending.abort();
      if (running !== undefined) await endGroup(running);
      await work;
    },
  };
}
