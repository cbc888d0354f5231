import { connect } from 'node:net';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { openRedis, type RedisClient } from '../../src/clients/redis.js';
import { type RedisSamplerOptions, redisSampler } from '../../src/samplers/redis.js';
import { localExec } from '../helpers/local-exec.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';
import { startSampling, valueIn } from '../helpers/sampling.js';
import { until } from '../helpers/until.js';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const CHANNEL = 'kindmap_events';

async function server(options?: Parameters<typeof startRedis>[0]): Promise<RedisServer> {
  const started = await startRedis(options);
  endings.push(() => started.end());
  return started;
}

function open(url: string, deadlineMs = 2_000): RedisClient {
  return openRedis({ url }, { deadlineMs });
}

async function sampling(options: { url: string } & Partial<RedisSamplerOptions>) {
  const { url, ...rest } = options;
  const sampler = redisSampler({ client: () => open(url), channel: CHANNEL, lists: [], ...rest });
  const started = await startSampling(sampler);
  endings.push(() => started.stop());
  return { sampler, ...started };
}

/** A client of the tests' own, whose errors (a server that is ended under it) are of no interest. */
function plain(url: string): Redis {
  const redis = new Redis(url);
  redis.on('error', () => undefined);
  endings.push(() => redis.disconnect());
  return redis;
}

const NAMES = [
  'redis.clients.blocked',
  'redis.clients.connected',
  'redis.commands.processed',
  'redis.connections.received',
  'redis.connections.rejected',
  'redis.cpu.time',
  'redis.keys.evicted',
  'redis.maxclients',
  'redis.maxmemory',
  'redis.memory.peak',
  'redis.memory.rss',
  'redis.memory.used',
  'redis.net.input',
  'redis.net.output',
  'redis.pubsub.channels',
  'redis.pubsub.clients',
  'redis.pubsub.output_buffer.limit',
  'redis.pubsub.output_buffer.max',
  'redis.pubsub.subscribers',
  'redis.round_trip.time',
  'redis.slaves.connected',
  'redis.slowlog.entries',
  'redis.uptime',
];

/** Told by some versions only. */
const NEWER = 'redis.clients.output_buffer_limit_disconnections';

