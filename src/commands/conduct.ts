import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Redactor } from '../bundle/redact.js';
import type { Config } from '../config/config.js';
import { publicConfig } from '../config/public-config.js';
import { ExitCode, KnownError, messageOf } from '../errors.js';
import { JournalWriter } from '../journal/writer.js';
import { checkIdentities } from '../load/identities/resolve.js';
import { createTlsOptions } from '../load/tls.js';
import { watchForAbort } from './abort.js';
import type { Drive } from './drive.js';
import { exitCodeOfRun } from './exit-code.js';
import type { Io } from './io.js';
import { unfinishedRelaxation } from './nginx/on-run.js';
import { type Production, produce } from './produce.js';
import { showProgress } from './progress.js';
import { checklistOf } from './project-checks.js';
import { writeReports } from './report.js';
import { CONFIG, createRunFolder, JOURNAL, newRunId } from './run-folder.js';
import { lookAround, type Surroundings } from './surroundings.js';

export interface Night {
  config: Config;
  /** Everything that must not reach a file. */
  secrets: readonly string[];
  /** Folder of all runs. */
  out: string;
  /** Skips the checklist: the verdict then says nothing about the environment. */
  preflight: boolean;
  /** Whether what nginx does against a load test is switched off for the time of the run. */
  relaxNginx?: boolean;
  drive: Drive;
}

/**
 * The whole night: pre-flight, load with everything sampled on one time axis, verdict and evidence.
 *
 * @returns the exit code of the run. The last line that it says is the folder of the evidence.
 */
export async function conduct({ config, ...night }: Night, io: Io): Promise<ExitCode> {
  // Files that cannot be used should cost neither a run's folder nor a pre-flight.
  createTlsOptions(config.tls);
  await checkIdentities(config, io.env);
  const checks = night.preflight ? await checklistOf(config) : undefined;
  const surroundings = await lookAround(config, io, night.preflight);
  const unfinished = await unfinishedRelaxation(surroundings.config, io.env);
  if (unfinished !== undefined) io.say(unfinished);
  try {
    return await conductThere(surroundings, { ...night, checks }, io);
  } finally {
    await surroundings.close();
  }
}

async function conductThere(
  surroundings: Surroundings,
  { secrets, out, checks, drive, relaxNginx = false }: Omit<Night, 'config' | 'preflight'> & Pick<Production, 'checks'>,
  io: Io,
): Promise<ExitCode> {
  const { config } = surroundings;
  const runId = newRunId(new Date());
  const folder = await createRunFolder(out, runId);
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  const disk = new AbortController();
  const journal = await JournalWriter.create(join(folder, JOURNAL), {
    redact: redactor.redactData,
    now: () => performance.timeOrigin + performance.now(),
    onError: (error) => disk.abort(new KnownError(`the journal cannot be written any more: ${messageOf(error)}`, ExitCode.internal)),
  });
  await writeFile(join(folder, CONFIG), `${JSON.stringify(redactor.redactData(publicConfig(config)), null, 2)}\n`, { mode: 0o600 });
  const signal = AbortSignal.any([io.signal, disk.signal]);
  const stopShowing = showProgress(journal, config, io);
  const rule = new AbortController();
  // Of a signal and the rule the first one counts.
  if (config.abort) journal.follow(watchForAbort(config.abort, (reason) => !signal.aborted && rule.abort(reason)));
  const { emit } = journal;
  const production = { surroundings, drive, runId, folder, checks, relaxNginx, redactor, emit, signal, broken: rule.signal };
  const failure = await produce(production, io);
  stopShowing();
  await journal.close();
  if (disk.signal.aborted) throw disk.signal.reason;
  const result = await writeReports(folder, io);
  if (failure && !(failure instanceof KnownError)) throw failure;
  if (failure) io.say(failure.message);
  io.say(`report: ${join(folder, 'report.html')}`);
  io.say(folder);
  return failure?.exitCode ?? exitCodeOfRun(result);
}
