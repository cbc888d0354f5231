import { type ChildProcess, spawn } from 'node:child_process';
import type { Account, NginxConfig, RedisConfig } from '../config/config.js';
import { ExitCode, KnownError, UsageError } from '../errors.js';
import { GUIDE_ACCOUNTS } from './accounts.js';
import { plainEnvironment } from './child.js';
import { builtEntry } from './entry.js';
import { type Fault, formatFault } from './fault.js';
import { findPrograms } from './packages.js';
import { CHANNEL, UPSTREAM } from './service-config.js';
import { spreadAddresses } from './source-addresses.js';
import { refuseImpossibleFaults, sharedSettings } from './stack-faults.js';
import { type DemoBackend, JWT_SECRET, type StackFacts, type StackOrder, type SupervisorMessage } from './supervision.js';
import { ACCESS_TOKEN_SECONDS } from './tokens.js';

export interface StackOptions {
  /** 1 to 20; 3 when left out. */
  replicas?: number;
  faults?: readonly Fault[];
  /** Milliseconds that each route takes; 20 when left out. */
  routeLatencyMs?: number;
  /** Signs the tokens; a random one when left out. */
  jwtSecret?: string;
  /** How long an access token lasts; 1,800 when left out. */
  accessTokenSeconds?: number;
  /** Whether redis-server and nginx may be installed where they are missing. */
  install: boolean;
  onProgress(line: string): void;
  /** Gives up starting, and leaves nothing behind. It does not stop a stack that is up. */
  signal?: AbortSignal;
}

/** The embedded target: a KindMap-compatible service in three replicas behind nginx, with one Redis, all on 127.0.0.x. */
export interface Stack {
  /** The ws:// origin of nginx. */
  target: string;
  /** Holds logs and configurations; gone after `stop`. */
  folder: string;
  /** `fastapi-1`, `fastapi-2`, …, with every field known. */
  backends: DemoBackend[];
  redis: RedisConfig;
  nginx: Required<Pick<NginxConfig, 'config' | 'upstream' | 'method' | 'statusUrl' | 'errorLog'>>;
  envFile: string;
  /** They exist and log in. */
  accounts: Account[];
  /** At least 30 addresses that nginx's ip_hash spreads evenly over the replicas when they are dealt out in turn; with the fault `one-address` one. */
  sourceAddresses: string[];
  /** Ends every process of the stack and removes its folder. The same happens when this process ends without it. */
  stop(): Promise<void>;
}

const MAX_REPLICAS = 20;

/**
 * Brings the embedded target up.
 * @throws UsageError for options that cannot be met; KnownError with the end of the failing log when something does not start
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { replicas = 3, faults = [], routeLatencyMs = 20, accessTokenSeconds = ACCESS_TOKEN_SECONDS, jwtSecret, signal } = options;
  refuseImpossible(replicas, faults);
  const programs = await findPrograms(options);
  signal?.throwIfAborted();
  const order: StackOrder = { replicas, faults: faults.map(formatFault), routeLatencyMs, accessTokenSeconds, programs };
  const supervisor = startSupervisor(order, jwtSecret);
  const facts = await untilUp(supervisor, options);
  // A tool that is done may end without stopping the stack first: the supervisor sees the channel close.
  supervisor.unref();
  supervisor.channel?.unref();
  return toStack(facts, { replicas, faults }, () => stop(supervisor));
}

function refuseImpossible(replicas: number, faults: readonly Fault[]): void {
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > MAX_REPLICAS) {
    throw new UsageError(`the demo runs 1 to ${MAX_REPLICAS} replicas, not ${replicas}`);
  }
  refuseImpossibleFaults(replicas, faults);
}

/** In a session of its own: Ctrl-C in the terminal reaches the tool alone, which then stops the stack in its own order. */
function startSupervisor(order: StackOrder, jwtSecret: string | undefined): ChildProcess {
  return spawn(process.execPath, [builtEntry('supervisor.js'), JSON.stringify(order)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...plainEnvironment(), ...(jwtSecret !== undefined && { [JWT_SECRET]: jwtSecret }) },
  });
}

async function untilUp(supervisor: ChildProcess, { onProgress, signal }: StackOptions): Promise<StackFacts> {
  let failure: string | undefined;
  const giveUp = (): void => {
    if (supervisor.connected) supervisor.disconnect();
  };
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    return await new Promise<StackFacts>((resolve, reject) => {
      supervisor.on('message', (message: SupervisorMessage) => {
        if (message.type === 'progress') onProgress(message.line);
        if (message.type === 'failed') failure = message.message;
        if (message.type === 'ready') resolve(message.facts);
      });
      supervisor.once('error', reject);
      // Only when it has ended is everything that it started gone, so a failure is told then and not before.
      supervisor.once('exit', (code, killedBy) => {
        const how = killedBy ?? `exit code ${code}`;
        reject(
          signal?.aborted
            ? signal.reason
            : new KnownError(failure ?? `the demo's supervisor ended unexpectedly (${how})`, ExitCode.internal),
        );
      });
    });
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
}

function toStack(
  facts: StackFacts,
  { replicas, faults }: { replicas: number; faults: readonly Fault[] },
  stopStack: () => Promise<void>,
): Stack {
  const { lists, oneAddress } = sharedSettings(faults);
  const addresses = spreadAddresses(replicas);
  return {
    target: facts.target,
    folder: facts.folder,
    backends: facts.backends,
    redis: { url: facts.redisUrl, channel: CHANNEL, lists },
    nginx: { config: facts.nginxConfig, upstream: UPSTREAM, method: 'ip_hash', statusUrl: facts.statusUrl, errorLog: facts.nginxErrorLog },
    envFile: facts.envFile,
    accounts: GUIDE_ACCOUNTS.map((account) => ({ ...account })),
    sourceAddresses: oneAddress ? addresses.slice(0, 1) : addresses,
    stop: stopStack,
  };
}

async function stop(supervisor: ChildProcess): Promise<void> {
  if (supervisor.exitCode !== null || supervisor.signalCode !== null) return;
  supervisor.ref();
  const ended = new Promise<void>((resolve) => supervisor.once('exit', () => resolve()));
  if (supervisor.connected) supervisor.disconnect();
  await ended;
}
