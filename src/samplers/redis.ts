import { connectRedis, type RedisClient } from '../clients/redis.js';
import { messageOf } from '../errors.js';
import type { MetricName } from '../journal/metrics.js';
import type { Reading, Sampler } from './sampler.js';

const SECTIONS = ['server', 'clients', 'memory', 'stats'];

/** Field of INFO → metric. */
const FIELDS: Record<string, MetricName> = {
  connected_clients: 'redis.clients.connected',
  blocked_clients: 'redis.clients.blocked',
  used_memory: 'redis.memory.used',
  used_memory_peak: 'redis.memory.peak',
  used_memory_rss: 'redis.memory.rss',
  maxmemory: 'redis.maxmemory',
  evicted_keys: 'redis.keys.evicted',
  total_connections_received: 'redis.connections.received',
  rejected_connections: 'redis.connections.rejected',
  total_commands_processed: 'redis.commands.processed',
  total_net_input_bytes: 'redis.net.input',
  total_net_output_bytes: 'redis.net.output',
  uptime_in_seconds: 'redis.uptime',
};

/** Redis as a whole, and the subscribers of the channel between the backends. */
export function redisSampler({ url, channel }: { url: string; channel: string }): Sampler {
  const client = connectRedis(url);
  return {
    id: 'redis',
    async sample({ problem }) {
      const parts = await Promise.allSettled([infoReadings(client), channelReadings(client), subscriberReadings(client, channel)]);
      const failures = new Set(parts.flatMap((part) => (part.status === 'rejected' ? [messageOf(part.reason)] : [])));
      const readings = parts.flatMap((part) => (part.status === 'fulfilled' ? part.value : []));
      // Nothing at all is one failed reading, not three.
      if (readings.length === 0) throw new Error([...failures].join('; '));
      for (const failure of failures) problem(failure);
      return readings;
    },
    stop: () => client.close(),
  };
}

async function infoReadings(client: RedisClient): Promise<Reading[]> {
  const info = await client.info(SECTIONS);
  // A field that this Redis does not have is a gap.
  return Object.entries(FIELDS).flatMap(([field, name]) => {
    const text = info[field];
    return text === undefined ? [] : [{ name, value: Number(text) }];
  });
}

async function channelReadings(client: RedisClient): Promise<Reading[]> {
  return [{ name: 'redis.pubsub.channels', value: (await client.pubsubChannels()).length }];
}

async function subscriberReadings(client: RedisClient, channel: string): Promise<Reading[]> {
  return [{ name: 'redis.pubsub.subscribers', value: await client.pubsubNumsub(channel), attributes: { channel } }];
}
