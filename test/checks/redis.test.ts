import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import pubsubSubscribers from '../../checks/pubsub-subscribers.js';
import redisReachable from '../../checks/redis-reachable.js';
import { checkContext } from '../helpers/check-context.js';
import { freePort } from '../helpers/free-port.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';

const CHANNEL = 'kindmap_events';

let server: RedisServer;
const listeners: Redis[] = [];

beforeAll(async () => {
  server = await startRedis({ args: ['--maxmemory', '512mb', '--maxmemory-policy', 'allkeys-lru', '--requirepass', 'hunter2'] });
});
afterEach(() => {
  for (const listener of listeners.splice(0)) listener.disconnect();
});
afterAll(() => server.end());

const url = () => `redis://:hunter2@127.0.0.1:${server.port}/0`;
const contextOf = (redisUrl: string, replicas = 3) => checkContext({ redis: { url: redisUrl, channel: CHANNEL }, replicas });

async function listen(count: number, channel = CHANNEL): Promise<void> {
  for (let i = 0; i < count; i++) {
    const listener = new Redis(url());
    listeners.push(listener);
    await listener.subscribe(channel);
  }
}

describe('redis-reachable', () => {
  it('shows version, limit and policy', async () => {
    expect(await redisReachable.run(contextOf(url()))).toMatchObject({
      status: 'pass',
      observed: expect.stringMatching(
        /^Redis \d+\.\d+\.\d+, maxmemory 512\.0 MiB \(allkeys-lru\), [\d.]+ MiB used, \d+ clients, at 127\.0\.0\.1:\d+$/,
      ),
    });
  });

  it('tells a wrong password without showing it', async () => {
    const result = await redisReachable.run(contextOf(`redis://:swordfish@127.0.0.1:${server.port}`));
    expect(result).toMatchObject({ status: 'fail', remedy: expect.stringContaining('mend the user and password') });
    expect(JSON.stringify(result)).not.toContain('swordfish');
  });

  it('tells a port where nobody listens', async () => {
    const port = await freePort();
    expect(await redisReachable.run(contextOf(`redis://127.0.0.1:${port}`))).toMatchObject({
      status: 'fail',
      observed: expect.stringContaining('ECONNREFUSED'),
      remedy: expect.stringContaining(`redis-cli -h 127.0.0.1 -p ${port} ping`),
    });
  });
});

describe('pubsub-subscribers', () => {
  it('passes when there are as many as replicas', async () => {
    await listen(3);
    expect(await pubsubSubscribers.run(contextOf(url()))).toMatchObject({ status: 'pass', observed: '3 of 3' });
  });

  it('fails when a listener is gone', async () => {
    await listen(2);
    expect(await pubsubSubscribers.run(contextOf(url()))).toMatchObject({
      status: 'fail',
      observed: '2 of 3',
      remedy: expect.stringContaining('docker restart'),
    });
  });

  it('names the channels that have subscribers when this one has none', async () => {
    await listen(1, 'other_events');
    expect(await pubsubSubscribers.run(contextOf(url()))).toMatchObject({
      status: 'fail',
      observed: '0 of 3; other channels: other_events',
      remedy: expect.stringContaining('infrastructure.redis.channel'),
    });
  });

  it('warns when somebody else listens', async () => {
    await listen(3);
    expect(await pubsubSubscribers.run(contextOf(url(), 2))).toMatchObject({ status: 'warn', observed: '3 of 2' });
  });
});
