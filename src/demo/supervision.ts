import type { Backend } from '../config/config.js';
import type { Programs } from './packages.js';

/** What the supervisor is asked to bring up; its one argument, as JSON. */
export interface StackOrder {
  replicas: number;
  /** As on the command line. */
  faults: string[];
  routeLatencyMs: number;
  /** How long an access token lasts. */
  accessTokenSeconds: number;
  programs: Programs;
}

/**
 * The variable in the supervisor's environment that holds the secret with which tokens are signed; without it there is a random one.
 * An argument would show it to everybody on the machine.
 */
export const JWT_SECRET = 'LOADWITNESS_DEMO_JWT_SECRET';

/** A replica of the stack, with everything known of it that a process has. */
export type DemoBackend = Required<Pick<Backend, 'name' | 'pid' | 'address' | 'port' | 'log'>>;

/** What is up, as the supervisor tells it. */
export interface StackFacts {
  folder: string;
  target: string;
  backends: DemoBackend[];
  redisUrl: string;
  nginxConfig: string;
  nginxErrorLog: string;
  statusUrl: string;
  envFile: string;
}

/** What the supervisor says through IPC. */
export type SupervisorMessage =
  | { type: 'progress'; line: string }
  | { type: 'ready'; facts: StackFacts }
  /** Said before it takes everything down and exits. */
  | { type: 'failed'; message: string };
