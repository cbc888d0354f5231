import type { NewEvent } from '../journal/event.js';
import type { Recipient } from '../recipients.js';
import type { CanaryMark } from './canary-mark.js';
import type { Identities } from './identities.js';
import type { LoadConfig } from './plan.js';

/** Everything that a worker needs to know. It holds tokens, so it is sent as a message and never as an argument or in the environment. */
export interface WorkerData {
  config: LoadConfig;
  identities: Identities;
  seed: number;
  worker: number;
  workers: number;
  /** The canaries that its users are to look out for; undefined: none. */
  canaries: CanaryMark | undefined;
}

/** What a worker is asked about canaries. */
export type CanaryOrder =
  /** Choose a user who waits for these. */
  | { type: 'expect'; id: number; seqs: readonly number[] }
  /** Say which of these have not come, although their user's socket is open. */
  | { type: 'look'; id: number; seqs: readonly number[] };

/** What a worker tells of canaries. The first two are answers. */
export type CanaryReport =
  | { type: 'expecting'; id: number; recipient: Recipient | undefined }
  | { type: 'missing'; id: number; seqs: readonly number[] }
  /** @see CanaryNews; `at` is of the clock that all workers share. */
  | { type: 'arrived'; seq: number; at: number }
  | { type: 'gone'; seqs: readonly number[] };

/** What a worker tells: that it could start, what happens, and at last that it is done; or that it failed. */
export type FromWorker =
  | { type: 'ready' }
  | { type: 'event'; event: NewEvent }
  | { type: 'canary'; report: CanaryReport }
  | { type: 'done' }
  | { type: 'failed'; message: string };

/** What a worker is told: `prepare`, then `start`, then the rest in any order. */
export type ToWorker =
  | { type: 'prepare'; data: WorkerData }
  | { type: 'start' }
  | { type: 'stop' }
  /** Users on top of the plan, the sum of all adjustments so far. */
  | { type: 'adjust'; users: number }
  /** Fresh tokens: `[position in identities.users, token]`. */
  | { type: 'tokens'; tokens: readonly (readonly [number, string])[] }
  | { type: 'canary'; order: CanaryOrder };
