import type { Account, Backend, Config } from '../config/config.js';
import type { CheckStatus } from '../journal/event.js';

export const NEEDS = ['target', 'load', 'redis', 'nginx', 'backends', 'accounts', 'docker', 'cloudwatch', 'logs', 'canary'] as const;

/** What a check can need. A check whose needs are not configured is skipped with the reason. */
export type Need = (typeof NEEDS)[number];

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

/** What came of canaries that were sent to a few users who were connected only for that. */
export interface CanaryRound {
  published: number;
  /** Arrived, in time or late. */
  arrived: number;
  lost: number;
  duplicates: number;
  /** Lost ones by the recipient's source address. */
  lostBy: Record<string, number>;
  /** Publishes that Redis refused, by message. */
  failures: Record<string, number>;
  /** Why users could not be connected. */
  problems: string[];
}

/** What happens to the first socket of a user who opens a second one. */
export interface SecondSocket {
  /** `evicts`: the first is closed. `both`: both stay. `refused`: the second is not let in. */
  outcome: 'evicts' | 'both' | 'refused';
  /** Close code, or the kind of the refusal. */
  detail: string;
}

/** One of the first users of the run. */
export interface UserFacts {
  id: string;
  token?: string;
  /** How another token is got while the run lasts: by a refresh token, by one more login, or by signing it here. Undefined for guests. */
  renewal?: 'refresh' | 'login' | 'sign';
  /** Path of the URL that the user's socket is opened with, without the query; undefined where the scenario throws before it can say. */
  path?: string;
}

/** Something that the machine has too little of for the plan. */
export interface GeneratorLack {
  what: 'open files' | 'ports' | 'memory' | 'source addresses';
  /** What there is, what is needed and what to do. */
  text: string;
}

/** What the machine that sends the load has, against what the plan needs. */
export interface GeneratorFacts {
  /** Users at a time. */
  users: number;
  cores: number;
  /** Open files that one process may have; undefined where the system does not say. */
  openFiles?: number;
  /** Ephemeral ports of one source address. */
  portsPerAddress?: number;
  sourceAddresses: number;
  memoryBytes?: number;
  /** Processes that the users are spread over: more than one where one may not open that many files. Undefined where they do not fit at all. */
  processes?: number;
  lacks: GeneratorLack[];
}

/** The outside world as checks see it. It comes in through the context, so that checks know neither the load engine nor each other. */
export interface CheckContext {
  config: Config;
  /** Aborted at the check's deadline or when the run is stopped. */
  signal: AbortSignal;
  /** Variables of this process: DOCKER_HOST, AWS_…, the name of the JWT secret. */
  env: NodeJS.ProcessEnv;
  /** Folder under which the evidence will be written. */
  out: string;
  /** The user has said that the target may be a production system. */
  yes: boolean;
  /** Unix ms. */
  now(): number;
  /** Logs an account in. A login that succeeded is remembered, so that no account logs in twice in a night. Rejects when the target does not answer. */
  login(account: Account, signal: AbortSignal): Promise<{ status: number; token?: string; refreshToken?: string }>;
  /** The first users of the run as they will be, with their tokens, at most `count`. What it makes is remembered. Rejects as {@link login} does. */
  identities(count: number, signal: AbortSignal): Promise<UserFacts[]>;
  /** Opens one socket, runs each task of the scenario once and closes it. Rejects when the socket cannot be opened. */
  roundTrips(signal: AbortSignal): Promise<RoundTrip[]>;
  /** Sends canaries to at most seven users, one for each source address; undefined where none are configured. */
  canaries(signal: AbortSignal): Promise<CanaryRound | undefined>;
  /** Opens two sockets of the first user, from the same address. */
  secondSocket(signal: AbortSignal): Promise<SecondSocket>;
  generator(): Promise<GeneratorFacts>;
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
  /** Ids of checks that must not run at the same time, since one would disturb what the other sees. */
  apart?: readonly string[];
  /** A failure is only told: the load may be sent all the same. */
  recommended?: boolean;
  /** Milliseconds until the runner gives up on it; 10,000 when left out. */
  deadlineMs?: number;
  run(ctx: CheckContext): Promise<CheckResult>;
}

export type { Backend, Config };
