import { Connection } from '../../clients/docker/connection.js';
import { engineHost } from '../../clients/docker/host.js';
import type { ContainerStackOptions } from './options.js';

/** To make or to remove a container takes longer than to look at one. */
const DEADLINE_MS = 60_000;

/** A connection to the Engine on which a stack is made. @throws UsageError for an address that cannot be used */
export function connectionFor(options: { host?: string; certPath?: string; env: NodeJS.ProcessEnv }): Connection {
  return new Connection(engineHost(options), options.env, DEADLINE_MS);
}

/** How the options of a stack say which Engine is meant. */
export function engineOf({ host, certPath, env }: Pick<ContainerStackOptions, 'host' | 'certPath' | 'env'>): {
  host?: string;
  certPath?: string;
  env: NodeJS.ProcessEnv;
} {
  return { ...(host !== undefined && { host }), ...(certPath !== undefined && { certPath }), env: env ?? process.env };
}
