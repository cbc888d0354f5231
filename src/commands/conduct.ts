import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Redactor } from '../bundle/redact.js';
import type { Config } from '../config/config.js';
import { publicConfig } from '../config/public-config.js';
import { ExitCode, KnownError, messageOf, UsageError } from '../errors.js';
import { JournalWriter, type Kept } from '../journal/writer.js';
import { checkIdentities } from '../load/identities/resolve.js';
import { createTlsOptions } from '../load/tls.js';
import { watchForAbort } from './abort.js';
import { cleanError, cleanIo } from './clean-io.js';
import type { Drive } from './drive.js';
import { exitCodeOfRun } from './exit-code.js';
import type { Io } from './io.js';
import { unfinishedRelaxation } from './nginx/on-run.js';
import { type OutputOptions, type Outputs, openShow, prepareOutputs, type Show } from './outputs.js';
import { type Production, produce } from './produce.js';
import { checklistOf } from './project-checks.js';
import { withReports, writeReports } from './report.js';
import { CONFIG, createRunFolder, JOURNAL, newRunId } from './run-folder.js';
import { withRunLock } from './run-lock.js';
import { showRun } from './show-run.js';
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
  /** Where the run goes beside its folder. */
  outputs?: OutputOptions;
  drive: Drive;
  /** Told of the run's folder as soon as there is one with a journal in it. */
  onFolder?: (folder: string) => void;
}

/**
 * The whole night: pre-flight, load with everything sampled on one time axis, verdict and evidence.
 *
 * @returns the exit code of the run. The last line that it says is the folder of the evidence.
 */
export async function conduct({ outputs: options = {}, ...night }: Night, io: Io): Promise<ExitCode> {
  // What cannot be used should cost neither a run's folder nor a pre-flight.
  const outputs = await prepareOutputs(options, io.env);
  const show = await openShow(outputs, io);
  try {
    return await conductShown(night, { reports: outputs.reports, language: outputs.language, show }, io);
  } finally {
    await show.close();
  }
}

interface Shown {
  reports: Outputs['reports'];
  language: Outputs['language'];
  show: Show;
}

async function conductShown(night: Omit<Night, 'outputs'>, shown: Shown, io: Io): Promise<ExitCode> {
  const redactor = new Redactor();
  for (const secret of night.secrets) redactor.add(secret);
  try {
    return await conductCleanly(night, { ...shown, redactor, plainIo: io }, cleanIo(io, redactor));
  } catch (error) {
    throw cleanError(error, redactor);
  }
}

interface Clean extends Shown {
  redactor: Redactor;
  /** For what must be said as it is: the path of the folder. */
  plainIo: Io;
}

async function conductCleanly({ config, ...night }: Omit<Night, 'outputs'>, clean: Clean, io: Io): Promise<ExitCode> {
  createTlsOptions(config.tls);
  await checkIdentities(config, io.env);
  const checks = night.preflight ? await checklistOf(config) : undefined;
  const surroundings = await lookAround(config, io, night.preflight);
  const unfinished = await unfinishedRelaxation(surroundings.config, io.env);
  if (unfinished !== undefined) io.say(unfinished);
  try {
    return await conductThere(surroundings, { ...night, ...clean, checks }, io);
  } finally {
    await surroundings.close();
  }
}

async function conductThere(surroundings: Surroundings, night: There, io: Io): Promise<ExitCode> {
  const runId = newRunId(new Date());
  const folder = await createRunFolder(night.out, runId);
  return await withRunLock(folder, 'run', () => conductIn({ folder, runId }, surroundings, night, io));
}

type There = Omit<Night, 'config' | 'preflight' | 'outputs'> & Pick<Production, 'checks'> & Clean;

/** A folder that cannot be written to from the start is a mistake in `--out`. */
async function writable<T>(folder: string, work: Promise<T>): Promise<T> {
  return await work.catch((error: unknown) => {
    throw new UsageError(`--out: cannot write to ${folder}: ${messageOf(error)}`, { cause: error });
  });
}

async function conductIn(
  { folder, runId }: Pick<Production, 'folder' | 'runId'>,
  surroundings: Surroundings,
  night: There,
  io: Io,
): Promise<ExitCode> {
  const { config } = surroundings;
  const { checks, drive, relaxNginx = false, reports, language, show, redactor, plainIo } = night;
  const disk = new AbortController();
  const journal = await writable(
    folder,
    JournalWriter.create(join(folder, JOURNAL), {
      redact: redactor.for(JOURNAL).redactData,
      now: () => performance.timeOrigin + performance.now(),
      onError: (error) => disk.abort(new KnownError(`the journal cannot be written any more: ${messageOf(error)}`, ExitCode.internal)),
    }),
  );
  night.onFolder?.(folder);
  const configText = `${JSON.stringify(publicConfig(redactor.for(CONFIG).redactData(config)), null, 2)}\n`;
  await writable(folder, writeFile(join(folder, CONFIG), configText, { mode: 0o600 }));
  const signal = AbortSignal.any([io.signal, disk.signal]);
  const stopShowing = showRun(journal, { stages: config.stages, forSeconds: drive.seconds }, io);
  show.follow(journal, redactor);
  const rule = new AbortController();
  // Of a signal and the rule the first one counts.
  if (config.abort) journal.follow(watchForAbort(config.abort, (reason) => !signal.aborted && rule.abort(reason)));
  const { emit } = journal;
  const production = { surroundings, drive, runId, folder, checks, relaxNginx, redactor, emit, signal, broken: rule.signal };
  const failure = await produce(production, io);
  stopShowing();
  const kept = await journal.close();
  if (kept === 'nothing') throw lostEvidence(folder, disk.signal.reason);
  const written = await writeReports(folder, io, { asked: reports, redactor, language });
  await show.close();
  if (disk.signal.aborted) return tellOfDisk(folder, kept, disk.signal.reason, plainIo);
  if (failure && !(failure instanceof KnownError)) throw failure;
  if (failure) io.say(failure.message);
  plainIo.say(`report: ${join(folder, 'report.html')}`);
  plainIo.say(folder);
  return failure?.exitCode ?? withReports(exitCodeOfRun(written.result), written);
}

const lostEvidence = (folder: string, reason: unknown): KnownError =>
  new KnownError(`${messageOf(reason)}: ${folder} cannot be made again either: nothing of this run is left`, ExitCode.internal);

/** The evidence has a hole at its end: whatever its verdict is, the run itself has failed. */
function tellOfDisk(folder: string, kept: Kept, reason: unknown, io: Io): ExitCode {
  io.say(`${messageOf(reason)}: the run was stopped; ${KEPT[kept]}`);
  io.say(folder);
  return ExitCode.internal;
}

const KEPT: Record<Kept, string> = {
  whole: 'every event was written',
  part: 'what was written until then is judged',
  'put back': 'what it had recorded was put back into a new folder and is judged',
  nothing: 'nothing is left',
};
