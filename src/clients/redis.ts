import { readFileSync } from 'node:fs';
import type { RedisConfig } from '../config/config.js';
import { messageOf } from '../errors.js';
import type { DockerClient } from './docker.js';
import { parseRedisUrl } from './redis/address.js';
import { cliTransport } from './redis/cli-transport.js';
import { clientOver, type RedisClient } from './redis/client.js';
import { ioredisTransport } from './redis/ioredis-transport.js';

export type { RedisClient } from './redis/client.js';
export { RedisReplyError, RedisUnreachableError } from './redis/errors.js';
export { parseInfo } from './redis/info.js';
export type { PubsubClient, SlowCommand } from './redis/replies.js';

const DEFAULT_DEADLINE_MS = 2_000;

export interface RedisDependencies {
  /** Needed where Redis is asked from within its container. */
  docker?: Pick<DockerClient, 'exec'>;
  /** Milliseconds until a call is given up; 2,000 when left out. */
  deadlineMs?: number;
}

/**
 * The client for this configuration: by URL, or, with `container`, by `redis-cli` that is run within that container, where `url` and `caFile`
 * are as they are seen from there. It connects at its first call, and again at the next call after a connection was lost. Nothing is queued
 * while there is no connection, so a call tells how Redis is now.
 *
 * Throws at once when the URL is none of Redis, its authorities cannot be read, or there is no Docker client for the container.
 */
export function openRedis(
  { url, container, caFile }: Pick<RedisConfig, 'url' | 'container' | 'caFile'>,
  deps: RedisDependencies = {},
): RedisClient {
  const { docker, deadlineMs = DEFAULT_DEADLINE_MS } = deps;
  const address = parseRedisUrl(url);
  if (container !== undefined) {
    if (docker === undefined) throw new Error(`the container ${container} of Redis cannot be entered without Docker`);
    return clientOver(cliTransport(address, { docker, container, deadlineMs, ...(caFile !== undefined && { caFile }) }));
  }
  const ca = address.tls && caFile !== undefined ? readAuthorities(caFile) : undefined;
  return clientOver(ioredisTransport(address, { deadlineMs, ...(ca !== undefined && { ca }) }));
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`the authorities of Redis cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
