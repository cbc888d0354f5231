import type { Account, Backend, Config } from '../config/config.js';
import type { CheckStatus } from '../journal/event.js';

/** What a check can need. A check whose needs are not configured is skipped with the reason. */
export type Need = 'target' | 'redis' | 'nginx' | 'backends' | 'accounts';

/** What a check found. */
export interface CheckResult {
  status: Exclude<CheckStatus, 'skip'> | 'skip';
  /** What was seen, with the numbers. */
  observed: string;
  /** What should have been seen. */
  expected?: string;
  /** What to do about it, with the command to type. */
  remedy?: string;
}

/** One round trip of one task, made with one socket. */
export interface RoundTrip {
  task: string;
  ok: boolean;
  latencyMs: number;
  /** The reply's type, or the kind of the failure. */
  detail: string;
}

/** The outside world as checks see it. It comes in through the context, so that checks know neither the load engine nor each other. */
export interface CheckContext {
  config: Config;
  /** Aborted at the check's deadline or when the run is stopped. */
  signal: AbortSignal;
  /** Logs an account in. A login that succeeded is remembered, so that no account logs in twice in a night. Rejects when the target does not answer. */
  login(account: Account, signal: AbortSignal): Promise<{ status: number; token?: string }>;
  /** Opens one socket, runs each task of the scenario once and closes it. Rejects when the socket cannot be opened. */
  roundTrips(signal: AbortSignal): Promise<RoundTrip[]>;
}

/** One line of the checklist. */
export interface Check {
  /** Equal to the file's name. */
  id: string;
  title: string;
  /** What it costs when this is wrong and nobody looks. */
  why: string;
  needs: readonly Need[];
  /** Ids of checks that must not have failed before this one makes sense. */
  after?: readonly string[];
  /** Milliseconds until the runner gives up on it; 10,000 when left out. */
  deadlineMs?: number;
  run(ctx: CheckContext): Promise<CheckResult>;
}

export type { Backend, Config };
