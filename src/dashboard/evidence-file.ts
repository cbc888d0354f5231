import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** An open file of a run's folder, and how long it was then. */
export interface EvidenceFile {
  file: FileHandle;
  bytes: number;
}

/** Names that are none of the evidence: locks, and files that are half written. */
const NOT_EVIDENCE = /^run\.lock|\.tmp$/;

/** Whether each part is a plain name: nothing that leads elsewhere, on any system. */
const isPlainPath = (path: string): boolean =>
  path.split('/').every((part) => part !== '' && !part.startsWith('.') && !/[\\:\p{Cc}]/u.test(part) && !NOT_EVIDENCE.test(part));

/**
 * Opens a file of a run's folder.
 *
 * @param path In the folder, with `/`.
 * @returns undefined for everything that is no plain file in it: what is not there, folders, links, and paths that lead out of it.
 */
export async function openEvidence(folder: string, path: string): Promise<EvidenceFile | undefined> {
  if (path.length > 1000 || !isPlainPath(path)) return undefined;
  const parts = path.split('/');
  const [root, real] = await Promise.all([realpath(folder), realpath(join(folder, ...parts))]).catch(() => []);
  // A link anywhere on the way would lead to another place than the one that was asked for.
  if (root === undefined || real !== join(root, ...parts)) return undefined;
  const file = await open(real, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)).catch(() => undefined);
  if (file === undefined) return undefined;
  const stat = await file.stat();
  if (stat.isFile()) return { file, bytes: stat.size };
  await file.close();
  return undefined;
}
