import { UsageError } from '../errors.js';
import { type Fault, formatFault } from './fault.js';

/** What the faults make of the parts that the replicas share, and of the way to them. */
export interface SharedSettings {
  /** Of Redis, as its configuration writes it. */
  maxMemory: string;
  /** Of nginx. */
  workerConnections: number;
  /** Whether nginx sees all users come from one address, and balances by that. */
  oneAddress: boolean;
  /** How long an access token lasts, where a fault says so. */
  accessTokenSeconds: number | undefined;
  /** Replicas that get another address once nginx has looked theirs up. */
  moved: number[];
  /** Lists in Redis that are worth watching, as a configuration names them. */
  lists: string[];
}

/** As in the guide. */
const MAX_MEMORY = '512mb';
/** Room for the demo's users and little else: what is written beside them is soon too much. */
const SMALL_MEMORY = '8mb';
const WORKER_CONNECTIONS = 8192;

export function sharedSettings(faults: readonly Fault[]): SharedSettings {
  const settings: SharedSettings = {
    maxMemory: MAX_MEMORY,
    workerConnections: WORKER_CONNECTIONS,
    oneAddress: false,
    accessTokenSeconds: undefined,
    moved: [],
    lists: [],
  };
  for (const fault of faults) {
    if (fault.kind === 'full-redis') settings.maxMemory = SMALL_MEMORY;
    if (fault.kind === 'worker-connections') settings.workerConnections = fault.amount;
    if (fault.kind === 'one-address') settings.oneAddress = true;
    if (fault.kind === 'short-tokens') settings.accessTokenSeconds = fault.amount;
    if (fault.kind === 'stale-upstream' && fault.replica !== undefined) settings.moved.push(fault.replica);
    if (fault.kind === 'no-worker') settings.lists = ['1/celery'];
  }
  return settings;
}

/** @throws UsageError for numbers with which no stack comes up */
export function refuseImpossibleFaults(replicas: number, faults: readonly Fault[]): void {
  for (const fault of faults) {
    const told = `--fault ${formatFault(fault)}`;
    if ((fault.replica ?? 1) > replicas) throw new UsageError(`${told}: there are only ${replicas} replicas`);
    if (fault.kind === 'short-tokens' && fault.amount < 1) throw new UsageError(`${told}: a token lasts a second at least`);
    // nginx itself takes two for the ports it listens on, and two for each question.
    if (fault.kind === 'worker-connections' && fault.amount < 8) throw new UsageError(`${told}: nginx needs 8 at least`);
  }
}
