import type { Config } from '../config/config.js';
import { connectDocker, type DockerClient } from './docker.js';
import { openRedis, type RedisClient } from './redis.js';

type Surroundings = Pick<Config, 'docker' | 'redis'>;

/** Does the work with a client of the Engine that the configuration names, and closes it. */
export async function withDocker<T>(
  { docker: { host, certPath } = {} }: Pick<Config, 'docker'>,
  env: NodeJS.ProcessEnv,
  work: (docker: DockerClient) => Promise<T>,
): Promise<T> {
  const docker = connectDocker({ env, ...(host !== undefined && { host }), ...(certPath !== undefined && { certPath }) });
  try {
    return await work(docker);
  } finally {
    docker.close();
  }
}

/** Does the work with a client of the Redis that the configuration names, from within its container where it has to be, and closes it. */
export async function withRedis<T>(config: Surroundings, env: NodeJS.ProcessEnv, work: (redis: RedisClient) => Promise<T>): Promise<T> {
  const { redis } = config;
  if (redis === undefined) throw new Error('Redis is not configured');
  const ask = async (docker?: DockerClient) => {
    const client = openRedis(redis, docker && { docker });
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  };
  return redis.container === undefined ? await ask() : await withDocker(config, env, ask);
}
