import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { parseStat } from '../clients/proc.js';
import { messageOf, UsageError } from '../errors.js';
import { LOCK, LOCK_TURN } from './run-folder.js';

/** Who writes to a run's folder. */
const holder = z.object({
  /** What for: `run`, `report`, `finalize`, … */
  purpose: z.string(),
  pid: z.int(),
  host: z.string(),
  /** Ticks since boot at which the process began, where the system tells: a pid is used again. */
  startTicks: z.number().nullable(),
  /** Unix ms. */
  since: z.number(),
  /** One lock is told from the next by it. */
  id: z.string(),
});
export type LockHolder = z.infer<typeof holder>;

/** Somebody else writes to the folder. */
export class RunBusyError extends UsageError {
  override name = 'RunBusyError';
  constructor(
    readonly folder: string,
    readonly holder: LockHolder,
  ) {
    super(`${folder}: ${describeHolder(holder)} writes to this folder: try again when it has ended`);
  }
}

/** How long a report waits for another one, which takes seconds at most. */
const PATIENCE_MS = 60_000;
const POLL_MS = 50;

/** Taking over a lock takes no longer: whoever does it has died. */
const TURN_MS = 10_000;

/** How much a clock may have been set between a boot and now. */
const CLOCK_MS = 60_000;

/** `loadwitness run (pid 4711)`; with the machine where that is another one. */
export function describeHolder({ purpose, pid, host }: LockHolder): string {
  if (host === hostname()) return `loadwitness ${purpose} (pid ${pid})`;
  return `loadwitness ${purpose} (pid ${pid} on ${host}; remove ${LOCK} if it has ended there)`;
}

/**
 * Makes this process the only one that writes to a run's folder, for as long as `work` takes. A lock that a dead process left is taken over.
 *
 * @param purpose The command, for others to be told.
 * @throws RunBusyError when another process has it and has not ended within `patienceMs`. A run is not waited for.
 */
export async function withRunLock<T>(folder: string, purpose: string, work: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const release = await acquire(folder, purpose, patienceMs);
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Who writes to a run's folder now, this process included; undefined when nobody does. */
export async function whoWrites(folder: string): Promise<LockHolder | undefined> {
  const known = await read(join(folder, LOCK));
  return known !== undefined && isAlive(known) ? known : undefined;
}

/**
 * Waits until nobody else writes to a run's folder that is only read.
 *
 * @throws RunBusyError when its run still goes on, or another command has not ended within `patienceMs`.
 */
export async function waitForWriters(folder: string, patienceMs = PATIENCE_MS): Promise<void> {
  for (const begin = performance.now(); ; await sleep(POLL_MS)) {
    const other = await whoWrites(folder);
    if (other === undefined) return;
    if (other.purpose === 'run' || performance.now() - begin > patienceMs) throw new RunBusyError(folder, other);
  }
}

/** @returns what ends the lock. */
async function acquire(folder: string, purpose: string, patienceMs: number): Promise<() => Promise<void>> {
  const path = join(folder, LOCK);
  const own: LockHolder = {
    purpose,
    pid: process.pid,
    host: hostname(),
    startTicks: startTicksOf(process.pid),
    since: Date.now(),
    id: randomUUID(),
  };
  for (const begin = performance.now(); !(await take(path, own)); ) {
    const other = await read(path);
    // Gone meanwhile: once more.
    if (other === undefined) continue;
    const alive = isAlive(other);
    if ((alive && other.purpose === 'run') || performance.now() - begin > patienceMs) throw new RunBusyError(folder, other);
    if (alive) await sleep(POLL_MS);
    else await removeStale(folder, other);
  }
  return async () => {
    // Somebody may have removed it, and somebody else made another.
    if ((await read(path))?.id === own.id) await rm(path, { force: true });
  };
}

/** @returns whether it is ours now. */
async function take(path: string, own: LockHolder): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(JSON.stringify(own));
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // A lock that could not be written whole would be nobody's.
    await rm(path, { force: true }).catch(() => {});
    throw new UsageError(`cannot write to the folder of the run: ${messageOf(error)}`, { cause: error });
  }
}

/** Undefined when there is none. One that is not whole is being written, or was when its process was killed: it is read again a few times. */
async function read(path: string): Promise<LockHolder | undefined> {
  for (let attempt = 0; ; attempt++) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw new UsageError(`cannot read who writes to the folder of the run: ${messageOf(error)}`, { cause: error });
    });
    if (text === undefined) return undefined;
    const parsed = holder.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    if (attempt === 40) return { purpose: '?', pid: -1, host: hostname(), startTicks: null, since: 0, id: text };
    await sleep(POLL_MS);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of a process on another machine nobody here can tell: it counts as alive. */
function isAlive({ pid, host, startTicks, since }: LockHolder): boolean {
  if (pid <= 0) return false;
  if (host !== hostname()) return true;
  // Whatever ran before this machine was started is dead.
  if (since < Date.now() - uptime() * 1000 - CLOCK_MS) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Another user's process may not be asked, but it is there.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = startTicksOf(pid);
  return startTicks === null || now === null || now === startTicks;
}

/** Null where the system does not tell. */
function startTicksOf(pid: number): number | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8')).startTicks;
  } catch {
    // No Linux, or it has ended: then the pid alone has to do.
    return null;
  }
}

/**
 * Removes a lock that a dead process left, unless somebody else has just done so: two who both find it dead must not both remove it, since the
 * second would remove the first one's own.
 */
async function removeStale(folder: string, stale: LockHolder): Promise<void> {
  const path = join(folder, LOCK);
  const turn = join(folder, LOCK_TURN);
  try {
    await mkdir(turn);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new UsageError(`cannot write to the folder of the run: ${messageOf(error)}`);
    const begun = await stat(turn).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(), // Their turn is over.
    );
    if (Date.now() - begun > TURN_MS) await rm(turn, { recursive: true, force: true });
    return await sleep(POLL_MS);
  }
  try {
    if ((await read(path))?.id === stale.id) await rm(path, { force: true });
  } finally {
    await rm(turn, { recursive: true, force: true });
  }
}
