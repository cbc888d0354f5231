import type { Fault } from '../fault.js';

/** The images that the stack is made of. */
export interface StackImages {
  /** With `node` of the version that Loadwitness needs. */
  node: string;
  /** With `redis-server` and `redis-cli`. */
  redis: string;
  nginx: string;
}

/** The official ones. */
export const OFFICIAL_IMAGES: StackImages = { node: 'node:20-alpine', redis: 'redis:7-alpine', nginx: 'nginx:1.27-alpine' };

export interface ContainerStackOptions {
  images: StackImages;
  /** The Engine, as DOCKER_HOST and DOCKER_CERT_PATH; left out: what the environment says. */
  host?: string;
  certPath?: string;
  env?: NodeJS.ProcessEnv;
  /** What every name begins with; `kindmap` when left out, as in the guide: `kindmap-fastapi-1`, `kindmap-redis`, `kindmap-nginx`. */
  prefix?: string;
  /** 1 to 20; 3 when left out. */
  replicas?: number;
  /** nginx's balancing method: `least_conn` when left out, as in the target's repository. */
  method?: 'least_conn' | 'ip_hash' | 'round_robin';
  /** Whether nginx has a `stub_status` page, at /nginx_status; the real one has none. */
  stubStatus?: boolean;
  faults?: readonly Fault[];
  /** Whether the Engine looks at the backends' /health every 2 seconds. */
  healthcheck?: boolean;
  /** Of each backend, as `docker run --cpus --memory`. */
  cpus?: number;
  memoryBytes?: number;
  /** Where the Engine keeps the logs: a driver and its options, as `{ Type: 'json-file', Config: { 'max-size': '1m' } }`. */
  logs?: { Type: string; Config: Record<string, string> };
  /** Milliseconds that each route takes; 20 when left out. */
  routeLatencyMs?: number;
  /** Signs the tokens; a random one when left out. */
  jwtSecret?: string;
  /** How long an access token lasts; 1,800 when left out. */
  accessTokenSeconds?: number;
  /** More of the backends' environment. */
  backendEnv?: Record<string, string>;
  onProgress?(line: string): void;
  /** Gives up starting, and leaves nothing behind. It does not stop a stack that is up. */
  signal?: AbortSignal;
}

export const BACKEND_PORT = 8001;
export const NGINX_PORT = 80;
export const REDIS_PORT = 6379;
/** Marks everything that a stack consists of, with the stack's own id. */
export const STACK_LABEL = 'loadwitness.stack';
