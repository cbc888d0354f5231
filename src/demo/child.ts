import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExitCode, KnownError, messageOf } from '../errors.js';

/** What to run. Its output is appended to `log`. */
export interface Command {
  name: string;
  program: string;
  args: readonly string[];
  cwd: string;
  log: string;
  /** On top of the environment that every child gets. */
  env?: Record<string, string>;
  /** Whether the child is joined by IPC. */
  ipc?: boolean;
}

/** A process of the stack. */
export interface Child {
  name: string;
  pid: number;
  log: string;
  process: ChildProcess;
  /** Settles when the process has ended, with how: `exit code 1`, `SIGTERM`. */
  ended: Promise<string>;
  hasEnded(): boolean;
}

const READY_TIMEOUT_MS = 20_000;
const PROBE_EVERY_MS = 50;
const TERM_GRACE_MS = 5000;
const TAIL_LINES = 8;
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL'];

/** The part of this process's environment that a child of the stack gets: nothing that could be a secret or change how Node runs. */
export function plainEnvironment(): Record<string, string> {
  return Object.fromEntries(INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

/** Starts a process in a group of its own. @throws KnownError when it cannot be started at all */
export async function startChild({ name, program, args, cwd, log, env = {}, ipc = false }: Command): Promise<Child> {
  const output = await open(log, 'a');
  try {
    const child = spawn(program, args, {
      cwd,
      env: { ...plainEnvironment(), ...env },
      stdio: ['ignore', output.fd, output.fd, ...(ipc ? (['ipc'] as const) : [])],
      detached: true,
    });
    let over = false;
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
      child.once('error', (error) => resolve(messageOf(error)));
    });
    void ended.then(() => {
      over = true;
    });
    if (child.pid === undefined) throw new KnownError(`${name} could not be started: ${await ended}`, ExitCode.internal);
    return { name, pid: child.pid, log, process: child, ended, hasEnded: () => over };
  } finally {
    await output.close();
  }
}

/**
 * Tries again and again until `probe` no longer throws.
 * @throws KnownError with the end of the child's log when the child ends first or takes too long
 */
export async function untilReady<T>(child: Child, signal: AbortSignal, probe: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    signal.throwIfAborted();
    if (child.hasEnded()) throw await startFailure(child, `ended while it started (${await child.ended})`);
    try {
      return await probe();
    } catch (error) {
      if (Date.now() > deadline) throw await startFailure(child, `was not ready after ${READY_TIMEOUT_MS / 1000} s (${messageOf(error)})`);
    }
    await sleep(PROBE_EVERY_MS, undefined, { signal });
  }
}

/** Ends a child by its id and waits for it; one that does not heed SIGTERM is killed with all that it started. */
export async function stopChild(child: Child): Promise<void> {
  if (child.hasEnded()) return;
  child.process.kill('SIGTERM');
  const timer = setTimeout(() => {
    // It leads a group of its own (see startChild), so this reaches its workers and nobody else.
    if (!child.hasEnded()) process.kill(-child.pid, 'SIGKILL');
  }, TERM_GRACE_MS);
  await child.ended;
  clearTimeout(timer);
}

async function startFailure(child: Child, what: string): Promise<KnownError> {
  const lines = (await readFile(child.log, 'utf8')).trimEnd().split('\n').slice(-TAIL_LINES);
  return new KnownError([`${child.name} ${what}; its log ends in:`, ...lines.map((line) => `  ${line}`)].join('\n'), ExitCode.internal);
}
