import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import type { BackendEnvironment } from './backend-options.js';
import { type Child, type Command, startChild, stopChild, untilReady } from './child.js';
import { faultsOf, formatFault, parseFault } from './fault.js';
import { freePort } from './ports.js';
import { CHANNEL, type Endpoint, envFile, nginxConfig, redisConfig } from './service-config.js';
import { type SharedSettings, sharedSettings } from './stack-faults.js';
import { type DemoBackend, JWT_SECRET, type StackFacts, type StackOrder } from './supervision.js';

const REDIS_ADDRESS = '127.0.0.10';
const FRONT_ADDRESS = '127.0.0.20';
const STATUS_ADDRESS = '127.0.0.21';
/** Replica N listens on 127.0.0.(100 + N). */
const FIRST_BACKEND = 100;
const PROBE_TIMEOUT_MS = 2000;

/** Where and how the stack is brought up. */
export interface Site {
  order: StackOrder;
  folder: string;
  signal: AbortSignal;
  /** Told of each process the moment it exists, so that it is ended whatever happens next. */
  own(child: Child): void;
  onProgress(line: string): void;
}

interface StartedBackend {
  child: Child;
  facts: DemoBackend;
}

/** Brings up Redis, the backends and nginx, each when the one before is ready. @throws KnownError with the end of the failing log */
export async function bringUp(site: Site): Promise<StackFacts> {
  await mkdir(join(site.folder, 'logs'));
  const redis = await startRedis(site);
  const jwtSecret = process.env[JWT_SECRET] ?? randomBytes(32).toString('hex');
  const replicas = Array.from({ length: site.order.replicas }, (_, index) => index + 1);
  site.onProgress(`starting ${replicas.length} backends`);
  const started = await Promise.all(replicas.map((replica) => startBackend(site, replica, redis, jwtSecret)));
  const nginx = await startNginx(
    site,
    started.map(({ facts }) => facts),
  );
  const backends = await Promise.all(
    started.map(async ({ child, facts }, index) => {
      if (!shared(site).moved.includes(index + 1)) return facts;
      await stopChild(child);
      return (await startBackend(site, index + 1, redis, jwtSecret)).facts;
    }),
  );
  const env = join(site.folder, '.env');
  await writeFile(env, envFile(redis));
  return { folder: site.folder, backends, redisUrl: redisUrl(redis), envFile: env, ...nginx };
}

async function startRedis(site: Site): Promise<Endpoint> {
  const endpoint = { address: REDIS_ADDRESS, port: await freePort(REDIS_ADDRESS) };
  site.onProgress(`starting redis-server on ${at(endpoint)}`);
  const folder = join(site.folder, 'redis');
  await mkdir(folder);
  await writeFile(join(folder, 'redis.conf'), redisConfig(endpoint, shared(site).maxMemory));
  const child = await start(site, { name: 'redis-server', program: site.order.programs.redisServer, args: ['redis.conf'], cwd: folder });
  await untilReady(child, site.signal, () => pingRedis(redisUrl(endpoint)));
  return endpoint;
}

async function pingRedis(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: PROBE_TIMEOUT_MS });
  let reason: Error | undefined;
  redis.on('error', (error) => {
    reason = error;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    // `connect` rejects with "Connection is closed."; the event before it says why.
    throw reason ?? error;
  } finally {
    redis.disconnect();
  }
}

async function startBackend(site: Site, replica: number, redis: Endpoint, jwtSecret: string): Promise<StartedBackend> {
  const name = `fastapi-${replica}`;
  const address = `127.0.0.${FIRST_BACKEND + replica}`;
  const faults = faultsOf(replica, site.order.faults.map(parseFault));
  const env: BackendEnvironment = {
    HOST: address,
    REDIS_URL: redisUrl(redis),
    REDIS_PUBSUB_CHANNEL: CHANNEL,
    REDIS_PUBSUB_ENABLED: 'true',
    JWT_SECRET_KEY: jwtSecret,
    ACCESS_TOKEN_EXPIRE_SECONDS: String(shared(site).accessTokenSeconds ?? site.order.accessTokenSeconds),
    ROUTE_LATENCY_MS: String(site.order.routeLatencyMs),
    FAULTS: faults.map(formatFault).join(' '),
  };
  const entry = fileURLToPath(new URL('./backend.js', import.meta.url));
  const child = await start(site, {
    name,
    program: process.execPath,
    args: [entry],
    cwd: site.folder,
    env: env as Record<string, string>,
    ipc: true,
  });
  let port: number | undefined;
  child.process.once('message', (message: { port: number }) => {
    port = message.port;
  });
  const found = await untilReady(child, site.signal, async () => {
    if (port === undefined) throw new Error('it has not said where it listens');
    return port;
  });
  const unreadable = faults.some((fault) => fault.kind === 'unreadable-logs');
  const log = unreadable ? join(site.folder, 'nowhere', `${name}.log`) : child.log;
  return { child, facts: { name, pid: child.pid, address, port: found, log } };
}

async function startNginx(
  site: Site,
  backends: DemoBackend[],
): Promise<Pick<StackFacts, 'target' | 'nginxConfig' | 'nginxErrorLog' | 'statusUrl'>> {
  const [frontPort, statusPort] = await Promise.all([freePort(FRONT_ADDRESS), freePort(STATUS_ADDRESS)]);
  const front = { address: FRONT_ADDRESS, port: frontPort };
  const status = { address: STATUS_ADDRESS, port: statusPort };
  site.onProgress(`starting nginx on ${at(front)}`);
  const folder = join(site.folder, 'nginx');
  const config = join(folder, 'nginx.conf');
  await mkdir(folder);
  await writeFile(
    config,
    nginxConfig({ front, status, backends, root: process.getuid?.() === 0, workerConnections: shared(site).workerConnections }),
  );
  const args = ['-p', folder, '-c', config];
  const child = await start(site, { name: 'nginx', program: site.order.programs.nginx, args, cwd: folder });
  const statusUrl = `http://${at(status)}/nginx_status`;
  await untilReady(child, site.signal, async () => {
    const response = await fetch(statusUrl, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`its status page answers ${response.status}`);
  });
  return { target: `ws://${at(front)}`, nginxConfig: config, nginxErrorLog: join(folder, 'error.log'), statusUrl };
}

async function start(site: Site, command: Omit<Command, 'log'>): Promise<Child> {
  site.signal.throwIfAborted();
  const child = await startChild({ ...command, log: join(site.folder, 'logs', `${command.name}.log`) });
  site.own(child);
  return child;
}

function shared({ order }: Site): SharedSettings {
  return sharedSettings(order.faults.map(parseFault));
}

function at({ address, port }: Endpoint): string {
  return `${address}:${port}`;
}

function redisUrl(endpoint: Endpoint): string {
  return `redis://${at(endpoint)}`;
}
