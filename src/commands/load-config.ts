import { KINDMAP } from '../config/config.js';
import { type Loaded, type LoadOptions, loadConfig } from '../config/load.js';
import { createScenario, tasksOf } from '../load/plan.js';

/**
 * Resolves the configuration. A scenario's module is loaded on the way, since what the file says of tasks can only be understood with
 * it, and since a broken one is to be refused before anything else happens.
 */
export async function resolveConfig(options: LoadOptions): Promise<Loaded> {
  const loaded = loadConfig(options);
  if (loaded.config.scenario === KINDMAP) return loaded;
  return loadConfig({ ...options, tasks: tasksOf(await createScenario(loaded.config)) });
}
