import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, UsageError } from '../../errors.js';

export interface ToolOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Milliseconds that it has after SIGINT, then after SIGTERM, before the next signal. */
  graceMs?: { interrupt: number; terminate: number };
  /** Takes each line that it writes; left out: they go to stderr as they are. */
  onLine?: (line: string) => void;
}

export interface Tool {
  /** Never rejects. */
  ended: Promise<{ exitCode?: number; signal?: string }>;
  /** Asks it to end in good order, and sees to it that it does. Safe to call more than once. */
  stop(): void;
  /** Ends what it has left running. */
  cleanUp(): Promise<void>;
}

/** k6 lets its users finish for 30 s. */
const GRACE_MS = { interrupt: 40_000, terminate: 5_000 };

const LEFT_BEHIND_MS = 2_000;

/** Groups of processes and signals to them are the affair of POSIX. */
const HAS_GROUPS = process.platform !== 'win32';

/**
 * Starts another program in a process group of its own, so that whoever presses Ctrl-C stops it through us, once and in good order.
 * It ends with this process.
 *
 * @throws UsageError naming the program where it cannot be started.
 */
export async function startTool(command: readonly string[], { cwd, env, graceMs = GRACE_MS, onLine }: ToolOptions): Promise<Tool> {
  const child = await spawned(command, { cwd, env, onLine });
  const closed = new Promise<void>((done) => child.once('close', () => done()));
  const kill = (signal: NodeJS.Signals): boolean => signalTo(child, signal);
  const onExit = (): void => void kill('SIGKILL');
  process.once('exit', onExit);
  const timers: NodeJS.Timeout[] = [];
  const ended = new Promise<{ exitCode?: number; signal?: string }>((done) => {
    child.once('exit', (code, signal) => {
      for (const timer of timers) clearTimeout(timer);
      done({ ...(code !== null && { exitCode: code }), ...(signal !== null && { signal }) });
    });
  });
  let stopping = false;
  return {
    ended,
    stop() {
      if (stopping || child.exitCode !== null || child.signalCode !== null) return;
      stopping = true;
      kill('SIGINT');
      const later = (ms: number, signal: NodeJS.Signals) => timers.push(setTimeout(() => kill(signal), ms));
      later(graceMs.interrupt, 'SIGTERM');
      later(graceMs.interrupt + graceMs.terminate, 'SIGKILL');
    },
    async cleanUp() {
      const end = performance.now() + LEFT_BEHIND_MS;
      let isThere = HAS_GROUPS && kill('SIGTERM');
      while (isThere && performance.now() < end) {
        await sleep(50);
        isThere = isGroupThere(child);
      }
      if (isThere) kill('SIGKILL');
      process.off('exit', onExit);
      // Its last lines may still be on their way; a process that left its group could hold them back for ever.
      if (onLine) await Promise.race([closed, sleep(LEFT_BEHIND_MS, undefined, { ref: false })]);
    },
  };
}

interface Spawning extends Pick<ToolOptions, 'cwd' | 'env'> {
  onLine: ToolOptions['onLine'];
}

async function spawned([program = '', ...args]: readonly string[], { cwd, env, onLine }: Spawning) {
  try {
    // Its own keyboard input would be ours.
    const out = onLine ? 'pipe' : 2;
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', out, out], detached: HAS_GROUPS });
    for (const stream of [child.stdout, child.stderr]) if (stream && onLine) createInterface({ input: stream }).on('line', onLine);
    await once(child, 'spawn');
    // A signal that cannot be sent is no news: its end is waited for anyway.
    child.on('error', () => {});
    return child;
  } catch (error) {
    throw cannotStart(program, messageOf(error), error);
  }
}

function cannotStart(program: string, why: string, cause?: unknown): UsageError {
  return new UsageError(`the command after -- cannot be started: ${JSON.stringify(program)}: ${why}`, { cause });
}

/** Whether there was anybody to send it to. */
function signalTo(child: ChildProcess, signal: NodeJS.Signals): boolean {
  if (child.pid === undefined) return false;
  if (!HAS_GROUPS) return child.kill(signal);
  return sent(-child.pid, signal);
}

function isGroupThere({ pid }: ChildProcess): boolean {
  return pid !== undefined && sent(-pid, 0);
}

function sent(to: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(to, signal);
  } catch {
    // Nobody is left (ESRCH), or nobody that is ours (EPERM).
    return false;
  }
}

/**
 * Sees to it that the program of a command is there, before anything else is done for it.
 *
 * @throws UsageError naming the program.
 */
export async function requireProgram([program = '']: readonly string[], { cwd, env }: Pick<ToolOptions, 'cwd' | 'env'>): Promise<void> {
  // Elsewhere what is a program is told by its ending, by rules of its own; starting it tells.
  if (!HAS_GROUPS) return;
  const isPath = program.includes('/');
  const places = isPath ? [resolve(cwd, program)] : (env.PATH ?? '').split(delimiter).map((folder) => join(resolve(cwd, folder), program));
  const found = await Promise.all(
    places.map((place) =>
      access(place, constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  ); // Each is only one try.
  if (program === '' || !found.includes(true)) {
    throw cannotStart(program, isPath ? 'there is no such program, or it may not be run' : 'there is no such program on the PATH');
  }
}
