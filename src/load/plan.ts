import { type Config, KINDMAP, type TaskConfig } from '../config/config.js';
import type { EnginePlan } from './engine.js';
import { credentialsOf, type Identities } from './identities.js';
import type { Scenario, Task } from './scenario.js';
import { loadScenarioFile } from './scenario-file.js';
import { createKindmapScenario } from './scenarios/kindmap.js';
import { createTlsOptions } from './tls.js';

/** The part of the configuration that the load engine needs: plain data, so that it can be handed to a worker thread. */
export type LoadConfig = Pick<
  Config,
  | 'target'
  | 'scenario'
  | 'rhythm'
  | 'reconnect'
  | 'kindmap'
  | 'tasks'
  | 'sourceAddresses'
  | 'stages'
  | 'thinkTimeSeconds'
  | 'tls'
  | 'connectTimeoutSeconds'
  | 'stopTimeoutSeconds'
>;

/**
 * The scenario that the configuration names, with the weights and timeouts that it sets.
 *
 * @throws ConfigError with every mistake of a module that cannot be used.
 */
export async function createScenario({ scenario, target, kindmap, tasks }: LoadConfig): Promise<Scenario> {
  if (scenario === KINDMAP) return createKindmapScenario(target, kindmap, tasks) as Scenario;
  const own = await loadScenarioFile(scenario, { target, tasks, env: process.env });
  // What is made may be an object of a class: its methods have to stay.
  return Object.create(own, {
    tasks: { value: own.tasks.map((task) => configured(task, tasks[task.name])), enumerable: true },
  }) as Scenario;
}

function configured(task: Task, { weight = task.weight, timeoutSeconds }: Partial<TaskConfig> = {}): Task {
  const timeoutMs = timeoutSeconds === undefined ? task.timeoutMs : timeoutSeconds * 1000;
  if (weight === task.weight && timeoutMs === task.timeoutMs) return task;
  return Object.create(task, { weight: { value: weight }, timeoutMs: { value: timeoutMs } }) as Task;
}

/** The weights and timeouts of a scenario's tasks, by name. */
export function tasksOf({ tasks }: Scenario): Record<string, TaskConfig> {
  return Object.fromEntries(tasks.map(({ name, weight, timeoutMs }) => [name, { weight, timeoutSeconds: timeoutMs / 1000 }]));
}

/** The share of one of `workers` workers. */
export function createPlan(config: LoadConfig, identities: Identities, seed: number, worker: number, workers: number): EnginePlan {
  const [least, greatest] = config.thinkTimeSeconds;
  const { firstSeconds, mostSeconds, attempts = Number.POSITIVE_INFINITY } = config.reconnect;
  const addresses = config.sourceAddresses;
  return {
    stages: config.stages,
    rhythm: config.rhythm,
    backoff: { firstMs: firstSeconds * 1000, mostMs: mostSeconds * 1000, attempts },
    tls: createTlsOptions(config.tls),
    thinkTimeMs: [least * 1000, greatest * 1000],
    connectTimeoutMs: config.connectTimeoutSeconds * 1000,
    stopTimeoutMs: config.stopTimeoutSeconds * 1000,
    worker,
    workers,
    identityOf: (index) => ({
      index,
      ...credentialsOf(identities, index),
      localAddress: addresses.length > 0 ? addresses[index % addresses.length] : undefined,
      seed: seed + index,
    }),
  };
}
