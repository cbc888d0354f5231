import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NotABundleError } from '../bundle/read-archive.js';
import { type Verification, verifyBundle, verifyFolder } from '../bundle/verify.js';
import { ExitCode, messageOf, UsageError } from '../errors.js';
import { visible } from '../report/text.js';
import type { Io } from './io.js';
import { judgeJournal } from './judged-run.js';
import { CONFIG, JOURNAL, NOT_EVIDENCE } from './run-folder.js';
import { VERSION } from './version.js';

/** The options of `verify` as they were typed. */
export interface VerifyOptions {
  sha256?: string;
}

/** Differences that are told one by one. */
const MOST_TOLD = 50;

/**
 * `loadwitness verify <bundle|run-folder>`: recomputes every digest and the verdict. What it found goes to stdout.
 *
 * @returns pass when it is intact and gives the same verdict, fail when something differs, inconclusive when that cannot be told.
 * @throws UsageError when it is neither a bundle nor the folder of a run.
 */
export async function verify(path: string, { sha256 }: VerifyOptions, io: Io): Promise<ExitCode> {
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256))
    throw new UsageError(`--sha256: must be 64 hexadecimal digits, is "${sha256}"`);
  const there = await stat(path).catch((error: unknown) => {
    throw new UsageError(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  });
  const options = { judge: judgeJournal, tool: VERSION, ignored: NOT_EVIDENCE, signal: io.signal };
  if (there.isDirectory()) {
    if (sha256 !== undefined) throw new UsageError('--sha256 is that of a bundle, and this is a folder');
    await mustBeRun(path);
    return tell(await verifyFolder(path, options), io);
  }
  try {
    return tell(await verifyBundle(path, { ...options, ...(sha256 !== undefined && { sha256 }) }), io);
  } catch (error) {
    if (error instanceof NotABundleError) throw new UsageError(`${path} is no bundle: ${error.message}`, { cause: error });
    throw error;
  }
}

async function mustBeRun(folder: string): Promise<void> {
  for (const name of [JOURNAL, CONFIG, 'manifest.json']) {
    const there = await stat(join(folder, name)).catch(() => undefined); // One of them is enough.
    if (there?.isFile()) return;
  }
  throw new UsageError(`${folder} is not the folder of a run: there is neither a ${JOURNAL} nor a manifest.json in it`);
}

function tell({ differences, open, notes, files, result, sha256 }: Verification, io: Io): ExitCode {
  const lines = [
    ...differences.slice(0, MOST_TOLD).map((text) => `differs: ${text}`),
    ...(differences.length > MOST_TOLD ? [`differs: and ${differences.length - MOST_TOLD} more`] : []),
    ...open.slice(0, MOST_TOLD).map((text) => `not known: ${text}`),
    ...(open.length > MOST_TOLD ? [`not known: and ${open.length - MOST_TOLD} more`] : []),
    ...notes.map((text) => `note: ${text}`),
  ];
  for (const line of lines) io.out(`${visible(line)}\n`);
  if (result !== null) io.out(`verdict by the journal: ${result.verdict}\n`);
  if (sha256 !== null) io.out(`sha256: ${sha256}\n`);
  if (differences.length > 0) io.out(`DIFFERS: this is not what was sealed\n`);
  else if (open.length > 0) io.out('NOT CONFIRMED: nothing differs, and not everything could be told\n');
  else io.out(`INTACT: ${files} files, and the same verdict\n`);
  return differences.length > 0 ? ExitCode.fail : open.length > 0 ? ExitCode.inconclusive : ExitCode.pass;
}
