import type { RedisClient } from '../clients/redis.js';
import { messageOf } from '../errors.js';
import type { EvidenceFile } from './sampler.js';

/** The settings that go to the evidence. None of them can hold a secret; requirepass and masterauth are not to be added. */
const SETTINGS = [
  'maxmemory',
  'maxmemory-policy',
  'maxclients',
  'client-output-buffer-limit',
  'timeout',
  'tcp-keepalive',
  'tcp-backlog',
  'appendonly',
  'appendfsync',
  'save',
  'databases',
  'hz',
  'io-threads',
  'lua-time-limit',
  'slowlog-log-slower-than',
  'slowlog-max-len',
  'latency-monitor-threshold',
];

/** A target that has a channel for each user must not swell the evidence. */
const MAX_CHANNELS = 1_000;
const MAX_CLIENTS = 1_000;
const SLOW_COMMANDS = 32;

/** The state of Redis for the evidence. A part that cannot be read is missing, with the reason, and hides no other. */
export async function redisSnapshot(redis: RedisClient, when: 'before' | 'after', channel: string): Promise<EvidenceFile> {
  const path = `redis/${when}.json`;
  const parts: Record<string, Promise<unknown>> = {
    time: redis.time().then((ms) => new Date(ms).toISOString()),
    info: redis.infoSections(),
    config: redis.configGet(...SETTINGS),
    pubsub: pubsub(redis, channel),
    pubsubClients: redis.clientListPubsub().then((all) => ({ total: all.length, clients: all.slice(0, MAX_CLIENTS) })),
    slowLog: redis.slowlog(SLOW_COMMANDS),
  };
  const names = Object.keys(parts);
  const settled = await Promise.allSettled(Object.values(parts));
  const found = settled.flatMap((part, at) => (part.status === 'fulfilled' ? [[names[at], part.value]] : []));
  const failures = settled.flatMap((part, at) => (part.status === 'rejected' ? [[names[at], messageOf(part.reason)]] : []));
  if (found.length === 0) return { path, status: 'missing', reason: [...new Set(failures.map(([, why]) => why))].join('; ') };
  const content = { ...Object.fromEntries(found), ...(failures.length > 0 && { missing: Object.fromEntries(failures) }) };
  return {
    path,
    content: `${JSON.stringify(content, undefined, 2)}\n`,
    ...(failures.length === 0
      ? { status: 'ok' }
      : { status: 'partial', reason: failures.map(([part, why]) => `${part}: ${why}`).join('; ') }),
  };
}

async function pubsub(redis: RedisClient, channel: string): Promise<{ channels: number; subscribers: Record<string, number> }> {
  const channels = await redis.pubsubChannels();
  // The channel between the backends in any case: that nobody listens to it is worth knowing.
  const asked = new Set([channel, ...channels.sort().slice(0, MAX_CHANNELS)]);
  return { channels: channels.length, subscribers: await redis.pubsubNumsubs([...asked]) };
}
