import { mkdir, rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { messageOf } from '../errors.js';
import { listFolder } from './folder.js';
import type { Redactor } from './redact.js';
import { isEmpty, searchFile } from './search.js';

/** A file that was taken out of a run's folder. */
export interface Quarantined {
  /** In the run's folder, with `/`. */
  path: string;
  /** What was found in it, without the secret. */
  reason: string;
}

/** Where files are that were taken out of a run's folder: beside it, so that nobody hands them over with it. */
export const quarantineOf = (folder: string): string => `${resolve(folder)}.quarantine`;

/** Paths of the files that were ever taken out of a run's folder. */
export async function quarantinedPaths(folder: string): Promise<string[]> {
  try {
    return (await listFolder(quarantineOf(folder))).files;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const PICTURE = /\.(png|jpe?g)$/i;

/**
 * Searches every file of a finished run for each secret that the redactor knows, in all its forms, and for what nothing but a secret looks like.
 * A file with a hit is moved to {@link quarantineOf}, and so is one that could not be searched.
 *
 * @param ignored Names in the folder that are none of the evidence.
 */
export async function quarantineSecrets(folder: string, redactor: Redactor, ignored: readonly string[] = []): Promise<Quarantined[]> {
  const { files } = await listFolder(folder, ignored);
  const taken: Quarantined[] = [];
  for (const path of files) {
    const reason = PICTURE.test(path) ? undefined : await whyNot(join(folder, ...path.split('/')), path, redactor);
    if (reason === undefined) continue;
    const to = join(quarantineOf(folder), ...path.split('/'));
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await rename(join(folder, ...path.split('/')), to);
    taken.push({ path, reason });
  }
  return taken;
}

async function whyNot(file: string, path: string, redactor: Redactor): Promise<string | undefined> {
  try {
    const { secrets } = await searchFile(file, path, redactor);
    if (isEmpty(secrets)) return undefined;
    const found = Object.entries(secrets).map(([kind, count]) => `${kind} × ${count}`);
    return `a secret was found in it: ${found.join(', ')}`;
  } catch (error) {
    return `it could not be searched for secrets: ${messageOf(error)}`;
  }
}
