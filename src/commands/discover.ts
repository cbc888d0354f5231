import type { ContainerFacts, DockerClient } from '../clients/docker.js';
import { NoContainerError } from '../clients/docker.js';
import type { Backend, Config, ContainerSelector, DockerConfig, RedisConfig } from '../config/config.js';
import { ExitCode, KnownError, messageOf } from '../errors.js';
import { redisAddress } from './redis-address.js';

/** The Docker Engine itself does not answer. */
export class EngineUnreachableError extends KnownError {
  override name = 'EngineUnreachableError';
}

/** A configuration with what Docker knows filled in. */
export interface Discovered {
  config: Config;
  /** For people, one line each. */
  notices: string[];
}

export interface DiscoverOptions {
  /** Where DOCKER_HOST is looked up; this process's when left out. */
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/**
 * Looks for the containers that `config.docker` names, and fills in what they tell: which backends there are, how Redis is reached, and how many
 * replicas are meant where nobody said. What the configuration states itself is never overridden.
 *
 * @throws KnownError when Docker cannot be asked, or has no such container.
 */
export async function discover(config: Config, docker: DockerClient, options: DiscoverOptions = {}): Promise<Discovered> {
  if (config.docker === undefined) return { config, notices: [] };
  const search = new Search(docker, options.signal);
  const { backends, notices } = await findBackends(config, config.docker, search);
  const redis = await findRedis(config, search, options.env ?? process.env);
  const nginx = await findNginx(config, search);
  const found: Config = {
    ...config,
    backends,
    replicas: config.replicas === 0 ? backends.length : config.replicas,
    docker: without(config.docker, [...(redis.isMissing ? ['redis' as const] : []), ...(nginx.isMissing ? ['nginx' as const] : [])]),
    ...(redis.config && { redis: redis.config }),
    ...(nginx.config && { nginx: nginx.config }),
  };
  return { config: found, notices: [...notices, ...redis.notices, ...nginx.notices] };
}

/** Asks one Engine, and explains what it does not have. */
class Search {
  constructor(
    private readonly docker: DockerClient,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async all(selector: ContainerSelector): Promise<ContainerFacts[]> {
    const found = await this.ask(this.docker.find(selector, this.signal));
    // What `docker compose run` leaves behind bears the service's name, and is none of it.
    return found.filter(({ labels }) => labels['com.docker.compose.oneoff'] !== 'True');
  }

  /** The container of this name; undefined where there is none. */
  async one(name: string): Promise<ContainerFacts | undefined> {
    const asked = this.docker.inspect(name, this.signal).catch((error: unknown) => {
      if (error instanceof NoContainerError) return undefined;
      throw error;
    });
    return await this.ask(asked);
  }

  async isLocal(): Promise<boolean> {
    return (await this.ask(this.docker.engine(this.signal))).isLocal;
  }

  /** What to say where nothing was found under a key of `infrastructure.docker`. */
  async nothing(wanted: string, mend: string): Promise<KnownError> {
    const there = (await this.all({})).map(({ name, status }) => (status === 'running' ? name : `${name} (${status})`));
    const more = there.length > MOST_NAMES ? ` and ${there.length - MOST_NAMES} more` : '';
    const names = there.length === 0 ? 'there are none at all' : `there are ${there.slice(0, MOST_NAMES).join(', ')}${more}`;
    return new KnownError(`Docker has no container ${wanted}: ${names}. ${mend}`, ExitCode.preflightFailed);
  }

  private async ask<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      this.signal?.throwIfAborted();
      const mend =
        'see that it runs and that you may use it (docker ps), or name another with --docker <host> or infrastructure.docker.host';
      throw new EngineUnreachableError(
        `Docker cannot be asked for the target's containers: ${messageOf(error)}; ${mend}`,
        ExitCode.preflightFailed,
        { cause: error },
      );
    }
  }
}

const MOST_NAMES = 20;

