/** Names of what the evidence itself adds to a run's folder or to a bundle. */
export const MANIFEST = 'manifest.json';
export const REDACTIONS = 'redactions.json';

/** Names of the files that a run writes before there is anything to report. */
export const JOURNAL = 'journal.ndjson';
export const CONFIG = 'config.json';
export const VERDICT = 'verdict.json';

/** The same order everywhere, whatever the machine's language: by UTF-16 code units. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in a name.
const UNFIT = /[\u0000-\u001f\u007f\\]/;

/** Why this is no name of a file inside of a run's folder; undefined: it is one. */
export function unfitPath(path: string): string | undefined {
  if (path === '') return 'an empty name';
  if (path.startsWith('/') || /^[a-z]:/i.test(path)) return 'an absolute path';
  if (UNFIT.test(path)) return 'a name with a backslash or control characters';
  const parts = path.split('/');
  if (parts.includes('..')) return 'a path that leaves its folder';
  if (parts.some((part) => part === '' || part === '.')) return 'a path that is not in its simplest form';
  return path.length > 1024 ? 'a path that is too long' : undefined;
}
