import { access, constants, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf, UsageError } from '../errors.js';

/** A part of a document: its file's path is what was typed with `suffix` behind it. */
export interface DocumentPart {
  suffix: string;
  /** As one text, or piece by piece where it is too long for that. */
  text: string | Iterable<string>;
}

/** What can be asked for with `--report`, by name: how each is made of its subject. */
export type ReportKinds<Subject> = Readonly<Record<string, ReportKind<Subject>>>;

export interface ReportKind<Subject> {
  /** What is typed is no file but the beginning of the names of several: none of them can go to stdout. */
  prefix?: true;
  make(subject: Subject): readonly DocumentPart[];
}

/** A kind that is one document. */
export const oneFile = <Subject>(render: (subject: Subject) => string): ReportKind<Subject> => ({
  make: (subject) => [{ suffix: '', text: render(subject) }],
});

/** What is to be written where. */
export interface ReportFile<Subject> {
  name: string;
  kind: ReportKind<Subject>;
  /** `-` is stdout. */
  path: string;
}

/** What is typed after `--report`, for help. */
export function reportHelp(kinds: ReportKinds<never>): string {
  return `writes the result in a file of its own, - for stdout; can be repeated. Kinds: ${namesOf(kinds)}`;
}

/** `json=…, junit=…, csv=<prefix>`. */
const namesOf = (kinds: ReportKinds<never>): string =>
  Object.entries(kinds)
    .map(([name, { prefix }]) => (prefix ? `${name} (${name}=<prefix>)` : name))
    .join(', ');

/**
 * Reads what was typed after `--report`.
 *
 * @param texts Each `<kind>=<path>`.
 * @throws UsageError for a kind that there is not, no path, two documents for stdout, which holds one, or two for one file.
 */
export function parseReports<Subject>(texts: readonly string[], kinds: ReportKinds<Subject>): ReportFile<Subject>[] {
  const files = texts.map((text) => parseOne(text, kinds));
  if (isForStdout(files) && files.filter(({ path }) => path === '-').length > 1) {
    throw new UsageError('--report: only one of them can go to stdout');
  }
  const paths = files.flatMap(({ path, kind }) => (path === '-' || kind.prefix ? [] : [resolve(path)]));
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw new UsageError(`--report: two of them go to ${twice}`);
  return files;
}

function parseOne<Subject>(text: string, kinds: ReportKinds<Subject>): ReportFile<Subject> {
  const [, name = text, path = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind === undefined) throw new UsageError(`--report: must be <kind>=<file> with one of ${namesOf(kinds)}, is "${text}"`);
  if (path === '')
    throw new UsageError(`--report: ${name} needs a file, e.g. --report ${name}=${kind.prefix ? 'out/run' : `result.${name}`}`);
  if (path === '-' && kind.prefix) throw new UsageError(`--report: ${name} is several files, and stdout holds one document`);
  return { name, kind, path };
}

/** Whether stdout is taken: then nothing else goes there. */
export const isForStdout = (files: readonly Pick<ReportFile<never>, 'path'>[]): boolean => files.some(({ path }) => path === '-');

/**
 * Makes the folders of the files and looks whether these can be written, before anything is done that takes long.
 *
 * @throws UsageError naming the first that cannot.
 */
export async function checkReports(files: readonly ReportFile<never>[]): Promise<void> {
  for (const { path, kind } of files) {
    if (path === '-') continue;
    try {
      await mkdir(dirname(path), { recursive: true });
      const found = kind.prefix ? undefined : await stat(path).catch(() => undefined); // One that is not there yet will be.
      if (found?.isDirectory()) throw new Error('it is a folder');
      await access(found ? path : dirname(path), constants.W_OK);
    } catch (error) {
      throw new UsageError(`--report: ${path} cannot be written: ${messageOf(error)}`, { cause: error });
    }
  }
}

/**
 * Writes the reports, in folders that are made where there are none.
 *
 * @throws UsageError naming each file that cannot be written; the others are written all the same.
 */
export async function writeReportFiles<Subject>(
  files: readonly ReportFile<Subject>[],
  subject: Subject,
  out: (text: string) => void,
): Promise<void> {
  const problems: string[] = [];
  for (const { path, kind } of files) {
    for (const { suffix, text } of kind.make(subject)) {
      if (path === '-') out(typeof text === 'string' ? text : [...text].join(''));
      else await writeOne(`${path}${suffix}`, text).catch((error: unknown) => problems.push(messageOf(error)));
    }
  }
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
}

async function writeOne(path: string, text: DocumentPart['text']): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (error) {
    throw new Error(`--report: ${path} cannot be written: ${messageOf(error)}`);
  }
}
