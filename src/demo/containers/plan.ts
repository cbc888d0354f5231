import type { ContainerCreateOptions } from 'dockerode';
import type { BackendEnvironment } from '../backend-options.js';
import { faultsOf, formatFault } from '../fault.js';
import { CHANNEL } from '../service-config.js';
import { sharedSettings } from '../stack-faults.js';
import { ACCESS_TOKEN_SECONDS } from '../tokens.js';
import { type App, appMounts, type ReadOnlyMount } from './app-mounts.js';
import { BACKEND_PORT, type ContainerStackOptions, NGINX_PORT, REDIS_PORT, STACK_LABEL } from './options.js';

/** One container of the stack before it is made. */
export interface PlannedContainer {
  name: string;
  /** As Docker Compose calls it. */
  service: 'fastapi' | 'redis' | 'nginx';
  /** Which of the service's replicas, from 1. */
  number: number;
  image: string;
  command: string[];
  env: Record<string, string>;
  mounts: ReadOnlyMount[];
  /** Published on 127.0.0.1 alone. */
  published?: { container: number; host: number };
  healthcheck?: string[];
  cpus?: number;
  memoryBytes?: number;
  logs?: { Type: string; Config: Record<string, string> };
}

/** The options of the guide's Redis, and nothing written to the disk. */
function redisCommand(maxMemory: string): string[] {
  return [
    ...['redis-server', '--save', '', '--appendonly', 'no', '--protected-mode', 'no'],
    ...['--maxmemory', maxMemory, '--maxmemory-policy', 'allkeys-lru'],
    ...['--client-output-buffer-limit', 'pubsub', '32mb', '8mb', '60'],
  ];
}

export const NGINX_COMMAND = ['nginx', '-g', 'daemon off;'];

/** Where nginx looks for its configuration by itself. */
export const NGINX_CONF = '/etc/nginx/nginx.conf';

/** Exits with 1 unless the backend says that it is well. */
const HEALTH = `fetch('http://127.0.0.1:${BACKEND_PORT}/health').then((answer)=>process.exit(answer.ok?0:1),()=>process.exit(1))`;

export function redisContainer(prefix: string, options: ContainerStackOptions): PlannedContainer {
  const { images, logs } = options;
  return {
    name: `${prefix}-redis`,
    service: 'redis',
    number: 1,
    image: images.redis,
    command: redisCommand(sharedSettings(options.faults ?? []).maxMemory),
    env: {},
    mounts: [],
    ...(logs && { logs }),
  };
}

export function backendContainer(
  prefix: string,
  replica: number,
  options: ContainerStackOptions,
  jwtSecret: string,
  app: App = appMounts(),
): PlannedContainer {
  const { images, cpus, memoryBytes, logs, healthcheck } = options;
  return {
    name: `${prefix}-fastapi-${replica}`,
    service: 'fastapi',
    number: replica,
    image: images.node,
    command: ['node', app.entry],
    env: { ...backendEnv(prefix, replica, options, jwtSecret), ...options.backendEnv },
    mounts: app.mounts,
    ...(healthcheck && { healthcheck: ['CMD', 'node', '-e', HEALTH] }),
    ...(cpus !== undefined && { cpus }),
    ...(memoryBytes !== undefined && { memoryBytes }),
    ...(logs && { logs }),
  };
}

function backendEnv(prefix: string, replica: number, options: ContainerStackOptions, jwtSecret: string): Record<string, string> {
  const redis = `${prefix}-redis`;
  const env: BackendEnvironment = {
    HOST: '0.0.0.0',
    PORT: String(BACKEND_PORT),
    REDIS_URL: `redis://${redis}:${REDIS_PORT}`,
    REDIS_PUBSUB_CHANNEL: CHANNEL,
    REDIS_PUBSUB_ENABLED: 'true',
    JWT_SECRET_KEY: jwtSecret,
    ACCESS_TOKEN_EXPIRE_SECONDS: String(
      sharedSettings(options.faults ?? []).accessTokenSeconds ?? options.accessTokenSeconds ?? ACCESS_TOKEN_SECONDS,
    ),
    ROUTE_LATENCY_MS: String(options.routeLatencyMs ?? 20),
    FAULTS: faultsOf(replica, options.faults ?? [])
      .map(formatFault)
      .join(' '),
  };
  // The real backend is told its Redis in parts.
  return { ...(env as Record<string, string>), REDIS_HOST: redis, REDIS_PORT: String(REDIS_PORT) };
}

export function nginxContainer(prefix: string, options: ContainerStackOptions, conf: string, hostPort: number): PlannedContainer {
  const { images, logs } = options;
  return {
    name: `${prefix}-nginx`,
    service: 'nginx',
    number: 1,
    image: images.nginx,
    command: NGINX_COMMAND,
    env: {},
    mounts: [{ source: conf, target: NGINX_CONF }],
    published: { container: NGINX_PORT, host: hostPort },
    ...(logs && { logs }),
  };
}

/** The Engine's words for it. Its labels are those that Docker Compose gives. */
export function createOptions(planned: PlannedContainer, stack: { id: string; prefix: string; network: string }): ContainerCreateOptions {
  const { published, healthcheck, cpus, memoryBytes, logs } = planned;
  const port = published && `${published.container}/tcp`;
  return {
    name: planned.name,
    Image: planned.image,
    Cmd: planned.command,
    Env: Object.entries(planned.env).map(([name, value]) => `${name}=${value}`),
    Labels: {
      [STACK_LABEL]: stack.id,
      'com.docker.compose.project': stack.prefix,
      'com.docker.compose.service': planned.service,
      'com.docker.compose.container-number': String(planned.number),
    },
    ...(port && { ExposedPorts: { [port]: {} } }),
    ...(healthcheck && { Healthcheck: { Test: healthcheck, Interval: 2e9, Timeout: 5e9, Retries: 2 } }),
    HostConfig: {
      NetworkMode: stack.network,
      Mounts: planned.mounts.map(({ source, target }) => ({ Type: 'bind', Source: source, Target: target, ReadOnly: true })),
      ...(port && published && { PortBindings: { [port]: [{ HostIp: '127.0.0.1', HostPort: String(published.host) }] } }),
      ...(cpus !== undefined && { NanoCpus: Math.round(cpus * 1e9) }),
      ...(memoryBytes !== undefined && { Memory: memoryBytes }),
      ...(logs && { LogConfig: logs }),
    },
    NetworkingConfig: { EndpointsConfig: { [stack.network]: { Aliases: [planned.service] } } },
  };
}
