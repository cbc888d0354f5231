import type { NewEvent } from '../journal/event.js';
import type { Identities } from './identities.js';
import type { LoadConfig } from './plan.js';

/** Everything that a worker needs to know. It holds tokens, so it is sent as a message and never as an argument or in the environment. */
export interface WorkerData {
  config: LoadConfig;
  identities: Identities;
  seed: number;
  worker: number;
  workers: number;
}

/** What a worker tells: that it could start, what happens, and at last that it is done; or that it failed. */
export type FromWorker = { type: 'ready' } | { type: 'event'; event: NewEvent } | { type: 'done' } | { type: 'failed'; message: string };

/** What a worker is told: `prepare`, then `start`, then the rest in any order. */
export type ToWorker =
  | { type: 'prepare'; data: WorkerData }
  | { type: 'start' }
  | { type: 'stop' }
  /** Users on top of the plan, the sum of all adjustments so far. */
  | { type: 'adjust'; users: number }
  /** Fresh tokens: `[position in identities.users, token]`. */
  | { type: 'tokens'; tokens: readonly (readonly [number, string])[] };
