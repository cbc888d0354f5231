import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { redisSampler } from '../../src/samplers/redis.js';
import { startRedis } from '../helpers/redis-server.js';
import { startSampling, valueIn } from '../helpers/sampling.js';
import { until } from '../helpers/until.js';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function sampling(args?: string[]) {
  const server = await startRedis({ args: args ?? [] });
  endings.push(() => server.end());
  const sampler = await startSampling(redisSampler({ url: server.url, channel: 'kindmap_events' }));
  endings.push(() => sampler.stop());
  return { server, ...sampler };
}

describe('redisSampler', () => {
  it('reads what INFO and PUBSUB tell', async () => {
    const { server, read, problems } = await sampling(['--maxmemory', '512mb']);
    const subscriber = new Redis(server.url);
    endings.push(() => subscriber.disconnect());
    await subscriber.subscribe('kindmap_events', 'another');
    const readings = await read();
    expect(readings.map(({ name }) => name).sort()).toEqual([
      'redis.clients.blocked',
      'redis.clients.connected',
      'redis.commands.processed',
      'redis.connections.received',
      'redis.connections.rejected',
      'redis.keys.evicted',
      'redis.maxmemory',
      'redis.memory.peak',
      'redis.memory.rss',
      'redis.memory.used',
      'redis.net.input',
      'redis.net.output',
      'redis.pubsub.channels',
      'redis.pubsub.subscribers',
      'redis.uptime',
    ]);
    expect(valueIn(readings, 'redis.maxmemory')).toBe(512 * 2 ** 20);
    expect(valueIn(readings, 'redis.clients.connected')).toBe(2);
    expect(valueIn(readings, 'redis.pubsub.channels')).toBe(2);
    expect(valueIn(readings, 'redis.pubsub.subscribers', { channel: 'kindmap_events' })).toBe(1);
    expect(problems).toEqual([]);
  });

  it('throws once when Redis is gone, and reads again when it is back', async () => {
    const { server, read } = await sampling();
    await read();
    await server.end();
    await until('a refusal', () =>
      read().then(
        () => undefined,
        (error: Error) => /^Redis at [\d.:]+: no connection \(ECONNREFUSED\)$/.test(error.message),
      ),
    );
    const back = await startRedis({ port: server.port });
    endings.push(() => back.end());
    expect(valueIn(await read(), 'redis.clients.connected')).toBe(1);
  });

  it('gives what it may read when a part is forbidden', async () => {
    const { server, read, problems } = await sampling();
    const admin = new Redis(server.url);
    endings.push(() => admin.disconnect());
    await admin.call('ACL', 'SETUSER', 'default', '-pubsub');
    const readings = await read();
    expect(valueIn(readings, 'redis.memory.used')).toBeGreaterThan(0);
    expect(valueIn(readings, 'redis.pubsub.subscribers')).toBeUndefined();
    expect(problems.join()).toContain('NOPERM');
  });
});
