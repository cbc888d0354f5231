import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { ExitCode, KnownError, messageOf } from '../errors.js';
import type { RunResult } from '../verdict/run-result.js';
import { renderHtml } from './html.js';
import { exceptionsCsv, failuresCsv, historyCsvRows, statsCsv } from './locust-csv.js';
import { summaryMarkdown } from './markdown.js';
import { runJunit } from './run-junit.js';
import { verdictJson } from './verdict-json.js';
import type { Language } from './view/model.js';

/** Begins the names of the Locust-compatible files. */
const CSV_PREFIX = 'loadwitness';

/** A text, in pieces where it can be long. */
type Text = string | Iterable<string>;

/** What the reports are told in, where they are told in words of ours. */
export interface ReportWords {
  language: Language;
}

const FILES: readonly [path: string, render: (result: RunResult, words: ReportWords) => Text][] = [
  ['verdict.json', verdictJson],
  ['summary.md', summaryMarkdown],
  ['report.html', renderHtml],
  ['junit.xml', runJunit],
  [join('csv', `${CSV_PREFIX}_stats.csv`), statsCsv],
  [join('csv', `${CSV_PREFIX}_stats_history.csv`), historyCsvRows],
  [join('csv', `${CSV_PREFIX}_failures.csv`), failuresCsv],
  [join('csv', `${CSV_PREFIX}_exceptions.csv`), exceptionsCsv],
];

const LANGUAGES: readonly Language[] = ['en', 'ko'];

/** A report as it stands in the run's folder. */
export interface ReportOfRun {
  /** Relative to the folder, with `/`. */
  path: string;
  /** @param language of those in `languages`; any other is English. */
  render(language?: string): string;
  /** The languages that it can be in. */
  languages: readonly string[];
}

/** The reports of a run. */
export function reportsOf(result: RunResult): ReportOfRun[] {
  return FILES.map(([path, render]) => ({
    path: path.replaceAll(sep, '/'),
    render: (language) => wholeOf(render(result, { language: LANGUAGES.find((one) => one === language) ?? 'en' })),
    languages: render === renderHtml ? LANGUAGES : ['en'],
  }));
}

/**
 * Writes all reports of a run into its folder, byte for byte the same for the same result. Each file is whole, or what it was before.
 *
 * @returns The paths of the files.
 * @throws KnownError naming those that could not be written, when all others are.
 */
export async function writeReport(result: RunResult, folder: string, words: ReportWords = { language: 'en' }): Promise<string[]> {
  const written: string[] = [];
  const refused: string[] = [];
  for (const [name, render] of FILES) {
    const path = join(folder, name);
    try {
      const text = render(result, words);
      await mkdir(dirname(path), { recursive: true });
      await writeWhole(path, text);
      written.push(path);
    } catch (error) {
      refused.push(`${name} (${messageOf(error)})`);
    }
  }
  if (refused.length > 0) throw new KnownError(`cannot be written to ${folder}: ${refused.join(', ')}`, ExitCode.internal);
  return written;
}

/** Writes beside the file and renames: a reader never sees half of it. */
async function writeWhole(path: string, text: Text): Promise<void> {
  // Processes in two containers can have the same id.
  const beside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeFile(beside, typeof text === 'string' ? text : inPieces(text));
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

const wholeOf = (text: Text): string => (typeof text === 'string' ? text : [...text].join(''));

/** Rows of a table by the thousand: one by one each would be a write of its own. */
function* inPieces(rows: Iterable<string>): Generator<string> {
  let piece: string[] = [];
  for (const row of rows) {
    if (piece.push(row) < 1000) continue;
    yield piece.join('');
    piece = [];
  }
  yield piece.join('');
}
