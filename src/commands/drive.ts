import type { Redactor } from '../bundle/redact.js';
import type { RedisClient } from '../clients/redis.js';
import type { Config } from '../config/config.js';
import type { Emit } from '../journal/event.js';
import type { Auth } from '../load/identities/auth.js';
import type { Io } from './io.js';

/** What a drive may use of the run that it is part of. */
export interface DriveContext {
  config: Config;
  runId: string;
  auth: Auth;
  redactor: Redactor;
  /** The client of the Redis that the configuration names. */
  redis: RedisClient | undefined;
  emit: Emit;
  /** Somebody, or the abort rule, wants the load to end in good order. Its reason says who. */
  stop: AbortSignal;
  io: Io;
}

export type DriveEnd = 'completed' | 'stopped' | 'error';

/** Whose load the run watches: our own, another tool's, or nobody's. Called in the order in which its parts stand here. */
export interface Drive {
  mode: 'load' | 'external' | 'watch';
  /** How long it takes, where that is known and no stages of ours say so. */
  seconds?: number;
  /** What happens now that somebody wants the end, for people. */
  stopping: string;
  /** Makes ready after the pre-flight, before anything is sampled. */
  prepare?(ctx: DriveContext): Promise<void>;
  /** Everything from `load.start` to `load.end`. Rejects when nothing could be started. */
  run(ctx: DriveContext): Promise<DriveEnd>;
  /** Called at the end, whatever happened. */
  release?(): Promise<void>;
}
