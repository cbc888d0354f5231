import type { Config } from '../config/config.js';
import { backendsSampler } from '../samplers/backends.js';
import { generatorSampler } from '../samplers/generator.js';
import { logsSampler } from '../samplers/logs.js';
import { nginxSampler } from '../samplers/nginx.js';
import { redisSampler } from '../samplers/redis.js';
import type { Sampler } from '../samplers/sampler.js';

/** The samplers of everything that the configuration names. What it does not name is not sampled, and the verdict says so. */
export function createSamplers({ backends, redis, nginx, monitoring }: Config): Sampler[] {
  const logs = backends.flatMap(({ name, log }) => (log === undefined ? [] : [{ name, log }]));
  return [
    generatorSampler(),
    ...(backends.length > 0 ? [backendsSampler(backends)] : []),
    ...(redis ? [redisSampler(redis)] : []),
    ...(nginx?.statusUrl !== undefined ? [nginxSampler(nginx.statusUrl)] : []),
    ...(logs.length > 0 ? [logsSampler(logs, monitoring.logPatterns)] : []),
  ];
}
