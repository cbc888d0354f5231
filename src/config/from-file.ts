import { dirname, resolve } from 'node:path';
import { type AbortRule, type Backend, type Criteria, KINDMAP, type TaskConfig } from './config.js';
import type { ConfigLayer, Layer } from './layer.js';
import { ABORT_DEFAULTS } from './profiles/kindmap.js';
import { redisUrl } from './redis-url.js';
import type { ConfigFile } from './schema.js';
import { canaryOf } from './schema-canary.js';
import { cloudwatchKeys, cloudwatchOf } from './schema-cloudwatch.js';
import { dockerKeys, dockerOf } from './schema-docker.js';
import { backendGroup, infrastructureKeys, monitoring, nginx, redis } from './schema-infrastructure.js';
import { unusedKeys } from './schema-parts.js';

type Infrastructure = NonNullable<ConfigFile['infrastructure']>;

/**
 * Turns a valid file into a layer. Relative paths in it are relative to the file's folder.
 *
 * @param tasks Names of the scenario's tasks; undefined while it is not loaded.
 */
export function layerOf(config: ConfigFile, file: string, tasks: readonly string[] | undefined): ConfigLayer {
  const path = (text: string | undefined) => (text === undefined ? undefined : resolve(dirname(file), text));
  const infrastructure = config.infrastructure ?? {};
  return {
    target: config.target,
    scenario: config.scenario === KINDMAP ? KINDMAP : path(config.scenario),
    kindmap: {
      stations: config.stations && [...new Set(config.stations.map((station) => station.name))],
      disabilityTypes: config.disability_types,
      gpsStepMeters: config.gps_step_meters,
    },
    tasks: tasksOf(config, tasks),
    identity: config.identity,
    registered: { file: path(config.registered?.file), perSecond: config.registered?.per_second },
    minted: { secretEnv: config.minted?.secret_env, lifetimeSeconds: config.minted?.lifetime_seconds },
    accounts: config.test_accounts?.map(({ email, password }) => ({ email, password })),
    loginsPerSecond: config.logins_per_second,
    sourceAddresses: config.source_addresses,
    stages: stagesOf(config),
    settleSeconds: config.settle_seconds,
    rhythm: config.rhythm,
    thinkTimeSeconds: config.think_time_seconds,
    reconnect: {
      firstSeconds: config.reconnect?.first_seconds,
      mostSeconds: config.reconnect?.most_seconds,
      attempts: config.reconnect?.attempts,
    },
    tls: {
      caFile: path(config.tls?.ca),
      certFile: path(config.tls?.cert),
      keyFile: path(config.tls?.key),
      serverName: config.tls?.server_name,
      insecure: config.tls?.insecure,
    },
    seed: config.seed,
    workers: config.workers,
    abort: config.abort && { ...ABORT_DEFAULTS, ...abortOf(config.abort) },
    connectTimeoutSeconds: config.connect_timeout_seconds,
    stopTimeoutSeconds: config.stop_timeout_seconds,
    criteria: criteriaOf(config),
    replicas: replicasOf(infrastructure),
    backends: infrastructure.backends?.map((backend) => backendOf(backend, path)),
    docker: dockerOf(infrastructure.docker, path),
    redis: redisOf(infrastructure, path),
    nginx: nginxOf(infrastructure, path),
    cloudwatch: cloudwatchOf(config.monitoring?.cloudwatch),
    canary: canaryOf(config.canary),
    envFile: path(infrastructure.env_file),
    monitoring: monitoringOf(config.monitoring),
    offPeak: { from: config.off_peak?.from, to: config.off_peak?.to, timeZone: config.off_peak?.time_zone },
    checksFolder: path(config.checks),
    strict: config.strict,
  };
}

function criteriaOf(config: ConfigFile): ConfigLayer['criteria'] {
  const read = config.success_criteria?.layer;
  const infrastructure = config.infrastructure ?? {};
  const limit = typeof config.canary === 'object' && config.canary !== null ? config.canary.limit_ms : undefined;
  const replicas = replicasOf(infrastructure) === undefined ? 'infrastructure.backends' : 'infrastructure.replicas';
  const isGiven = replicasOf(infrastructure) !== undefined || (infrastructure.backends?.length ?? 0) > 0;
  return {
    ...read,
    logProof: logProofOf(config.monitoring),
    custom: config.criteria,
    from: {
      ...read?.from,
      ...(limit === undefined ? {} : { canary_p99: 'file canary.limit_ms' }),
      ...(isGiven ? { pubsub_subscribers: `file ${replicas}` } : {}),
      ...Object.fromEntries((config.criteria ?? []).map(({ id }, index) => [id, `file criteria[${index}]`])),
    },
  };
}

function tasksOf(config: ConfigFile, tasks: readonly string[] | undefined): ConfigLayer['tasks'] {
  const known = Object.entries(config.message_types ?? {}).filter(([name]) => tasks?.includes(name) ?? true);
  return Object.fromEntries(
    known.map(([name, task]): [string, { [K in keyof TaskConfig]: TaskConfig[K] | undefined }] => [
      name,
      { weight: task.weight, timeoutSeconds: task.timeout_seconds },
    ]),
  );
}

