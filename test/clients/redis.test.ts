import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { openRedis, parseInfo, type RedisClient } from '../../src/clients/redis.js';
import { freePort } from '../helpers/free-port.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';
import { until } from '../helpers/until.js';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function server(options?: Parameters<typeof startRedis>[0]): Promise<RedisServer> {
  const started = await startRedis(options);
  endings.push(() => started.end());
  return started;
}

function client(url: string, deadlineMs?: number): RedisClient {
  const connected = openRedis({ url }, deadlineMs === undefined ? {} : { deadlineMs });
  endings.push(() => connected.close());
  return connected;
}

describe('openRedis', () => {
  it('reads the asked sections of INFO', async () => {
    const { url } = await server();
    const info = await client(url).info(['clients', 'memory']);
    expect(Number(info.connected_clients)).toBeGreaterThanOrEqual(1);
    expect(Number(info.used_memory)).toBeGreaterThan(0);
    expect(info.evicted_keys).toBeUndefined();
  });

  it('counts channels and subscribers', async () => {
    const { url, port } = await server();
    const asked = client(url);
    expect(await asked.pubsubChannels()).toEqual([]);
    expect(await asked.pubsubNumsub('kindmap_events')).toBe(0);
    for (const _ of [1, 2]) {
      const subscriber = new Redis(port, '127.0.0.1');
      endings.push(() => subscriber.disconnect());
      await subscriber.subscribe('kindmap_events');
    }
    expect(await asked.pubsubChannels()).toEqual(['kindmap_events']);
    expect(await asked.pubsubNumsub('kindmap_events')).toBe(2);
  });

  it('says that nobody listens, and works as soon as somebody does', async () => {
    const port = await freePort();
    const asked = client(`redis://127.0.0.1:${port}`);
    await expect(asked.ping()).rejects.toThrow(`Redis at 127.0.0.1:${port}: no connection (ECONNREFUSED)`);
    await expect(asked.info(['clients'])).rejects.toThrow('ECONNREFUSED');
    await server({ port });
    await asked.ping();
  });

  it('connects again after the server was restarted', async () => {
    const first = await server();
    const asked = client(first.url);
    await asked.ping();
    await first.end();
    await expect(
      until('refusal', () =>
        asked.ping().then(
          () => undefined,
          (error: Error) => error.message,
        ),
      ),
    ).resolves.toMatch(/no connection|was closed/);
    await server({ port: first.port });
    await until('ping', () => asked.ping().then(() => true));
  });

  it('gives a call up when Redis is paused, and works when it goes on', async () => {
    const paused = await server();
    const asked = client(paused.url, 200);
    await asked.ping();
    paused.signal('SIGSTOP');
    await expect(asked.ping()).rejects.toThrow('connected, but no reply within 200 ms');
    await expect(asked.pubsubNumsub('a')).rejects.toThrow('no reply within 200 ms');
    paused.signal('SIGCONT');
    await until('ping', () => asked.ping().then(() => true));
  });

  it('gives up on a Redis that is paused from the beginning, and closes at once', async () => {
    const paused = await server();
    paused.signal('SIGSTOP');
    const asked = client(paused.url, 200);
    await expect(asked.ping()).rejects.toThrow('connected, but no reply within 200 ms');
    await asked.close();
    await expect(asked.ping()).rejects.toThrow('closed');
  });

  it('asks a Redis that does not answer a PING nothing more', async () => {
    const paused = await server();
    const asked = client(paused.url, 300);
    await asked.ping();
    const admin = new Redis(paused.url);
    endings.push(() => admin.disconnect());
    await admin.config('RESETSTAT');
    paused.signal('SIGSTOP');
    const calls = await Promise.allSettled([asked.roundTrip(), asked.pubsubNumsub('a'), asked.publish('a', 'b')]);
    expect(calls.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    paused.signal('SIGCONT');
    await until('ping', () => asked.ping().then(() => true));
    const statistics = await admin.info('commandstats');
    expect(statistics).toContain('cmdstat_ping:');
    expect(statistics).not.toMatch(/cmdstat_(pubsub|publish)/);
  });

  it('makes a new connection after a pause that outlasted the old one', async () => {
    const paused = await server();
    const asked = client(paused.url, 100);
    await asked.ping();
    paused.signal('SIGSTOP');
    // The connection is given up after three deadlines without a byte.
    await until('a given-up connection', () =>
      asked.ping().then(
        () => false,
        (error: Error) => !error.message.includes('no reply'),
      ),
    );
    paused.signal('SIGCONT');
    await until('ping', () => asked.ping().then(() => true));
  });

  it('says that a password is needed or refused, and never shows one', async () => {
    const { port } = await server({ args: ['--requirepass', 'opensesame'] });
    await expect(client(`redis://127.0.0.1:${port}`).ping()).rejects.toThrow('needs a password');
    const refused = await client(`redis://:hunter2-secret@127.0.0.1:${port}`)
      .ping()
      .catch((error: Error) => error);
    expect(refused).toBeInstanceOf(Error);
    expect(String(refused)).toContain('refused the user name or password');
    expect(JSON.stringify(refused, Object.getOwnPropertyNames(refused)) + String(refused)).not.toContain('hunter2');
    await client(`redis://:opensesame@127.0.0.1:${port}`).ping();
  });

  it.each(['redis.local:6379', 'http://127.0.0.1', 'redis://', 'redis://:secret@host:1/notanumber', ''])(
    'refuses %j without repeating it',
    (url) => {
      expect(() => openRedis({ url })).toThrow(/^(not a redis:\/\/|the path of a Redis URL)(?!.*secret)/);
    },
  );

  it('rejects calls that the closing overtook', async () => {
    const { url } = await server();
    const asked = openRedis({ url });
    await asked.ping();
    await asked.close();
    await asked.close();
    await expect(asked.ping()).rejects.toThrow('the client is closed');
  });
});

describe('parseInfo', () => {
  it('keeps values that hold colons and leaves headings out', () => {
    expect(parseInfo('# Server\r\nredis_version:7.0.15\r\nexecutable:/a:b\r\n\r\n')).toEqual({
      redis_version: '7.0.15',
      executable: '/a:b',
    });
  });
});
