import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import check, { deafAmong } from '../../checks/pubsub-subscribers.js';
import type { Backend } from '../../src/config/config.js';
import { checkContext } from '../helpers/check-context.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';
import { until } from '../helpers/until.js';

const CHANNEL = 'kindmap_events';

let server: RedisServer;
const listeners: Redis[] = [];

beforeAll(async () => {
  server = await startRedis();
});
afterEach(async () => {
  for (const listener of listeners.splice(0)) listener.disconnect();
  const redis = new Redis(server.url);
  await until('nobody listens', async () => ((await redis.pubsub('CHANNELS')) as string[]).length === 0);
  redis.disconnect();
});
afterAll(() => server.end());

const run = (replicas = 3, backends: Backend[] = []) =>
  check.run(checkContext({ redis: { url: server.url, channel: CHANNEL }, replicas, backends }));

async function listen(count: number, channel = CHANNEL): Promise<void> {
  for (let i = 0; i < count; i++) {
    const listener = new Redis(server.url);
    listeners.push(listener);
    await listener.subscribe(channel);
  }
}

describe('pubsub-subscribers', () => {
  it('passes when there are as many as replicas', async () => {
    await listen(3);
    expect(await run()).toMatchObject({ status: 'pass', observed: '3 of 3' });
  });

  it('fails when the listener of a process is gone, and says in which log to look', async () => {
    await listen(2);
    const backends = [1, 2, 3].map((n) => ({ name: `fastapi-${n}`, pid: 1, log: `/var/log/fastapi ${n}.log` }));
    const result = await run(3, backends);
    expect(result).toMatchObject({ status: 'fail', observed: '2 of 3' });
    expect(result.remedy).toContain(`grep 'Pub/Sub 리스너 오류' '/var/log/fastapi 2.log'`);
    expect(result.remedy).not.toContain('docker');
  });

  it('names the channels that have subscribers when this one has none', async () => {
    await listen(1, 'other_events');
    expect(await run()).toMatchObject({
      status: 'fail',
      observed: '0 of 3; other channels: other_events',
      remedy: expect.stringContaining('infrastructure.redis.channel'),
    });
  });

  it('warns when somebody else listens', async () => {
    await listen(3);
    expect(await run(2)).toMatchObject({ status: 'warn', observed: '3 of 2' });
  });

  it('takes the backends for the replicas where nobody said how many', async () => {
    await listen(1);
    expect(await run(0, [{ name: 'a' }])).toMatchObject({ status: 'pass' });
    expect(await run(0)).toMatchObject({ status: 'skip' });
  });

  it('names a deaf container only where all who listen are containers of it', () => {
    const containers = ['10.0.0.2', '10.0.0.3'].map((ipv4, at) => ({ name: `app-${at + 1}`, addresses: [{ network: 'n', ipv4 }] }));
    expect(deafAmong(containers, ['10.0.0.2'])).toEqual(['app-2']);
    expect(deafAmong(containers, [])).toEqual(['app-1', 'app-2']);
    expect(deafAmong(containers, ['172.17.0.1'])).toBeUndefined();
    expect(deafAmong([], ['10.0.0.2'])).toBeUndefined();
  });
});