describe('redisSampler', () => {
  it.each(['by URL', 'by redis-cli'])('reads everything that Redis tells, %s', async (way) => {
    const { url } = await server({ args: ['--maxmemory', '512mb', '--maxclients', '500'] });
    const container = way === 'by URL' ? {} : { container: 'kindmap-redis' };
    const client = openRedis({ url, ...container }, { docker: localExec() });
    const { read, problems } = await sampling({ url, client, lists: ['1/celery'] });
    await plain(url).subscribe(CHANNEL, 'another');
    await plain(`${url}/1`).rpush('celery', 'job 1', 'job 2');
    const readings = await read();
    const names = [...new Set(readings.map(({ name }) => name))].filter((name) => name !== NEWER);
    expect(names.sort()).toEqual([...NAMES, 'redis.list.length'].sort());
    expect(valueIn(readings, 'redis.maxmemory')).toBe(512 * 2 ** 20);
    expect(valueIn(readings, 'redis.maxclients')).toBe(500);
    expect(valueIn(readings, 'redis.clients.connected')).toBe(3);
    expect(valueIn(readings, 'redis.pubsub.channels')).toBe(2);
    expect(valueIn(readings, 'redis.pubsub.subscribers', { channel: CHANNEL })).toBe(1);
    expect(valueIn(readings, 'redis.pubsub.clients')).toBe(1);
    expect(valueIn(readings, 'redis.pubsub.output_buffer.max')).toBe(0);
    expect(valueIn(readings, 'redis.pubsub.output_buffer.limit')).toBe(32 * 2 ** 20);
    expect(valueIn(readings, 'redis.list.length', { key: 'celery', db: '1' })).toBe(2);
    expect(valueIn(readings, 'redis.round_trip.time')).toBeGreaterThan(0);
    // Where the kernel counts by ticks, a server that is so young may not have used one: each reading makes it work.
    const cpu = async () => valueIn(await read(), 'redis.cpu.time', { state: 'user' });
    await until('CPU time', async () => ((await cpu()) ?? 0) > 0);
    expect(problems).toEqual([]);
  });

  it('gives nothing for what there is nothing of: no buffer without a subscriber', async () => {
    const { url } = await server();
    const readings = await (await sampling({ url })).read();
    expect(valueIn(readings, 'redis.pubsub.clients')).toBe(0);
    expect(valueIn(readings, 'redis.pubsub.output_buffer.max')).toBeUndefined();
  });

  it('sees that a subscriber was killed', async () => {
    const { url } = await server();
    const { read } = await sampling({ url });
    const subscribers = [plain(url), plain(url), plain(url)];
    for (const [at, subscriber] of subscribers.entries()) {
      await subscriber.client('SETNAME', `backend-${at}`);
      await subscriber.subscribe(CHANNEL);
    }
    expect(valueIn(await read(), 'redis.pubsub.subscribers')).toBe(3);
    const admin = plain(url);
    // The killed one may connect again, and must not listen again, as the target's listeners do not.
    await admin.call('ACL', 'SETUSER', 'default', '-subscribe');
    const line = String(await admin.client('LIST'))
      .split('\n')
      .find((one) => one.includes('name=backend-1'));
    await admin.client('KILL', 'ID', Number(/id=(\d+)/.exec(line ?? '')?.[1]));
    const readings = await read();
    expect(valueIn(readings, 'redis.pubsub.subscribers')).toBe(2);
    expect(valueIn(readings, 'redis.pubsub.clients')).toBe(2);
  });

  it('sees the output buffer of a subscriber that does not read', async () => {
    const { url, port } = await server();
    const { read } = await sampling({ url });
    const stalled = connect(port, '127.0.0.1');
    endings.push(() => stalled.destroy());
    stalled.pause();
    stalled.write(`SUBSCRIBE ${CHANNEL}\r\n`);
    await until('the subscriber', async () => valueIn(await read(), 'redis.pubsub.subscribers') === 1);
    const publisher = plain(url);
    const filled = async () => {
      // Past what the system's socket buffers hold.
      await publisher.publish(CHANNEL, 'x'.repeat(2 ** 20));
      const size = valueIn(await read(), 'redis.pubsub.output_buffer.max') ?? 0;
      return size > 2 ** 20 ? size : undefined;
    };
    expect(await until('a growing buffer', filled)).toBeLessThan(32 * 2 ** 20);
  });

  it('counts slow commands from its start on, also across a reset of the slow log', async () => {
    const { url } = await server({ args: ['--slowlog-log-slower-than', '-1'] });
    const admin = plain(url);
    const slow = async (times: number) => {
      await admin.config('SET', 'slowlog-log-slower-than', 0);
      for (let n = 1; n < times; n++) await admin.get('a');
      // Logged itself: its time is taken before the setting is looked at, its log after.
      await admin.config('SET', 'slowlog-log-slower-than', -1);
    };
    await slow(5);
    const { read } = await sampling({ url });
    const count = async () => valueIn(await read(), 'redis.slowlog.entries');
    expect(await count()).toBe(0);
    const logged = async () => Number(((await admin.slowlog('GET', 1)) as [number][])[0]?.[0]);
    const first = await logged();
    await slow(4);
    const grown = (await logged()) - first;
    expect(grown).toBeGreaterThan(2);
    expect(await count()).toBe(grown);
    await admin.slowlog('RESET');
    expect(await count()).toBe(grown);
    await slow(3);
    expect(await count()).toBe((await logged()) - first);
  });

  it('tells of a restart, and is the same component in name only', async () => {
    const first = await server();
    const { sampler, ctx, read, notes } = await sampling({ url: first.url });
    await read();
    const [before] = (await sampler.identify?.(ctx)) ?? [];
    expect(before).toMatchObject({ name: 'redis', role: 'redis', source: 'process', id: expect.stringMatching(/^[0-9a-f]{40}$/) });
    expect(Math.abs(Date.parse(before?.startedAt ?? '') - Date.now())).toBeLessThan(60_000);
    expect((await sampler.identify?.(ctx))?.[0]).toEqual(before);
    await first.end();
    await server({ port: first.port });
    await until('readings', () => read());
    const [after] = (await sampler.identify?.(ctx)) ?? [];
    expect(after?.id).not.toBe(before?.id);
    const restarted = notes.find(({ what }) => what === 'restarted');
    expect(restarted).toMatchObject({ component: 'redis', detail: expect.stringContaining(`run_id ${before?.id} is now ${after?.id}`) });
    expect(restarted?.sourceTime).toBe(Date.parse(after?.startedAt ?? ''));
    const told = notes.length;
    await read();
    expect(notes).toHaveLength(told);
  });

  it('throws once when Redis is gone, and reads again and tells of it when it is back', async () => {
    const first = await server();
    const { read, notes } = await sampling({ url: first.url });
    await read();
    await first.end();
    await until('a refusal', () =>
      read().then(
        () => undefined,
        (error: Error) => /^Redis at [\d.:]+: no connection \(ECONNREFUSED\)$/.test(error.message),
      ),
    );
    expect(notes).toEqual([]);
    await server({ port: first.port });
    expect(valueIn(await read(), 'redis.clients.connected')).toBe(1);
    expect(notes.map(({ what }) => what)).toEqual(['reconnected', 'restarted']);
    expect(notes[0]?.detail).toMatch(/^\d+\.\d s after: Redis at/);
  });

  it('gives up a Redis that is paused, and tells when it goes on', async () => {
    const paused = await server();
    const { read, notes, problems } = await sampling({ url: paused.url, client: open(paused.url, 300) });
    await read();
    paused.signal('SIGSTOP');
    await expect(read()).rejects.toThrow(/^Redis at [\d.:]+: connected, but no reply within 300 ms: it is paused, loading or overloaded$/);
    paused.signal('SIGCONT');
    await until('readings', () => read());
    expect(notes.map(({ what }) => what)).toEqual(['resumed']);
    expect(problems).toEqual([]);
  });

  it('tells of a part that is forbidden once for as long as it lasts, and gives the others', async () => {
    const { url, port } = await server();
    const admin = plain(url);
    await admin.call('ACL', 'SETUSER', 'watcher', 'on', '>secret', 'allkeys', 'allchannels', '+@all', '-config', '-slowlog');
    const { read, problems } = await sampling({ url: `redis://watcher:secret@127.0.0.1:${port}`, lists: ['1/celery'] });
    const first = await read();
    expect(valueIn(first, 'redis.memory.used')).toBeGreaterThan(0);
    expect(valueIn(first, 'redis.pubsub.subscribers')).toBe(0);
    expect(valueIn(first, 'redis.list.length')).toBe(0);
    expect(valueIn(first, 'redis.slowlog.entries')).toBeUndefined();
    expect(valueIn(first, 'redis.pubsub.output_buffer.limit')).toBeUndefined();
    await read();
    expect(problems).toHaveLength(2);
    expect(problems.join('\n')).toMatch(/^settings: .*NOPERM.*\nslow log: .*NOPERM/);
    await admin.call('ACL', 'SETUSER', 'watcher', '+slowlog');
    await read();
    await admin.call('ACL', 'SETUSER', 'watcher', '-slowlog', '-info');
    const last = await read();
    expect(valueIn(last, 'redis.memory.used')).toBeUndefined();
    expect(valueIn(last, 'redis.pubsub.clients')).toBe(0);
    expect(problems).toHaveLength(4);
  });

  it('says what a wrong password is answered with', async () => {
    const { port } = await server({ args: ['--requirepass', 'opensesame'] });
    const { read, notes } = await sampling({ url: `redis://:hunter2@127.0.0.1:${port}` });
    await expect(read()).rejects.toThrow(/^Redis at [\d.:]+: refused the user name or password \(WRONGPASS\)$/);
    expect(notes).toEqual([]);
  });

  it('makes its client at the start, again and again until it can be made', async () => {
    const { url } = await server();
    let attempts = 0;
    const client = () => {
      attempts++;
      if (attempts === 1) throw new Error('no Docker');
      return open(url);
    };
    await expect(sampling({ url, client })).rejects.toThrow('no Docker');
    const { read, stop } = await sampling({ url, client });
    await read();
    await stop();
    await expect(read()).rejects.toThrow('the client is closed');
  });

  it.each(['celery', 'one/celery', '1/'])('refuses %j as a list', (list) => {
    expect(() => redisSampler({ client: () => open('redis://127.0.0.1'), channel: CHANNEL, lists: [list] })).toThrow(
      `not <db>/<key>: ${list}`,
    );
  });
});

