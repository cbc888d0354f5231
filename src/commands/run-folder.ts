import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UsageError } from '../errors.js';

/** Names of the files in a run's folder. */
export const JOURNAL = 'journal.ndjson';
export const CONFIG = 'config.json';

/** A new id that sorts by time and is a file name on every system: `20261122T105503Z-9f3c`. */
export function newRunId(now: Date): string {
  const stamp = now.toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}

/** Makes the folder of a new run. @throws UsageError when `out` cannot be written to. */
export async function createRunFolder(out: string, runId: string): Promise<string> {
  const folder = join(out, runId);
  try {
    await mkdir(out, { recursive: true });
    await mkdir(folder);
  } catch (error) {
    throw new UsageError(`--out: cannot make ${folder}: ${messageOf(error)}`, { cause: error });
  }
  return folder;
}
