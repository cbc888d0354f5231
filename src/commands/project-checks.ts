import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { z } from 'zod';
import { checks as ours } from '../../checks/index.js';
import type { Config } from '../config/config.js';
import { issuesOf } from '../config/issues.js';
import { ConfigError, type ConfigIssue, messageOf } from '../errors.js';
import { importModule } from '../load/module.js';
import { type Check, NEEDS } from '../preflight/check.js';

/** Extensions of the modules that can hold a check. */
const MODULES = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

/**
 * The whole checklist: ours, and after them those of the project's own folder.
 *
 * @throws ConfigError naming the file and every field of a check that cannot be used.
 */
export async function checklistOf({ checksFolder }: Pick<Config, 'checksFolder'>): Promise<readonly Check[]> {
  return checksFolder === undefined ? ours : [...ours, ...(await loadChecks(checksFolder, ours))];
}

/**
 * Loads the checks of a folder: the default export of each module right in it, in the order of the files' names.
 *
 * @param folder Absolute path.
 * @param before Checks that stand before them.
 */
export async function loadChecks(folder: string, before: readonly Check[]): Promise<Check[]> {
  const files = await modulesIn(folder);
  const loaded: Check[] = [];
  for (const name of files) loaded.push(await loadCheck(join(folder, name), [...before, ...loaded]));
  return loaded;
}

async function modulesIn(folder: string): Promise<string[]> {
  const broken = (message: string): ConfigError => new ConfigError(`the folder of checks ${folder}`, [{ path: '--checks', message }]);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw broken(`cannot be read: ${messageOf(error)}`);
  });
  const files = entries.filter((entry) => !entry.isDirectory() && isModule(entry.name)).map(({ name }) => name);
  if (files.length === 0) throw broken(`holds no check: each is a file (${MODULES.join(', ')}) with a check as its default export`);
  // By code units, so that the order is the same everywhere.
  return files.sort((a, b) => (a < b ? -1 : 1));
}

const isModule = (name: string): boolean => MODULES.includes(extname(name)) && !/^\.|\.d\.[cm]?ts$/.test(name);

async function loadCheck(file: string, before: readonly Check[]): Promise<Check> {
  const name = `the check ${file}`;
  const value = exportOf(await importModule(file, name));
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new ConfigError(name, issuesOf(parsed.error, value, new Map()).map(asExport));
  // The module's own object: a class instance would lose its methods in a copy.
  const check = value as Check;
  const issues = placeIssues(check, file, before);
  if (issues.length > 0) throw new ConfigError(name, issues);
  return check;
}

/** `module.exports` of a CommonJS module is the default, and may have one of its own where it was compiled. */
function exportOf(module: unknown): unknown {
  const exported = defaultOf(module);
  return defaultOf(exported) ?? exported;
}

const defaultOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'default' in value ? value.default : undefined;

/** What is called the file where a configuration is read is the export here. */
const asExport = ({ path, message }: ConfigIssue): ConfigIssue => ({ path: path === '(file)' ? '(default export)' : path, message });

const text = () => z.string({ error: 'must be a text' }).min(1, { error: 'must be a text that is not empty' });
const ids = () => z.array(text(), { error: 'must be a list of ids of checks' }).optional();

const schema = z.looseObject(
  {
    id: text(),
    title: text(),
    why: text(),
    needs: z.array(z.enum(NEEDS, { error: `must be one of ${NEEDS.join(', ')}` }), { error: 'must be a list; [] for nothing' }),
    after: ids(),
    apart: ids(),
    recommended: z.boolean({ error: 'must be true or false' }).optional(),
    deadlineMs: z
      .number({ error: 'must be a positive number of milliseconds' })
      .positive({ error: 'must be a positive number of milliseconds' })
      .optional(),
    run: z.custom((value) => typeof value === 'function', { error: 'must be a function' }),
  },
  { error: 'must be a check: an object with id, title, why, needs and run' },
);

/** What is wrong with a check where it stands, though it is one. */
function placeIssues({ id, after = [], apart = [] }: Check, file: string, before: readonly Check[]): ConfigIssue[] {
  const known = new Set(before.map((check) => check.id));
  const name = basename(file, extname(file));
  const issues: ConfigIssue[] = [];
  if (id !== name) issues.push({ path: 'id', message: `must be the file's name, "${name}", is "${id}"` });
  if (known.has(id)) issues.push({ path: 'id', message: `"${id}" is another check already: rename the file and the id` });
  for (const [index, one] of after.entries()) {
    const hint = 'no check before this one has this id; ours come first (preflight --list), then those of the folder by name';
    if (!known.has(one)) issues.push({ path: `after[${index}]`, message: `"${one}": ${hint}` });
  }
  if (apart.includes(id)) issues.push({ path: 'apart', message: 'must name other checks, not the check itself' });
  return issues;
}
