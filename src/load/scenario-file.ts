import { access, constants } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { ConfigError, messageOf } from '../errors.js';
import type { Scenario, ScenarioOptions } from './scenario.js';
import { syntaxProblemOf } from './syntax-error.js';
import { importTypeScript, isTypeScript } from './typescript.js';
import { validateScenario } from './validate-scenario.js';

/**
 * Loads the scenario that a module exports, as `scenario` or as its default: the scenario itself, or a function that makes it.
 *
 * @param file Absolute path of an ES module or a CommonJS one, in JavaScript or TypeScript.
 * @throws ConfigError naming the file and every mistake: unreadable, a syntax error with its line, no export, no scenario.
 */
export async function loadScenarioFile(file: string, options: ScenarioOptions): Promise<Scenario> {
  const exported = exportOf(await importModule(file));
  if (exported === undefined)
    throw broken(file, '(exports)', 'must be a scenario or a function that makes one, as "scenario" or as the default');
  const value = typeof exported === 'function' ? await make(file, exported as (options: ScenarioOptions) => unknown, options) : exported;
  const issues = validateScenario(value);
  if (issues.length > 0) throw new ConfigError(`the scenario ${file}`, issues);
  return value as Scenario;
}

async function importModule(file: string): Promise<unknown> {
  try {
    await access(file, constants.R_OK);
  } catch (error) {
    throw broken(file, '(file)', `cannot be read: ${messageOf(error)}`);
  }
  try {
    return isTypeScript(file) ? await importTypeScript(file) : await import(pathToFileURL(file).href);
  } catch (error) {
    const syntax = await syntaxProblemOf(error, file);
    if (syntax?.line !== undefined) throw broken(file, `line ${syntax.line}`, `is no valid syntax: ${syntax.message}`);
    if (syntax) throw broken(file, '(file)', `it, or a module that it imports, is no valid syntax: ${syntax.message}`);
    throw broken(file, '(file)', `cannot be loaded: ${messageOf(error)}`);
  }
}

/** `module.exports` of a CommonJS module is the default, and may hold the scenario under its name. */
function exportOf(module: unknown): unknown {
  const { scenario, default: other } = fieldsOf(module);
  return scenario ?? fieldsOf(other).scenario ?? (isEmpty(other) ? undefined : other);
}

async function make(file: string, factory: (options: ScenarioOptions) => unknown, options: ScenarioOptions): Promise<unknown> {
  try {
    return await factory(options);
  } catch (error) {
    throw broken(file, '(exports)', `the function that makes the scenario throws: ${messageOf(error)}`);
  }
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** What a CommonJS module exports that exports nothing. */
const isEmpty = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

function broken(file: string, path: string, message: string): ConfigError {
  return new ConfigError(`the scenario ${file}`, [{ path, message }]);
}
