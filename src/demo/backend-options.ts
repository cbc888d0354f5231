import { z } from 'zod';
import { type Fault, parseFault } from './fault.js';
import { ACCESS_TOKEN_SECONDS } from './tokens.js';

/** What one replica is told by its environment. */
export interface BackendOptions {
  host: string;
  /** 0: a free one. */
  port: number;
  redisUrl: string;
  channel: string;
  pubsubEnabled: boolean;
  /** Signs the tokens; the same on all replicas. */
  jwtSecret: string;
  /** How long an access token lasts. */
  accessTokenSeconds: number;
  maxConnections: number;
  routeLatencyMs: number;
  pingIntervalMs: number;
  pingTimeoutMs: number;
  /** Those that befall this replica. */
  faults: Fault[];
}

const whole = z.coerce.number().int().nonnegative();

const environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: whole.max(65535).default(0),
  REDIS_URL: z.string().default('redis://127.0.0.1:6379'),
  REDIS_PUBSUB_CHANNEL: z.string().default('kindmap_events'),
  REDIS_PUBSUB_ENABLED: z.enum(['true', 'false']).default('true'),
  JWT_SECRET_KEY: z.string().min(1),
  ACCESS_TOKEN_EXPIRE_SECONDS: z.coerce.number().int().positive().default(ACCESS_TOKEN_SECONDS),
  MAX_CONNECTIONS: whole.default(1000),
  ROUTE_LATENCY_MS: whole.default(0),
  WS_PING_INTERVAL_MS: whole.default(20_000),
  WS_PING_TIMEOUT_MS: whole.default(20_000),
  FAULTS: z.string().default(''),
});

export type BackendEnvironment = z.input<typeof environment>;

/** Reads a replica's options; faults are separated by spaces. Throws when one cannot be used. */
export function readBackendOptions(env: NodeJS.ProcessEnv): BackendOptions {
  const values = environment.parse(env);
  const faults = values.FAULTS.split(' ').filter(Boolean).map(parseFault);
  const limits = faults.flatMap((fault) => (fault.kind === 'max-connections' ? [fault.amount] : []));
  return {
    host: values.HOST,
    port: values.PORT,
    redisUrl: values.REDIS_URL,
    channel: values.REDIS_PUBSUB_CHANNEL,
    pubsubEnabled: values.REDIS_PUBSUB_ENABLED === 'true',
    jwtSecret: values.JWT_SECRET_KEY,
    accessTokenSeconds: values.ACCESS_TOKEN_EXPIRE_SECONDS,
    maxConnections: Math.min(values.MAX_CONNECTIONS, ...limits),
    routeLatencyMs: values.ROUTE_LATENCY_MS,
    pingIntervalMs: values.WS_PING_INTERVAL_MS,
    pingTimeoutMs: values.WS_PING_TIMEOUT_MS,
    faults,
  };
}
