import { connectDocker, type DockerClient } from '../clients/docker.js';
import { openRedis, type RedisClient } from '../clients/redis.js';
import type { Config } from '../config/config.js';
import { type Discovered, discover, EngineUnreachableError } from './discover.js';
import type { Io } from './io.js';

/** What a run asks of the outside world, beside its target. */
export interface Surroundings {
  /** With what Docker knows filled in. */
  config: Config;
  docker: DockerClient | undefined;
  /** Shared by all but the sampler, which has a connection of its own. */
  redis: RedisClient | undefined;
  close(): Promise<void>;
}

/**
 * Finds what the configuration names of the outside world, and says what is worth knowing of it.
 *
 * @param isChecked A checklist is made of it: that the Docker Engine does not answer is then for that to find.
 * @throws KnownError when Docker cannot be asked, or has no such container.
 */
export async function lookAround(planned: Config, io: Pick<Io, 'say' | 'env' | 'signal'>, isChecked = false): Promise<Surroundings> {
  const docker = asksDocker(planned) ? connectDocker({ ...hostOf(planned), env: io.env }) : undefined;
  try {
    const { config, notices } = docker ? await found(planned, docker, io, isChecked) : { config: planned, notices: [] };
    for (const notice of notices) io.say(`note: ${notice}`);
    const redis = config.redis && openRedis(config.redis, docker && { docker });
    return {
      config,
      docker,
      redis,
      async close() {
        await redis?.close();
        docker?.close();
      },
    };
  } catch (error) {
    docker?.close();
    throw error;
  }
}

async function found(planned: Config, docker: DockerClient, io: Pick<Io, 'env' | 'signal'>, isChecked: boolean): Promise<Discovered> {
  try {
    return await discover(planned, docker, io);
  } catch (error) {
    if (isChecked && error instanceof EngineUnreachableError) return { config: planned, notices: [] };
    throw error;
  }
}

const asksDocker = ({ docker, backends, redis, nginx }: Config): boolean =>
  [docker, redis?.container, nginx?.container, ...backends.map(({ container }) => container)].some((one) => one !== undefined);

const hostOf = ({ docker: { host, certPath } = {} }: Config): { host?: string; certPath?: string } => ({
  ...(host !== undefined && { host }),
  ...(certPath !== undefined && { certPath }),
});
