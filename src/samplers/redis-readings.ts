import type { RedisClient } from '../clients/redis.js';
import type { MetricName } from '../journal/metrics.js';
import type { Reading } from './sampler.js';

type Info = Record<string, string>;

/** Field of INFO → metric. */
const FIELDS: Record<string, MetricName> = {
  connected_clients: 'redis.clients.connected',
  blocked_clients: 'redis.clients.blocked',
  maxclients: 'redis.maxclients',
  used_memory: 'redis.memory.used',
  used_memory_peak: 'redis.memory.peak',
  used_memory_rss: 'redis.memory.rss',
  maxmemory: 'redis.maxmemory',
  evicted_keys: 'redis.keys.evicted',
  total_connections_received: 'redis.connections.received',
  rejected_connections: 'redis.connections.rejected',
  client_output_buffer_limit_disconnections: 'redis.clients.output_buffer_limit_disconnections',
  total_commands_processed: 'redis.commands.processed',
  total_net_input_bytes: 'redis.net.input',
  total_net_output_bytes: 'redis.net.output',
  pubsub_channels: 'redis.pubsub.channels',
  connected_slaves: 'redis.slaves.connected',
  uptime_in_seconds: 'redis.uptime',
};

/** Field of INFO → state of `redis.cpu.time`. */
const CPU_FIELDS: Record<string, string> = { used_cpu_sys: 'sys', used_cpu_user: 'user' };

/** What INFO tells. A field that this Redis does not have is a gap. */
export function infoReadings(info: Info): Reading[] {
  const reading = (name: MetricName, field: string, attributes?: Record<string, string>): Reading[] => {
    const text = info[field];
    return text === undefined ? [] : [{ name, value: Number(text), ...(attributes && { attributes }) }];
  };
  return [
    ...Object.entries(FIELDS).flatMap(([field, name]) => reading(name, field)),
    ...Object.entries(CPU_FIELDS).flatMap(([field, state]) => reading('redis.cpu.time', field, { state })),
  ];
}

/** The subscribers of one channel. */
export async function subscriberReadings(redis: RedisClient, channel: string): Promise<Reading[]> {
  return [{ name: 'redis.pubsub.subscribers', value: await redis.pubsubNumsub(channel), attributes: { channel } }];
}

/** The connections that subscribe, and the fullest of their output buffers; without a connection there is no buffer. */
export async function pubsubReadings(redis: RedisClient): Promise<Reading[]> {
  const clients = await redis.clientListPubsub();
  const buffers = clients.flatMap(({ omem }) => (omem === undefined ? [] : [omem]));
  return [
    { name: 'redis.pubsub.clients', value: clients.length },
    ...(buffers.length > 0 ? [{ name: 'redis.pubsub.output_buffer.max' as const, value: Math.max(...buffers) }] : []),
  ];
}

/** The limits that are settings: of Pub/Sub output buffers, and of clients where this version's INFO does not tell it. */
export async function limitReadings(redis: RedisClient, known: Promise<Info | undefined>): Promise<Reading[]> {
  const settings = await redis.configGet('client-output-buffer-limit', 'maxclients');
  const readings: Reading[] = [];
  const limit = pubsubHardLimit(settings['client-output-buffer-limit'] ?? '');
  if (limit !== undefined) readings.push({ name: 'redis.pubsub.output_buffer.limit', value: limit });
  if (settings.maxclients !== undefined && (await known)?.maxclients === undefined) {
    readings.push({ name: 'redis.maxclients', value: Number(settings.maxclients) });
  }
  return readings;
}

/** Of `normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60`: 33554432. */
export function pubsubHardLimit(setting: string): number | undefined {
  const bytes = /(?:^| )pubsub (\d+) /.exec(setting)?.[1];
  return bytes === undefined ? undefined : Number(bytes);
}

/** A list in one of the databases. */
export interface ListKey {
  db: number;
  key: string;
}

/** Reads `<db>/<key>`. */
export function parseList(text: string): ListKey {
  const [, db, key] = /^(\d+)\/(.+)$/s.exec(text) ?? [];
  if (db === undefined || key === undefined) throw new Error(`not <db>/<key>: ${text}`);
  return { db: Number(db), key };
}

/** The length of one list. */
export async function listReadings(redis: RedisClient, { db, key }: ListKey): Promise<Reading[]> {
  return [{ name: 'redis.list.length', value: await redis.llen(db, key), attributes: { key, db: String(db) } }];
}
