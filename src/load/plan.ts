import type { Config } from '../config/config.js';
import type { EnginePlan } from './engine.js';
import { credentialsOf, type Identities } from './identities.js';
import type { Scenario } from './scenario.js';
import { createKindmapScenario } from './scenarios/kindmap.js';

/** The part of the configuration that the load engine needs: plain data, so that it can be handed to a worker thread. */
export type LoadConfig = Pick<
  Config,
  'target' | 'kindmap' | 'tasks' | 'sourceAddresses' | 'stages' | 'thinkTimeSeconds' | 'connectTimeoutSeconds' | 'stopTimeoutSeconds'
>;

/** The scenario that the configuration names. */
export async function createScenario(config: LoadConfig): Promise<Scenario> {
  return createKindmapScenario(config.target, config.kindmap, config.tasks) as Scenario;
}

/** The share of one of `workers` workers. */
export function createPlan(config: LoadConfig, identities: Identities, seed: number, worker: number, workers: number): EnginePlan {
  const [least, greatest] = config.thinkTimeSeconds;
  const addresses = config.sourceAddresses;
  return {
    stages: config.stages,
    rhythm: 'closed',
    backoff: { firstMs: 1_000, mostMs: 30_000, attempts: Number.POSITIVE_INFINITY },
    tls: undefined,
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
