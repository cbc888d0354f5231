import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunResult } from '../verdict/run-result.js';
import { renderHtml } from './html.js';
import { exceptionsCsv, failuresCsv, historyCsv, statsCsv } from './locust-csv.js';
import { summaryMarkdown } from './markdown.js';
import { verdictJson } from './verdict-json.js';

/** Begins the names of the Locust-compatible files. */
const CSV_PREFIX = 'loadwitness';

const FILES: readonly [path: string, render: (result: RunResult) => string][] = [
  ['verdict.json', verdictJson],
  ['summary.md', summaryMarkdown],
  ['report.html', renderHtml],
  [join('csv', `${CSV_PREFIX}_stats.csv`), statsCsv],
  [join('csv', `${CSV_PREFIX}_stats_history.csv`), historyCsv],
  [join('csv', `${CSV_PREFIX}_failures.csv`), failuresCsv],
  [join('csv', `${CSV_PREFIX}_exceptions.csv`), exceptionsCsv],
];

/**
 * Writes all reports of a run into its folder, byte for byte the same for the same result. Each file is whole or not there at all.
 *
 * @returns The paths of the files.
 */
export async function writeReport(result: RunResult, folder: string): Promise<string[]> {
  const written: string[] = [];
  for (const [name, render] of FILES) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeWhole(path, render(result));
    written.push(path);
  }
  return written;
}

/** Writes beside the file and renames: a reader never sees half of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(beside, text);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
