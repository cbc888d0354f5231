import { appendFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sealFolder } from '../bundle/folder.js';
import { languageOfFile } from '../bundle/html-language.js';
import { quarantinedPaths } from '../bundle/quarantine.js';
import { Redactor } from '../bundle/redact.js';
import { ExitCode, KnownError, messageOf, UsageError } from '../errors.js';
import { JournalError, readJournal } from '../journal/reader.js';
import { pullRequestMarkdown } from '../report/pull-request.js';
import { renderTerminal } from '../report/terminal.js';
import { writeReport } from '../report/write.js';
import type { RunResult } from '../verdict/run-result.js';
import { NoRunError } from '../verdict/summarize.js';
import { exitCodeOfVerdict } from './exit-code.js';
import type { Io } from './io.js';
import { judgeJournal } from './judged-run.js';
import { languageFrom } from './language.js';
import { checkReports, isForStdout, parseReports, writeReportFiles } from './report-files.js';
import { JOURNAL, LOCK, NOT_EVIDENCE } from './run-folder.js';
import { describeHolder, type LockHolder, RunBusyError, withRunLock } from './run-lock.js';
import { RUN_REPORTS, type RunReportFile } from './run-reports.js';
import { searchEvidence } from './search-evidence.js';
import { VERSION } from './version.js';

/** The options of `report` as they were typed. */
export interface ReportOptions {
  /** Each `<kind>=<path>`. */
  report: readonly string[];
  lang?: string;
}

/** How the reports of a run are written. */
export interface ReportsWanted {
  /** Beside the folder's own. */
  asked?: readonly RunReportFile[];
  /** Knows the secrets of the run; without one only what looks like a secret is found. */
  redactor?: Redactor;
  /** What was typed; left out: that of the report that is there or, without one, the environment's. */
  language?: string | undefined;
}

const HTML = 'report.html';

/** What became of the reports of a run. */
export interface WrittenReports {
  result: RunResult;
  /** Whether everything that was asked for could be written. What could not was said. */
  complete: boolean;
  /** Whether the folder's own reports could be written, and it is searched and sealed. What went wrong was said. */
  sealed: boolean;
}

/**
 * Makes every report of a run from its journal alone, and those that were asked for beside it. Prints the tables to stdout, unless one of
 * these goes there: it holds one document. Then the folder is searched for secrets and sealed.
 */
export async function writeReports(
  folder: string,
  io: Io,
  { asked = [], redactor = new Redactor(), language: wanted }: ReportsWanted = {},
): Promise<WrittenReports> {
  const language = languageFrom(io.env, wanted, await languageOfFile(join(folder, HTML)));
  const events = () => readJournal(join(folder, JOURNAL));
  const { result, collectedAt, reports } = judgeJournal(join(folder, JOURNAL));
  let sealed = true;
  const refused = (error: unknown): void => {
    if (!(error instanceof KnownError) && !(error instanceof Error && 'code' in error)) throw error;
    // A full disk keeps nobody from what can be told all the same.
    io.say(messageOf(error));
    sealed = false;
  };
  await writeReport(result, folder, { language }).catch(refused);
  if (!isForStdout(asked)) io.out(renderTerminal(result, { colour: io.colour }));
  let complete = true;
  await writeReportFiles(asked, { result, events, language }, io.out).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    // The evidence is there, and its verdict is worth more than a copy of it.
    io.say(error.message);
    complete = false;
  });
  await tellGitHub(result, io);
  await seal(folder, { result, collectedAt, reports: reports.map(({ path }) => path), tool: VERSION }, redactor, io).catch(refused);
  return { result, complete, sealed };
}

async function seal(folder: string, parts: Omit<Parameters<typeof sealFolder>[1], 'withheld'>, redactor: Redactor, io: Io): Promise<void> {
  await searchEvidence(folder, redactor, io);
  const withheld = new Set(await quarantinedPaths(folder));
  // The last thing: what is in the folder now is what the manifest tells.
  await sealFolder(folder, { ...parts, withheld }, NOT_EVIDENCE);
}

/** In a job of GitHub Actions the run in short goes to the job's summary. */
async function tellGitHub(result: RunResult, io: Io): Promise<void> {
  const path = io.env.GITHUB_STEP_SUMMARY;
  if (!path) return;
  try {
    await appendFile(path, `${pullRequestMarkdown(result)}\n`);
    io.say(`the result was added to the summary of this job (GITHUB_STEP_SUMMARY, ${path})`);
  } catch (error) {
    // Nobody asked for it with an option: the run is none the worse.
    io.say(`the result could not be added to the summary of this job: ${messageOf(error)}`);
  }
}

/** The code of something whose reports are written: a pass without its evidence, or without a file that somebody asked for, is none. */
export function withReports(code: ExitCode, { complete, sealed }: WrittenReports): ExitCode {
  if (code !== ExitCode.pass) return code;
  return sealed ? (complete ? code : ExitCode.usage) : ExitCode.internal;
}

/** `loadwitness report <run-folder>` */
export async function report(folder: string, options: ReportOptions, io: Io): Promise<ExitCode> {
  const asked = parseReports(options.report, RUN_REPORTS);
  await findJournal(folder);
  await checkReports(asked);
  try {
    const written = await withRunLock(folder, 'report', () => writeReports(folder, io, { asked, language: options.lang }));
    io.say(`report: ${join(folder, HTML)}`);
    io.say(folder);
    return withReports(exitCodeOfVerdict(written.result), written);
  } catch (error) {
    if (error instanceof RunBusyError && error.holder.purpose === 'run')
      return await reportSoFar(folder, error.holder, { asked, language: options.lang }, io);
    if (error instanceof NoRunError && error.isEmpty) throw neverBegan(folder);
    if (error instanceof JournalError || error instanceof NoRunError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

async function findJournal(folder: string): Promise<void> {
  const isThere = (name: string): Promise<boolean> =>
    stat(join(folder, name)).then(
      () => true,
      () => false, // Whatever keeps it from being seen is told of the journal.
    );
  await stat(join(folder, JOURNAL)).catch(async (error: unknown) => {
    if (await isThere(LOCK)) throw neverBegan(folder);
    throw new UsageError(`${folder} is not the folder of a run: ${messageOf(error)}`, { cause: error });
  });
}

const neverBegan = (folder: string): KnownError =>
  new KnownError(`${folder}: the run was killed before it could write down what it was: there is nothing to report`, ExitCode.inconclusive);

/** The run writes its reports itself when it ends: until then they are only shown. */
async function reportSoFar(folder: string, holder: LockHolder, { asked = [], language }: ReportsWanted, io: Io): Promise<ExitCode> {
  const events = () => readJournal(join(folder, JOURNAL));
  const { result } = judgeJournal(join(folder, JOURNAL));
  if (!isForStdout(asked)) io.out(renderTerminal(result, { colour: io.colour }));
  await writeReportFiles(asked, { result, events, language: languageFrom(io.env, language) }, io.out);
  io.say(`the run still goes on (${describeHolder(holder)}): these are its figures so far, and its files are written when it ends`);
  return exitCodeOfVerdict(result);
}
