import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '../../clients/docker/connection.js';
import type { ContainerFacts, DockerClient } from '../../clients/docker.js';
import { UsageError } from '../../errors.js';
import { refuseImpossibleFaults } from '../stack-faults.js';
import { Builder } from './builder.js';
import { connectionFor, engineOf } from './connection.js';
import { type ContainerStackOptions, STACK_LABEL } from './options.js';
import { pullMissing } from './pull.js';
import { type Reaper, startReaper } from './reaping.js';
import { removeStack } from './removal.js';

/** A KindMap-compatible service in containers: replicas, Redis and nginx on a network of their own. Names are container names. */
export interface ContainerStack {
  /** The value of the label {@link STACK_LABEL} of all its parts. */
  id: string;
  /** The ws:// origin of nginx, on 127.0.0.1. */
  target: string;
  /** `<prefix>-fastapi-1`, `-2`, … */
  backends: string[];
  redis: string;
  nginx: string;
  network: string;
  /** The name and the balancing method of nginx's upstream. */
  upstream: string;
  method: string;
  /** nginx's stub_status page, where it was asked for. */
  statusUrl?: string;
  jwtSecret: string;
  /** Of this machine; holds `nginxConf` and `envFile`. Gone after `stop`. */
  folder: string;
  nginxConf: string;
  /** The target's .env, as far as the tool looks at it. */
  envFile: string;
  /** A client of the Engine that it runs on, closed with the stack. */
  docker: DockerClient;
  inspect(name: string): Promise<ContainerFacts>;
  /** Without a chance to say goodbye, as SIGKILL does. */
  kill(name: string): Promise<void>;
  /** Starts one that was killed, and waits until it is ready. It may come up with another address. */
  start(name: string): Promise<void>;
  /** Ends it within a second, and starts it. */
  restart(name: string): Promise<void>;
  pause(name: string): Promise<void>;
  unpause(name: string): Promise<void>;
  /** Puts another container, with another address, in the place of a backend. nginx goes on with the old address. */
  replace(backend: string): Promise<void>;
  /** Removes all of it. The same happens when this process ends without. */
  stop(): Promise<void>;
}

const MAX_REPLICAS = 20;
const DEFAULT_REPLICAS = 3;

/**
 * Brings the stack up: Redis, the backends, nginx, each when the one before is ready.
 * @throws UsageError for options that cannot be met; KnownError where an image is missing; DockerError where the Engine refuses
 */
export async function startContainerStack(options: ContainerStackOptions): Promise<ContainerStack> {
  const replicas = options.replicas ?? DEFAULT_REPLICAS;
  refuseImpossible(replicas, options);
  const engine = engineOf(options);
  const connection = connectionFor(engine);
  const id = randomBytes(6).toString('hex');
  const folder = await mkdtemp(join(tmpdir(), 'loadwitness-stack-'));
  let reaper: Reaper | undefined;
  try {
    await refuseTaken(connection, options);
    await pullMissing(connection, Object.values(options.images), options.onProgress ?? (() => undefined), options.signal);
    reaper = await startReaper({ id, folder }, engine);
    return await new Builder(connection, options, { id, folder, reaper }).build(replicas);
  } catch (error) {
    connection.close();
    if (reaper) await reaper.reap();
    else await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function refuseImpossible(replicas: number, { faults = [] }: ContainerStackOptions): void {
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > MAX_REPLICAS) {
    throw new UsageError(`the demo runs 1 to ${MAX_REPLICAS} replicas, not ${replicas}`);
  }
  refuseImpossibleFaults(replicas, faults);
}

/**
 * Somebody's real service may have these names, or a demo that still runs. What a machine that went down left of an earlier demo (nobody
 * was there to take it down) is removed.
 */
async function refuseTaken(connection: Connection, { prefix = 'kindmap', signal }: ContainerStackOptions): Promise<void> {
  const all = await connection.call(signal, (docker, abortSignal) => docker.listContainers({ all: true, abortSignal }));
  const ours = new RegExp(`^/${prefix}-(fastapi-\\d+|redis|nginx)$`);
  const stackOf = ({ Labels }: { Labels: Record<string, string> }) => Labels[STACK_LABEL];
  const running = new Set(all.filter(({ State }) => State !== 'exited').map(stackOf));
  const taken = all.filter(({ Names }) => Names.some((name) => ours.test(name)));
  const left = new Set(taken.map(stackOf).filter((id) => id !== undefined && !running.has(id)) as string[]);
  for (const id of left) await removeStack(connection, id, signal);
  const inUse = taken.filter((container) => !left.has(stackOf(container) ?? ''));
  if (inUse.length === 0) return;
  const names = inUse.flatMap(({ Names }) => Names.map((name) => name.slice(1))).sort();
  throw new UsageError(`there are containers of these names already: ${names.join(', ')}. Remove them first if they are not needed.`);
}
