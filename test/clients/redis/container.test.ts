import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDocker } from '../../../src/clients/docker.js';
import { openRedis, type RedisClient } from '../../../src/clients/redis.js';
import { type RedisContainer, startRedisContainer } from '../../helpers/redis-container.js';
import { until } from '../../helpers/until.js';
import { engineOrSkip } from '../../stack/engine.js';

const describeWithEngine = await engineOrSkip();

describeWithEngine('Redis in a container whose port cannot be reached', () => {
  const docker = connectDocker();
  let container: RedisContainer;
  let client: RedisClient;
  beforeAll(async () => {
    container = await startRedisContainer(['--requirepass', 'open sesame']);
    client = openRedis({ url: 'redis://:open%20sesame@127.0.0.1:6379', container: container.name }, { docker, deadlineMs: 5_000 });
  });
  afterAll(async () => {
    await client?.close();
    docker.close();
    await container?.end();
  });

  it('answers everything', async () => {
    const [seconds, info, time, settings, channels, clients, length] = await Promise.all([
      client.roundTrip(),
      client.info(['default']),
      client.time(),
      client.configGet('client-output-buffer-limit'),
      client.pubsubNumsubs(['events', '알림']),
      client.clientListPubsub(),
      client.llen(1, 'celery'),
    ]);
    expect(seconds).toBeGreaterThan(0);
    expect(Number(info.used_memory)).toBeGreaterThan(0);
    expect(Math.abs(time - Date.now())).toBeLessThan(60_000);
    expect(settings['client-output-buffer-limit']).toContain('pubsub 33554432 8388608 60');
    expect(channels).toEqual({ events: 0, 알림: 0 });
    expect(clients).toEqual([]);
    expect(length).toBe(0);
    expect(await client.publish('events', '안녕')).toBe(0);
  });

  it('leaves no redis-cli behind when Redis does not answer', async () => {
    const hasty = openRedis({ url: 'redis://:open%20sesame@127.0.0.1:6379', container: container.name }, { docker, deadlineMs: 1_000 });
    await client.ping();
    process.kill(container.pid, 'SIGSTOP');
    try {
      await expect(hasty.ping()).rejects.toThrow('no reply within 1000 ms');
      await until('the end of redis-cli', async () => !(await container.processes()).some((line) => line.includes('redis-cli')));
    } finally {
      process.kill(container.pid, 'SIGCONT');
    }
    await until('an answer', () => hasty.ping().then(() => true));
    await hasty.close();
  });

  it('answers again after a restart, as another run', async () => {
    const { run_id } = await client.info(['server']);
    await container.restart();
    await until('another run', async () => (await client.info(['server'])).run_id !== run_id);
  });

  it('says that there is no such container', async () => {
    const lost = openRedis({ url: 'redis://127.0.0.1', container: 'no-such-redis' }, { docker });
    await expect(lost.ping()).rejects.toThrow(/^redis-cli in no-such-redis: .*no/i);
    await lost.close();
  });
});
