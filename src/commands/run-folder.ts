import { randomBytes } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { messageOf, UsageError } from '../errors.js';

/** Names of the files in a run's folder. */
export const JOURNAL = 'journal.ndjson';
export const CONFIG = 'config.json';
/** Says who writes to the folder now (run-lock.ts). */
export const LOCK = 'run.lock';
/** Is there while a lock changes hands. */
export const LOCK_TURN = `${LOCK}.taken-over`;
/** Names in a run's folder that are none of its evidence. */
export const NOT_EVIDENCE = [LOCK, LOCK_TURN] as const;

/** A new id that sorts by time and is a file name on every system: `20261122T105503Z-9f3c`. */
export function newRunId(now: Date): string {
  const stamp = now.toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}

/** Makes the folder of a new run. @throws UsageError when `out` cannot be written to. */
export async function createRunFolder(out: string, runId: string): Promise<string> {
  const folder = join(out, runId);
  try {
    await mkdirs(resolve(out));
    await mkdir(folder);
  } catch (error) {
    throw new UsageError(`--out: cannot make ${folder}: ${messageOf(error)}`, { cause: error });
  }
  return folder;
}

/** Makes a folder and those above it. Node's recursive mkdir never ends where a file system takes no folder at all, as /proc. */
async function mkdirs(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(folder) === folder || (await exists(dirname(folder)))) throw error;
    await mkdirs(dirname(folder));
    await mkdir(folder);
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false, // Whatever keeps it from being seen, making what is in it will say so.
  );
}
