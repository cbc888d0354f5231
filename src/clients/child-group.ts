import { type ChildProcess, spawn } from 'node:child_process';

/** How long it may take to end when it is asked to. */
export const TERM_GRACE_MS = 2_000;

/** Where a child can lead a group of processes, so that those that it starts end with it. */
const hasGroups = process.platform !== 'win32';

/** Starts a program, without a shell and with nothing on its stdin, that {@link endGroup} can end with all that it starts. @throws for what no program can be called */
export function spawnGroup(program: string, args: readonly string[]): ChildProcess {
  return spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true, detached: hasGroups });
}

/** Ends a program and what it started, by its id. */
export async function endGroup(child: ChildProcess): Promise<void> {
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  if (isOver() || child.pid === undefined) return;
  const over = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  send(child, 'SIGTERM');
  const timer = setTimeout(() => {
    if (!isOver()) send(child, 'SIGKILL');
  }, TERM_GRACE_MS);
  await over;
  clearTimeout(timer);
}

function send(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  // Windows knows no groups: there the tree of a process is ended by its root's id.
  if (!hasGroups) return void spawn('taskkill', ['/pid', String(child.pid), '/T', '/F']).once('error', () => child.kill(signal));
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It ended in this very moment.
  }
}