function abortOf({ after, window, criteria }: NonNullable<ConfigFile['abort']>): Partial<AbortRule> {
  return {
    ...(after === undefined ? {} : { afterSeconds: after }),
    ...(window === undefined ? {} : { windowSeconds: window }),
    ...(criteria === undefined ? {} : { criteria }),
  };
}

function logProofOf(own: ConfigFile['monitoring']): Layer<Criteria['logProof']> | undefined {
  const proof = own?.log_proof;
  return proof && { pattern: proof.pattern, replyType: proof.reply_type };
}

function stagesOf(config: ConfigFile): ConfigLayer['stages'] {
  let rate = 1;
  return config.load_pattern?.stages.map((stage, index) => {
    // Without a rate nobody is started or stopped; the plan still needs one.
    rate = stage.spawn_rate ?? rate;
    return {
      name: stage.name ?? `Stage ${index + 1}`,
      users: stage.target_users,
      spawnRate: rate,
      untilSeconds: stage.duration_seconds,
    };
  });
}

function replicasOf(infrastructure: Infrastructure): number | undefined {
  const { replicas, backend_replicas, backend_count, backend } = infrastructure;
  return replicas ?? backend_replicas ?? backend_count ?? backend?.replicas ?? backend?.count;
}

function backendOf(
  backend: NonNullable<Infrastructure['backends']>[number],
  path: (text: string | undefined) => string | undefined,
): Backend {
  const log = path(backend.log);
  return {
    name: backend.name,
    ...(backend.pid === undefined ? {} : { pid: backend.pid }),
    ...(backend.address === undefined ? {} : { address: backend.address }),
    ...(backend.port === undefined ? {} : { port: backend.port }),
    ...(log === undefined ? {} : { log }),
    ...(backend.log_command === undefined ? {} : { logCommand: backend.log_command }),
    ...(backend.container === undefined ? {} : { container: backend.container }),
  };
}

function redisOf(infrastructure: Infrastructure, path: (text: string | undefined) => string | undefined): ConfigLayer['redis'] {
  const { host, port, username, password, db, ...own } = infrastructure.redis ?? {};
  const access = { port, username, password, db };
  // From within a container its Redis is at home.
  const home = host ?? (own.container === undefined ? undefined : '127.0.0.1');
  return {
    url: own.url ?? infrastructure.redis_url ?? (home === undefined ? undefined : redisUrl(home, access)),
    access: Object.values(access).some((value) => value !== undefined) ? access : undefined,
    container: own.container,
    lists: own.lists,
    caFile: path(own.ca),
    channel:
      own.channel ??
      own.pubsub_channel ??
      infrastructure.redis_pubsub_channel ??
      infrastructure.redis_channel ??
      infrastructure.pubsub_channel,
  };
}

function nginxOf(infrastructure: Infrastructure, path: (text: string | undefined) => string | undefined): ConfigLayer['nginx'] {
  const own = infrastructure.nginx ?? {};
  return {
    config: path(own.config ?? infrastructure.nginx_config),
    upstream: own.upstream ?? infrastructure.nginx_upstream,
    method:
      own.method ??
      own.load_balancing ??
      infrastructure.nginx_method ??
      infrastructure.nginx_load_balancing ??
      infrastructure.load_balancing,
    statusUrl: own.status_url ?? infrastructure.nginx_status_url,
    container: own.container,
    errorLog: path(own.error_log),
  };
}

function monitoringOf(own: ConfigFile['monitoring']): ConfigLayer['monitoring'] {
  return {
    intervalSeconds: own?.interval_seconds ?? own?.sampling_interval_seconds ?? own?.collection_interval_seconds,
    logPatterns: own?.log_patterns,
    nginxPatterns: own?.nginx_patterns,
    logBudgetBytes: own?.log_budget,
  };
}

/** One line for each part of the file that is accepted and has no effect. */
export function unusedParts(config: ConfigFile, known: readonly string[] | undefined): string[] {
  const infrastructure = config.infrastructure;
  const unused = (path: string, value: unknown, schema: { shape: object }) =>
    unusedKeys(value, schema.shape).map((key) => `${path}.${key}`);
  const tasks = Object.entries(config.message_types ?? {}).flatMap(([name, options]) => {
    if (known?.includes(name) === false) return [`message_types.${name}`];
    const own = { weight: 0, timeout_seconds: 0, description: 0, name: 0, type: 0, comment: 0 };
    return unusedKeys(options, own).map((key) => `message_types.${name}.${key}`);
  });
  const twice = infrastructure?.redis?.url !== undefined && infrastructure.redis.host !== undefined;
  return [
    ...tasks,
    ...(twice ? ['infrastructure.redis.host'] : []),
    ...unused('infrastructure', infrastructure, infrastructureKeys),
    ...unused('infrastructure.backend', infrastructure?.backend, backendGroup),
    ...unused('infrastructure.docker', infrastructure?.docker, dockerKeys),
    ...unused('infrastructure.redis', infrastructure?.redis, redis),
    ...unused('infrastructure.nginx', infrastructure?.nginx, nginx),
    ...unused('monitoring', config.monitoring, monitoring),
    ...unused('monitoring.cloudwatch', config.monitoring?.cloudwatch, cloudwatchKeys),
  ].map((path) => `${path} is not used`);
}
