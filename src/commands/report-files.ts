import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, UsageError } from '../errors.js';
import type { Checklist } from '../report/checklist.js';
import { checklistJson } from '../report/checklist-json.js';
import { checklistJunit } from '../report/checklist-junit.js';
import { checklistMarkdown } from '../report/checklist-markdown.js';

const FORMATS = { json: checklistJson, junit: checklistJunit, markdown: checklistMarkdown } as const;

type Format = keyof typeof FORMATS;

/** What is to be written where. */
export interface ReportFile {
  format: Format;
  /** `-` is stdout. */
  path: string;
}

/**
 * Reads what was typed after `--report`.
 *
 * @param texts Each `<format>=<path>`.
 * @throws UsageError for a format that there is not, no path, or two documents for stdout, which holds one.
 */
export function parseReports(texts: readonly string[]): ReportFile[] {
  const files = texts.map((text): ReportFile => {
    const [, name = text, path = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    const format = (Object.keys(FORMATS) as Format[]).find((one) => one === name);
    if (format === undefined) {
      throw new UsageError(`--report: must be <format>=<file> with one of ${Object.keys(FORMATS).join(', ')}, is "${text}"`);
    }
    if (path === '') throw new UsageError(`--report: ${name} needs a file, e.g. --report ${name}=preflight.${name}, or - for stdout`);
    return { format, path };
  });
  if (files.filter(({ path }) => path === '-').length > 1) throw new UsageError('--report: only one of them can go to stdout');
  return files;
}

/**
 * Writes the reports, in folders that are made where there are none.
 *
 * @throws UsageError naming a file that cannot be written; the others are written all the same.
 */
export async function writeChecklist(files: readonly ReportFile[], checklist: Checklist, out: (text: string) => void): Promise<void> {
  const written = await Promise.allSettled(files.map((file) => writeOne(file, FORMATS[file.format](checklist), out)));
  const problems = written.flatMap((one) => (one.status === 'rejected' ? [messageOf(one.reason)] : []));
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
}

async function writeOne({ path }: ReportFile, text: string, out: (text: string) => void): Promise<void> {
  if (path === '-') return out(text);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (error) {
    throw new Error(`--report: ${path} cannot be written: ${messageOf(error)}`);
  }
}
