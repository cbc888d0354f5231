import { ConfigError, messageOf } from '../errors.js';
import { importModule } from './module.js';
import type { Scenario, ScenarioOptions } from './scenario.js';
import { validateScenario } from './validate-scenario.js';

/**
 * Loads the scenario that a module exports, as `scenario` or as its default: the scenario itself, or a function that makes it.
 *
 * @param file Absolute path of an ES module or a CommonJS one, in JavaScript or TypeScript.
 * @throws ConfigError naming the file and every mistake: unreadable, a syntax error with its line, no export, no scenario.
 */
export async function loadScenarioFile(file: string, options: ScenarioOptions): Promise<Scenario> {
  const exported = exportOf(await importModule(file, nameOf(file)));
  if (exported === undefined)
    throw broken(file, '(exports)', 'must be a scenario or a function that makes one, as "scenario" or as the default');
  const value = typeof exported === 'function' ? await make(file, exported as (options: ScenarioOptions) => unknown, options) : exported;
  const issues = validateScenario(value);
  if (issues.length > 0) throw new ConfigError(nameOf(file), issues);
  return value as Scenario;
}

/** `module.exports` of a CommonJS module is the default, and may hold the scenario under its name. */
function exportOf(module: unknown): unknown {
  const { scenario, default: other } = fieldsOf(module);
  return scenario ?? fieldsOf(other).scenario ?? (isEmpty(other) ? undefined : other);
}

const nameOf = (file: string): string => `the scenario ${file}`;

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
  return new ConfigError(nameOf(file), [{ path, message }]);
}
