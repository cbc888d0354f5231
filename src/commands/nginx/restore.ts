import { isMaster, type NginxControl, NginxNotRunningError } from '../../clients/nginx-control.js';
import { ExitCode, KnownError, messageOf } from '../../errors.js';
import type { NginxSite } from './site.js';
import { nameOfPlace, type Relaxation, type RelaxationStore, type RelaxedFile, sha256Of } from './state.js';

/** What every message names: the same words whatever has been forgotten. */
export const RESTORE_COMMAND = 'loadwitness nginx restore';

/** How a file was found, read again after its original was put back. */
export interface RestoredFile {
  path: string;
  /** Of the original, and so of what is there now. */
  sha256: string;
  /** Where another's changes were put that had been made to it in the meantime. */
  changed?: string;
}

export interface Restored {
  files: RestoredFile[];
  /** Why nginx was not told: it does not run. It reads the original when it starts. */
  notReloaded?: string;
}

/**
 * Puts the originals back, byte for byte, reads them again to prove it, removes the backups, and has nginx take them up; then it forgets what
 * was kept. What somebody else has changed in the meantime is kept beside them.
 *
 * @param because What a failure's message says first, where there is a reason beside the wish.
 * @throws KnownError that says how far it came; what was kept stays for the next try.
 */
export async function putBack(site: NginxSite, relaxation: Relaxation, store: RelaxationStore, because?: string): Promise<Restored> {
  const shown = nameOfPlace(site.place);
  const why = because === undefined ? '' : `${because}, and `;
  const fail = (how: string, error: unknown): KnownError =>
    new KnownError(`nginx (${shown}): ${why}${how}: ${messageOf(error)}; try again: ${RESTORE_COMMAND}`, ExitCode.fail, { cause: error });
  const files: RestoredFile[] = [];
  try {
    for (const file of relaxation.files) files.push(await putFileBack(site, file));
    for (const { backup } of relaxation.files) await site.files.remove(backup);
  } catch (error) {
    throw fail('its original could not be put back', error);
  }
  let notReloaded: string | undefined;
  try {
    notReloaded = await takeUp(site, relaxation);
  } catch (error) {
    throw fail('its original is back, byte for byte, but nginx has not taken it up', error);
  }
  await store.remove(relaxation);
  return { files, ...(notReloaded !== undefined && { notReloaded }) };
}

/** @returns why nginx needs not be told. */
async function takeUp(site: NginxSite, { master }: Relaxation): Promise<string | undefined> {
  let control: NginxControl;
  try {
    control = await site.control();
  } catch (error) {
    // Without its pid file it can go on all the same, relaxed.
    const isOver = error instanceof NginxNotRunningError && (master === undefined || !(await isMaster(master)));
    if (isOver) return messageOf(error);
    throw error;
  }
  await control.test();
  await control.reload();
  return undefined;
}

async function putFileBack({ files }: NginxSite, { path, sha256, relaxedSha256, backup, original }: RelaxedFile): Promise<RestoredFile> {
  const found = await files.read(path);
  const isOurs = found === undefined || [sha256, relaxedSha256].includes(sha256Of(found));
  const changed = isOurs ? undefined : backup.replace(/\.bak$/, '.changed');
  if (changed !== undefined) await files.copy(path, changed);
  // It is left alone where it is as it was: nobody may be able to write it any more.
  if (found === undefined || sha256Of(found) !== sha256) await files.write(path, Buffer.from(original, 'base64'));
  const now = await files.read(path);
  if (now === undefined || sha256Of(now) !== sha256) throw new Error(`${path} is not what was written: its sha256 is not ${sha256}`);
  return { path, sha256, ...(changed !== undefined && { changed }) };
}