async function findBackends(config: Config, docker: DockerConfig, search: Search): Promise<{ backends: Backend[]; notices: string[] }> {
  if (docker.backends === undefined) return { backends: config.backends, notices: [] };
  const found = await search.all(docker.backends);
  if (found.length === 0) {
    throw await search.nothing(
      `for ${describe(docker.backends)}`,
      'Name the backends with --docker-backends or infrastructure.docker.backends',
    );
  }
  const backends = found.map((facts) => backendOf(facts, config.backends, docker.port));
  const names = new Set(backends.map(({ name }) => name));
  const notices = found
    .filter(({ running }) => !running)
    .map(({ name, status }) => `the container ${name} is ${status}: it counts as a backend, and its readings will be missing`);
  if (backends.some(({ port }) => port === undefined)) {
    notices.push('the port of the application is not known, and its connections are not counted: infrastructure.docker.port names it');
  }
  return { backends: [...backends, ...config.backends.filter(({ name }) => !names.has(name))], notices };
}

/** What is configured of a backend stays; Docker adds the rest. */
function backendOf(facts: ContainerFacts, configured: readonly Backend[], inside: number | undefined): Backend {
  const own = configured.find(({ name, container }) => container === facts.name || (container === undefined && name === facts.name));
  const port = own?.port ?? inside ?? onlyOne(configured.map((one) => one.port)) ?? onlyOne(facts.ports.map((one) => one.containerPort));
  return { name: facts.name, ...(port !== undefined && { port }), ...own, container: facts.name };
}

/** The value that all have who have one. */
function onlyOne<T>(values: readonly (T | undefined)[]): T | undefined {
  const known = new Set(values.filter((value) => value !== undefined));
  return known.size === 1 ? [...known][0] : undefined;
}

function describe({ name, service, label }: ContainerSelector): string {
  return [
    ...(name === undefined ? [] : [`the name ${name}`]),
    ...(service === undefined ? [] : [`the service ${service}`]),
    ...(label === undefined ? [] : [`the label ${label}`]),
  ].join(' and ');
}

/** What came of looking for one container. */
interface Part<T> {
  config: T | undefined;
  /** It is not there, and what it would tell is known otherwise. */
  isMissing: boolean;
  notices: string[];
}

async function findRedis({ docker, redis }: Config, search: Search, env: NodeJS.ProcessEnv): Promise<Part<RedisConfig>> {
  const name = docker?.redis;
  if (name === undefined) return { config: redis, isMissing: false, notices: [] };
  const facts = await search.one(name);
  const isOpen = redis?.container === name && new URL(redis.url).hostname === name;
  if (facts === undefined) {
    if (isOpen || redis === undefined)
      throw await search.nothing(name, 'Name that of Redis with infrastructure.docker.redis; false is for none');
    return { config: redis, isMissing: true, notices: [`there is no container ${name}: only Redis itself is asked, not Docker about it`] };
  }
  if (!isOpen) return { config: redis, isMissing: false, notices: [] };
  const host = docker?.host ?? env.DOCKER_HOST;
  const { container, ...rest } = redis;
  const address = await redisAddress(facts, { port: portOf(redis.url), isLocal: await search.isLocal(), host });
  if (address !== undefined) return { config: { ...rest, url: at(redis.url, address) }, isMissing: false, notices: [] };
  const notice = `Redis cannot be reached from here: redis-cli is run in the container ${name}`;
  return { config: { ...redis, url: at(redis.url, `127.0.0.1:${portOf(redis.url)}`) }, isMissing: false, notices: [notice] };
}

async function findNginx({ docker, nginx }: Config, search: Search): Promise<Part<NonNullable<Config['nginx']>>> {
  const name = docker?.nginx;
  if (name === undefined || nginx === undefined || (await search.one(name))) return { config: nginx, isMissing: false, notices: [] };
  if (nginx.config === undefined && nginx.statusUrl === undefined && nginx.errorLog === undefined) {
    throw await search.nothing(name, 'Name that of nginx with infrastructure.docker.nginx; false is for none');
  }
  const notices = [`there is no container ${name}: of nginx only what the configuration names is read`];
  if (nginx.container !== name) return { config: nginx, isMissing: true, notices };
  const { container: _, ...rest } = nginx;
  return { config: rest, isMissing: true, notices };
}

function without(docker: DockerConfig, keys: readonly ('redis' | 'nginx')[]): DockerConfig {
  return Object.fromEntries(Object.entries(docker).filter(([key]) => !keys.some((one) => one === key)));
}

const portOf = (url: string): number => Number(new URL(url).port || 6379);

/** The URL with another `host:port`. */
function at(url: string, address: string): string {
  return url.replace(/^(\w+:\/\/(?:[^/@]*@)?)[^/@]*/, `$1${address}`);
}
