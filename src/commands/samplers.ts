import { connectCloudWatch } from '../clients/cloudwatch.js';
import type { DockerClient } from '../clients/docker.js';
import { openRedis } from '../clients/redis.js';
import type { Backend, Config } from '../config/config.js';
import { backendsSampler } from '../samplers/backends.js';
import { clocksSampler } from '../samplers/clocks.js';
import { cloudwatchSampler } from '../samplers/cloudwatch.js';
import { connectionsSampler } from '../samplers/connections.js';
import { containersSampler } from '../samplers/containers.js';
import { generatorSampler } from '../samplers/generator.js';
import type { LogArchiveOptions } from '../samplers/log-archive.js';
import { logsSampler } from '../samplers/logs.js';
import { nginxSampler } from '../samplers/nginx.js';
import { redisSampler } from '../samplers/redis.js';
import type { Sampler } from '../samplers/sampler.js';
import type { Surroundings } from './surroundings.js';

/** What samplers need beside the configuration. */
export interface SamplerParts {
  surroundings: Surroundings;
  /** Where logs are kept, and how secrets are taken out of them. */
  archive: Pick<LogArchiveOptions, 'folder' | 'redact'>;
  onSecret(secret: string): void;
}

/** The samplers of everything that the configuration names. What it does not name is not sampled, and the verdict says so. */
export function createSamplers({ surroundings, archive, onSecret }: SamplerParts): Sampler[] {
  const { config, docker, redis } = surroundings;
  const { cloudwatch, monitoring } = config;
  return [
    generatorSampler(),
    ...backendSamplers(config),
    ...(docker ? containerSamplers(config, docker) : []),
    ...redisSamplers(config, docker),
    ...nginxSamplers(config, docker),
    ...logSamplers(config, docker, { ...archive, budgetBytes: monitoring.logBudgetBytes }),
    ...(cloudwatch ? [cloudwatchSampler({ client: connectCloudWatch(cloudwatch, { onSecret }), config: cloudwatch })] : []),
    clocksSampler({
      ...(redis && { redis: () => redis.time() }),
      ...(docker && { docker }),
      target: config.target,
      tls: config.tls,
    }),
  ];
}

function backendSamplers({ backends }: Config): Sampler[] {
  const processes = backends.filter(({ container }) => container === undefined);
  return processes.length > 0 ? [backendsSampler(processes)] : [];
}

const isContainer = (backend: Backend): backend is Backend & { container: string } => backend.container !== undefined;
const hasPort = <B extends Backend>(backend: B): backend is B & { port: number } => backend.port !== undefined;

function containerSamplers({ docker: found, backends, nginx }: Config, docker: DockerClient): Sampler[] {
  const replicas = backends.filter(isContainer);
  const part = (role: 'redis' | 'nginx', container: string | undefined) =>
    container === undefined ? [] : [{ name: role, role, container }];
  const components = [
    ...replicas.map(({ name, container }) => ({ name, role: 'backend' as const, container })),
    ...part('redis', found?.redis),
    ...part('nginx', found?.nginx ?? nginx?.container),
  ];
  const counted = replicas.filter(hasPort);
  return [
    ...(components.length > 0 ? [containersSampler({ docker, components })] : []),
    ...(counted.length > 0 ? [connectionsSampler({ docker, backends: counted })] : []),
  ];
}

function redisSamplers({ redis, monitoring }: Config, docker: DockerClient | undefined): Sampler[] {
  if (redis === undefined) return [];
  // Before the reading is given up as a whole, so that the reason is told.
  const deadlineMs = Math.max(monitoring.intervalSeconds, 1) * 750;
  const client = () => openRedis(redis, { deadlineMs, ...(docker && { docker }) });
  return [redisSampler({ client, channel: redis.channel, lists: redis.lists })];
}

function nginxSamplers({ nginx, monitoring }: Config, docker: DockerClient | undefined): Sampler[] {
  if (nginx === undefined) return [];
  const { statusUrl, container, errorLog } = nginx;
  if (statusUrl === undefined && container === undefined && errorLog === undefined) return [];
  return [nginxSampler({ ...nginx, ...(docker && { docker }), patterns: monitoring.nginxPatterns })];
}

function logSamplers({ backends, monitoring }: Config, docker: DockerClient | undefined, archive: LogArchiveOptions): Sampler[] {
  const sources = backends.filter(({ log, logCommand, container }) => (log ?? logCommand ?? container) !== undefined);
  return sources.length > 0 ? [logsSampler({ sources, patterns: monitoring.logPatterns, archive, ...(docker && { docker }) })] : [];
}
