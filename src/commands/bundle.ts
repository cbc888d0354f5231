import { mkdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { type Bundle, createBundle, sidecarOf, TooLargeError } from '../bundle/bundle.js';
import { Redactor } from '../bundle/redact.js';
import { ExitCode, messageOf, UsageError } from '../errors.js';
import { JournalError } from '../journal/reader.js';
import { NoRunError } from '../verdict/summarize.js';
import { parseBytes } from './bytes.js';
import type { Io } from './io.js';
import { judgeJournal } from './judged-run.js';
import { resolveConfig } from './load-config.js';
import { JOURNAL, NOT_EVIDENCE } from './run-folder.js';
import { waitForWriters } from './run-lock.js';
import { VERSION } from './version.js';

/** The options of `bundle` as they were typed. */
export interface BundleOptions {
  out?: string;
  maxSize: string;
  config?: string;
}

/**
 * `loadwitness bundle <run-folder>`: packs a run, however it ended, as one file that can be handed over. Its path goes to stdout.
 *
 * @throws UsageError when this is no run's folder, its journal cannot be read, or the bundle cannot be as small or where it is to be.
 */
export async function bundle(folder: string, options: BundleOptions, io: Io): Promise<ExitCode> {
  const maxBytes = parseBytes('--max-size', options.maxSize);
  await stat(join(folder, JOURNAL)).catch((error: unknown) => {
    throw new UsageError(`${folder} is not the folder of a run: ${messageOf(error)}`, { cause: error });
  });
  const out = await placeOf(folder, options.out);
  const redactor = new Redactor();
  for (const secret of await secretsOf(options.config, io)) redactor.add(secret);
  try {
    await waitForWriters(folder);
    const made = await createBundle({
      folder,
      out,
      ignored: NOT_EVIDENCE,
      maxBytes,
      redactor,
      judge: judgeJournal,
      tool: VERSION,
      signal: io.signal,
    });
    tell(made, out, io);
    return ExitCode.pass;
  } catch (error) {
    if (error instanceof JournalError || error instanceof NoRunError) throw new UsageError(error.message, { cause: error });
    if (error instanceof TooLargeError) {
      throw new UsageError(`--max-size: ${error.message}: nothing more can be cut out of it`, { cause: error });
    }
    if (isOfDisk(error)) throw new UsageError(`${out} cannot be written: ${messageOf(error)}`, { cause: error });
    throw error;
  }
}

/** Where the bundle goes: beside the run's folder, unless somebody said where. */
async function placeOf(folder: string, out: string | undefined): Promise<string> {
  const run = await realpath(folder);
  const place = resolve(out ?? join(dirname(run), `${basename(run)}.tar.gz`));
  const there = await stat(place).catch(() => undefined); // What is not there is made.
  if (there?.isDirectory()) return await placeOf(folder, join(place, `${basename(run)}.tar.gz`));
  try {
    await mkdir(dirname(place), { recursive: true });
  } catch (error) {
    throw new UsageError(`--out: ${place} cannot be written: ${messageOf(error)}`, { cause: error });
  }
  const inside = relative(run, await realpath(dirname(place)));
  if (inside === '' || (!inside.startsWith('..') && !isAbsolute(inside))) {
    throw new UsageError(`--out: ${place} is in the run's own folder: the bundle would become a part of what it holds`);
  }
  return place;
}

/** What only the configuration knows to be secret: the run took it out of everything, and is not believed. */
async function secretsOf(config: string | undefined, io: Io): Promise<string[]> {
  // A target that was given as an option is not in the file, and none is needed here.
  return config === undefined ? [] : (await resolveConfig({ file: config, flags: { target: 'ws://127.0.0.1' }, env: io.env })).secrets;
}

const isOfDisk = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'EFBIG'].includes(String(error.code));

function tell({ bytes, sha256, files, cut, withheld, redacted, leftOut, judged: { result } }: Bundle, out: string, io: Io): void {
  if (result.ended === null) io.say('the run was cut off: the bundle holds what there is of it');
  for (const path of redacted) io.say(`secrets were taken out of ${path}`);
  for (const path of cut) io.say(`the middle of ${path} was cut out, for the bundle's size`);
  for (const path of withheld) io.say(`${path} is withheld: a secret was found in it that could not be taken out`);
  for (const path of leftOut) io.say(`${JSON.stringify(path)} was left out: it is no plain file, or has a name that no bundle can have`);
  io.say(`verdict: ${result.verdict}; ${files} files, ${bytes} bytes`);
  io.say(`sha256: ${sha256} (also in ${basename(sidecarOf(out))}): whoever knows it can tell that nothing was changed`);
  io.out(`${out}\n`);
}
