import { type Config, type DockerConfig, KINDMAP, type NginxConfig, type RedisConfig } from './config.js';
import type { Draft } from './layer.js';
import { scaleStages } from './plan.js';
import { CANARY_DEFAULTS, KINDMAP_CONTAINERS } from './profiles/kindmap.js';
import { redisUrl } from './redis-url.js';

/** How long late datapoints of CloudWatch are waited for unless a configuration says otherwise. */
const SETTLE_SECONDS = 120;

export interface FinishOptions {
  timeScale: number;
  /** Whether any layer says how many replicas there are to be. */
  replicasAreGiven: boolean;
}

/** Makes a configuration of a draft without mistakes: what is not used is left out, and what depends on other parts is filled in. */
export function finish(draft: Draft, { timeScale, replicasAreGiven }: FinishOptions): Config {
  const {
    target = '',
    redis,
    nginx,
    docker: _,
    cloudwatch,
    canary,
    envFile,
    checksFolder,
    stages,
    tls,
    reconnect,
    seed,
    abort,
    ...rest
  } = draft;
  const docker = dockerOf(draft);
  const isCounted = docker?.backends !== undefined && !replicasAreGiven;
  const finalRedis = redisOf(redis, docker);
  const finalNginx = nginxOf(nginx, docker);
  return {
    ...rest,
    target,
    stages: timeScale === 1 ? stages : scaleStages(stages, timeScale),
    reconnect: defined(reconnect),
    tls: defined(tls),
    replicas: isCounted ? 0 : rest.replicas,
    ...(isCounted && { criteria: { ...rest.criteria, from: { ...rest.criteria.from, pubsub_subscribers: 'containers of Docker' } } }),
    ...(seed === undefined ? {} : { seed }),
    ...(abort === undefined ? {} : { abort }),
    ...(docker && { docker }),
    ...(finalRedis && { redis: finalRedis }),
    ...(finalNginx && { nginx: finalNginx }),
    ...(asksForSomething(cloudwatch) && { cloudwatch: { metrics: [], settleSeconds: SETTLE_SECONDS, ...defined(cloudwatch) } }),
    // Nobody can publish without Redis. That there is an envelope and a place to look was seen before.
    ...(canary && finalRedis && { canary: { ...CANARY_DEFAULTS, envelope: {}, at: '', ...defined(canary) } }),
    ...(envFile === undefined ? {} : { envFile }),
    ...(checksFolder === undefined ? {} : { checksFolder }),
  };
}

/** Without an instance there are only the metrics that are named. */
function asksForSomething(cloudwatch: Draft['cloudwatch']): cloudwatch is NonNullable<Draft['cloudwatch']> {
  return cloudwatch?.instanceId !== undefined || (cloudwatch?.metrics?.length ?? 0) > 0;
}

/** The containers that are looked for; also where no names are, if a part names its own container. */
function dockerOf({ docker, scenario, backends, redis, nginx }: Draft): DockerConfig | undefined {
  if (docker === undefined) {
    const isNamed =
      backends.some(({ container }) => container !== undefined) || redis.container !== undefined || nginx.container !== undefined;
    return isNamed ? {} : undefined;
  }
  const { redis: ofRedis, nginx: ofNginx, ...rest } = { ...(scenario === KINDMAP ? KINDMAP_CONTAINERS : {}), ...defined(docker) };
  return { ...rest, ...(ofRedis && { redis: ofRedis }), ...(ofNginx && { nginx: ofNginx }) };
}

function redisOf({ access = {}, url, ...rest }: Draft['redis'], docker: DockerConfig | undefined): RedisConfig | undefined {
  if (url !== undefined) return { ...defined(rest), url };
  const container = docker?.redis;
  return container === undefined ? undefined : { ...defined(rest), url: redisUrl(container, access), container };
}

function nginxOf(nginx: NginxConfig, docker: DockerConfig | undefined): NginxConfig | undefined {
  const container = nginx.container ?? docker?.nginx;
  const isKnown = [nginx.config, nginx.statusUrl, nginx.errorLog, container].some((one) => one !== undefined);
  return isKnown ? { ...defined(nginx), ...(container !== undefined && { container }) } : undefined;
}

/** Without the keys that are there and undefined. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}
