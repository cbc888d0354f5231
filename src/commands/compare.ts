import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ExitCode, messageOf, UsageError } from '../errors.js';
import { JournalError, readJournal } from '../journal/reader.js';
import { comparisonHtml } from '../report/comparison-html.js';
import { comparisonMarkdown } from '../report/comparison-markdown.js';
import { comparisonModel } from '../report/comparison-model.js';
import { comparisonTerminal } from '../report/comparison-terminal.js';
import type { Language } from '../report/view/model.js';
import { compare } from '../verdict/compare/compare.js';
import type { Comparison } from '../verdict/compare/comparison.js';
import type { SavedConfig } from '../verdict/compare/differences.js';
import { judge } from '../verdict/judge.js';
import type { RunResult } from '../verdict/run-result.js';
import { NoRunError, summarize } from '../verdict/summarize.js';
import type { Io } from './io.js';
import { languageFrom } from './language.js';
import { isForStdout, oneFile, parseReports, type ReportKinds, writeReportFiles } from './report-files.js';
import { CONFIG, JOURNAL } from './run-folder.js';

const comparisonJson = (comparison: Comparison): string => `${JSON.stringify(comparison, null, 2)}\n`;

/** Runs beside each other, and what their charts are drawn from. */
export interface ComparedRuns {
  comparison: Comparison;
  /** In its order. */
  runs: readonly RunResult[];
}

interface Shown extends ComparedRuns {
  /** That a page of them begins with. */
  language: Language;
}

/** What `compare --report` can write. */
export const COMPARISON_REPORTS: ReportKinds<Shown> = {
  json: oneFile(({ comparison }) => comparisonJson(comparison)),
  markdown: oneFile(({ comparison }) => comparisonMarkdown(comparison)),
  html: oneFile(({ comparison, runs, language }) => comparisonHtml(comparisonModel(comparison, runs, language))),
};

/** The options of `compare` as they were typed. */
export interface CompareOptions {
  /** Each `<kind>=<file>`; `-` is stdout. */
  report: readonly string[];
  /** Of the page; left out: the environment's. */
  lang?: string;
}

/** `loadwitness compare <run>…`: 0 when they say the same, 1 when they differ, 3 when nobody can tell. */
export async function compareRuns(folders: readonly string[], options: CompareOptions, io: Io): Promise<ExitCode> {
  if (folders.length < 2) throw new UsageError('compare: there must be two runs or more: loadwitness compare <run-folder> <run-folder>…');
  const twice = folders.find((folder, index) => folders.findIndex((one) => resolve(one) === resolve(folder)) !== index);
  if (twice !== undefined) throw new UsageError(`compare: ${twice} is named twice`);
  const files = parseReports(options.report, COMPARISON_REPORTS);
  const compared = await compareFolders(folders);
  if (!isForStdout(files)) io.out(comparisonTerminal(compared.comparison, { colour: io.colour }));
  await writeReportFiles(files, { ...compared, language: languageFrom(io.env, options.lang) }, io.out);
  return exitCodeOf(compared.comparison);
}

/** @throws UsageError when one of them is no run's folder. */
export async function compareFolders(folders: readonly string[]): Promise<ComparedRuns> {
  const configs = await Promise.all(folders.map(readConfig));
  const runs = folders.map(readResult);
  return { comparison: compare(runs, configs), runs };
}

export const exitCodeOf = ({ reproducible }: Comparison): ExitCode =>
  ({ yes: ExitCode.pass, no: ExitCode.fail, unknown: ExitCode.inconclusive })[reproducible];

function readResult(folder: string): RunResult {
  try {
    return judge(summarize(readJournal(join(folder, JOURNAL))));
  } catch (error) {
    if (error instanceof JournalError || error instanceof NoRunError) throw new UsageError(error.message, { cause: error });
    if (error instanceof Error && 'code' in error) {
      throw new UsageError(`${folder} is not the folder of a run: ${messageOf(error)}`, { cause: error });
    }
    throw error;
  }
}

/** A run that was moved without its configuration can still be compared. */
async function readConfig(folder: string): Promise<SavedConfig> {
  try {
    const config: unknown = JSON.parse(await readFile(join(folder, CONFIG), 'utf8'));
    return typeof config === 'object' ? (config as SavedConfig) : null;
  } catch {
    return null;
  }
}

async function save(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${messageOf(error)}`, { cause: error });
  }
}

/** Writes `comparison-<first run>.{json,md}` beside the runs. @returns their paths. */
export async function saveComparison(comparison: Comparison, folders: readonly string[]): Promise<string[]> {
  const [first = ''] = folders;
  const base = join(dirname(first), `comparison-${basename(first)}`);
  const written = [`${base}.json`, `${base}.md`];
  await save(`${base}.json`, comparisonJson(comparison));
  await save(`${base}.md`, comparisonMarkdown(comparison));
  return written;
}
