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

/** Begins the names of the Locust-compatible files. */
const CSV_PREFIX = 'loadwitness';

/** A text, in pieces where it can be long. */
type Text = string | Iterable<string>;

const FILES: readonly [path: string, render: (result: RunResult) => Text][] = [
  ['verdict.json', verdictJson],
  ['summary.md', summaryMarkdown],
  ['report.html', renderHtml],
  ['junit.xml', runJunit],
  [join('csv', `${CSV_PREFIX}_stats.csv`), statsCsv],
  [join('csv', `${CSV_PREFIX}_stats_history.csv`), historyCsvRows],
  [join('csv', `${CSV_PREFIX}_failures.csv`), failuresCsv],
  [join('csv', `${CSV_PREFIX}_exceptions.csv`), exceptionsCsv],
];

/** The reports of a run, each as it stands in the run's folder. Paths are relative to that, with `/`. */
export function reportsOf(result: RunResult): { path: string; render(): string }[] {
  return FILES.map(([path, render]) => ({ path: path.replaceAll(sep, '/'), render: () => wholeOf(render(result)) }));
}

/**
 * Writes all reports of a run into its folder, byte for byte the same for the same result. Each file is whole, or what it was before.
 *
 * @returns The paths of the files.
 * @throws KnownError naming those that could not be written, when all others are.
 */
export async function writeReport(result: RunResult, folder: string): Promise<string[]> {
  const written: string[] = [];
  const refused: string[] = [];
  for (const [name, render] of FILES) {
    const path = join(folder, name);
    const text = render(result);
    try {
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