describe('the snapshot of Redis', () => {
  it('holds settings, channels, clients and slow commands, and nothing secret', async () => {
    const { port } = await server({
      args: ['--requirepass', 'opensesame', '--masterauth', 'opensesame', '--slowlog-log-slower-than', '0'],
    });
    const url = `redis://:opensesame@127.0.0.1:${port}`;
    const { sampler, ctx } = await sampling({ url });
    await plain(url).subscribe(CHANNEL, 'another');
    await plain(url).set('session:1', 'hunter2');
    const [file] = (await sampler.snapshot?.('before', ctx)) ?? [];
    expect(file).toMatchObject({ path: 'redis/before.json', status: 'ok' });
    expect(file?.content).not.toMatch(/opensesame|hunter2|session:1|requirepass|masterauth/);
    const found = JSON.parse(String(file?.content));
    expect(found.info.Server.redis_mode).toBe('standalone');
    expect(found.config).toMatchObject({ 'maxmemory-policy': 'noeviction', 'slowlog-log-slower-than': '0', appendonly: 'no' });
    expect(found.pubsub).toEqual({ channels: 2, subscribers: { another: 1, [CHANNEL]: 1 } });
    expect(found.pubsubClients).toMatchObject({ total: 1, clients: [{ sub: 2 }] });
    expect(found.slowLog.map(({ command }: { command: string }) => command)).toContain('set');
    expect(Math.abs(Date.parse(found.time) - Date.now())).toBeLessThan(60_000);
    expect(found.missing).toBeUndefined();
  });

  it('is partial where a part is forbidden, and missing where nobody listens', async () => {
    const started = await server();
    await plain(started.url).call('ACL', 'SETUSER', 'default', '-config');
    const { sampler, ctx } = await sampling({ url: started.url });
    const [partial] = (await sampler.snapshot?.('after', ctx)) ?? [];
    expect(partial).toMatchObject({ path: 'redis/after.json', status: 'partial', reason: expect.stringMatching(/^config: .*NOPERM/) });
    const found = JSON.parse(String(partial?.content));
    expect(found.config).toBeUndefined();
    expect(found.missing.config).toContain('NOPERM');
    expect(found.pubsub).toEqual({ channels: 0, subscribers: { [CHANNEL]: 0 } });
    await started.end();
    await until('a missing file', async () => {
      const [missing] = (await sampler.snapshot?.('after', ctx)) ?? [];
      return (
        missing?.status === 'missing' && missing.content === undefined && /^Redis at [\d.:]+: no connection/.test(missing.reason ?? '')
      );
    });
  });
});
