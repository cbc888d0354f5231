import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { openRedis, type RedisClient, RedisReplyError, RedisUnreachableError } from '../../../src/clients/redis.js';
import type { RedisConfig } from '../../../src/config/config.js';
import { type Certificates, makeCertificates } from '../../helpers/certificates.js';
import { freePort } from '../../helpers/free-port.js';
import { localExec } from '../../helpers/local-exec.js';
import { type RedisServer, startRedis } from '../../helpers/redis-server.js';
import { until } from '../../helpers/until.js';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function server(options?: Parameters<typeof startRedis>[0]): Promise<RedisServer> {
  const started = await startRedis(options);
  endings.push(() => started.end());
  return started;
}

/** A client of the tests' own, whose errors (a server that is ended under it) are of no interest. */
function plain(url: string): Redis {
  const redis = new Redis(url);
  redis.on('error', () => undefined);
  endings.push(() => redis.disconnect());
  return redis;
}

function failure(call: Promise<unknown>): Promise<Error> {
  return call.then(
    () => Promise.reject(new Error('it was answered')),
    (error: Error) => error,
  );
}

const transports = [
  { way: 'by URL', extra: {} },
  { way: 'by redis-cli in a container', extra: { container: 'kindmap-redis' } },
];

describe.each(transports)('openRedis $way', ({ extra }) => {
  function open(url: string, options: Partial<RedisConfig> & { deadlineMs?: number } = {}): RedisClient {
    const { deadlineMs, ...config } = options;
    const client = openRedis(
      { url, channel: 'events', lists: [], ...extra, ...config },
      { docker: localExec(), ...(deadlineMs !== undefined && { deadlineMs }) },
    );
    endings.push(() => client.close());
    return client;
  }

  it('reads INFO, as asked and in full', async () => {
    const { url } = await server();
    const client = open(url);
    const info = await client.info(['clients', 'memory']);
    expect(Number(info.used_memory)).toBeGreaterThan(0);
    expect(info.run_id).toBeUndefined();
    expect((await client.info(['default'])).run_id).toMatch(/^[0-9a-f]{40}$/);
    const sections = await client.infoSections();
    expect(sections.Server?.redis_mode).toBe('standalone');
    expect(sections.Commandstats?.cmdstat_info).toContain('calls=');
  });

  it('reads settings, and leaves out those that there are not', async () => {
    const { url } = await server({ args: ['--maxmemory', '64mb'] });
    expect(await open(url).configGet('maxmemory', 'save', 'no-such-thing', 'maxmemory-policy')).toEqual({
      maxmemory: String(64 * 2 ** 20),
      save: '',
      'maxmemory-policy': 'noeviction',
    });
  });

  it('tells channels, subscribers and the connections that subscribe', async () => {
    const { url } = await server();
    const client = open(url);
    expect(await client.pubsubChannels()).toEqual([]);
    expect(await client.clientListPubsub()).toEqual([]);
    const odd = 'a "quoted"\nchannel \\ 알림\u0000';
    const one = plain(url);
    await one.client('SETNAME', 'backend-1');
    await one.subscribe('events', odd);
    await one.psubscribe('e*');
    await plain(url).subscribe('events');
    expect((await client.pubsubChannels()).sort()).toEqual([odd, 'events'].sort());
    expect(await client.pubsubNumsub(odd)).toBe(1);
    expect(await client.pubsubNumsubs(['events', odd, 'none'])).toEqual({ events: 2, [odd]: 1, none: 0 });
    const clients = await client.clientListPubsub();
    expect(clients).toHaveLength(2);
    const named = clients.find(({ name }) => name === 'backend-1');
    expect(named).toMatchObject({ sub: 2, psub: 1, omem: 0, obl: 0, oll: 0, name: 'backend-1' });
    expect(named?.addr).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(named?.id).toBeGreaterThan(0);
    expect(named?.totMem).toBeGreaterThan(0);
    expect(named?.qbuf).toBeGreaterThanOrEqual(0);
  });

  it('sees that a killed subscriber is gone', async () => {
    const { url } = await server();
    const client = open(url);
    for (const _ of [1, 2, 3]) await plain(url).subscribe('events');
    expect(await client.pubsubNumsub('events')).toBe(3);
    const [victim] = await client.clientListPubsub();
    const port = new URL(url).port;
    // Lets none of them come back.
    const admin = plain(`redis://127.0.0.1:${port}`);
    await admin.call('ACL', 'SETUSER', 'default', '-subscribe');
    await admin.client('KILL', 'ID', victim?.id ?? 0);
    expect(await client.pubsubNumsub('events')).toBe(2);
  });

  it('publishes any text, and tells who received it', async () => {
    const { url } = await server();
    const client = open(url);
    const message = JSON.stringify({ text: 'line\nbreak "quotes" \\ back\\slash $HOME `id` %s 안녕 🙂', empty: '' });
    expect(await client.publish('events', message)).toBe(0);
    const received: string[] = [];
    const subscriber = plain(url);
    subscriber.on('message', (_, text: string) => received.push(text));
    await subscriber.subscribe('events');
    expect(await client.publish('events', message)).toBe(1);
    await until('the message', () => received.length > 0);
    expect(received).toEqual([message]);
  });

  it('reads the slow log without the arguments of its commands', async () => {
    const { url } = await server({ args: ['--slowlog-log-slower-than', '0'] });
    const admin = plain(url);
    await admin.set('session:1', 'hunter2-secret');
    await admin.config('SET', 'slowlog-log-slower-than', -1);
    const client = open(url);
    const length = await client.slowlogLen();
    const entries = await client.slowlog(100);
    expect(entries).toHaveLength(length);
    const set = entries.find(({ command }) => command === 'set');
    expect(Math.abs((set?.time ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(set?.durationUs).toBeGreaterThanOrEqual(0);
    expect(JSON.stringify(entries)).not.toMatch(/hunter2|session:1/);
    expect(await client.slowlog(1)).toHaveLength(1);
    await admin.slowlog('RESET');
    expect(await client.slowlog(10)).toEqual([]);
  });

  it('tells the time by the clock of Redis, with what is less than a millisecond', async () => {
    const { url } = await server();
    const client = open(url);
    const before = Date.now();
    const times = [await client.time(), await client.time(), await client.time()];
    // Both clocks are of this machine; Date.now() has whole milliseconds.
    for (const time of times) {
      expect(time).toBeGreaterThanOrEqual(before - 1);
      expect(time).toBeLessThanOrEqual(Date.now() + 1);
    }
    expect(times.some((time) => !Number.isInteger(time))).toBe(true);
  });

  it('measures a round trip', async () => {
    const { url } = await server();
    const client = open(url);
    const [seconds] = await Promise.all([client.roundTrip(), client.info(['default'])]);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(2);
  });

  it('reads lists of several databases at once, and disturbs no other call', async () => {
    const { url } = await server();
    const writer = plain(`${url}/1`);
    await writer.rpush('celery', 'job 1', 'job 2', 'job 3');
    await writer.set('text', 'x');
    await plain(`${url}/2`).rpush('celery', 'job');
    const client = open(`${url}/0`);
    const lengths = [client.llen(1, 'celery'), client.llen(2, 'celery'), client.llen(0, 'celery'), client.llen(1, 'celery')];
    expect(await Promise.all([...lengths, client.pubsubNumsub('events')])).toEqual([3, 1, 0, 3, 0]);
    expect((await failure(client.llen(1, 'text'))).message).toMatch(/: WRONGTYPE /);
    expect((await failure(client.llen(99, 'celery'))).message).toContain('DB index is out of range');
    expect(await client.llen(1, 'celery')).toBe(3);
  });

  it('tells what one user may not do, and does the rest', async () => {
    const { url, port } = await server();
    await plain(url).call('ACL', 'SETUSER', 'watcher', 'on', '>open sesame', 'allchannels', '+info', '+ping', '+time', '+pubsub|numsub');
    const client = open(`redis://watcher:open%20sesame@127.0.0.1:${port}`);
    const refused = [client.configGet('maxmemory'), client.clientListPubsub(), client.slowlogLen(), client.llen(1, 'celery')].map(failure);
    expect(Number((await client.info(['default'])).connected_clients)).toBeGreaterThan(0);
    expect(await client.pubsubNumsub('events')).toBe(0);
    expect(await client.roundTrip()).toBeGreaterThan(0);
    for (const error of await Promise.all(refused)) {
      expect(error).toBeInstanceOf(RedisReplyError);
      expect(error.message).toMatch(/: NOPERM /);
    }
  });

  it('says that a password is needed or refused, and never shows one', async () => {
    const { port } = await server({ args: ['--requirepass', 'opensesame'] });
    const needed = await failure(open(`redis://127.0.0.1:${port}`).info(['clients']));
    expect(needed.message).toContain('needs a password (NOAUTH)');
    const refused = await failure(open(`redis://:hunter2-secret@127.0.0.1:${port}`).ping());
    expect(refused.message).toContain('refused the user name or password (WRONGPASS)');
    expect(JSON.stringify(refused, Object.getOwnPropertyNames(refused)) + String(refused)).not.toContain('hunter2');
    await open(`redis://:opensesame@127.0.0.1:${port}`).ping();
    await open(`redis://default:opensesame@127.0.0.1:${port}/3`).ping();
  });

  it('says that nobody listens, works as soon as somebody does, and again after a restart', async () => {
    const port = await freePort();
    const client = open(`redis://127.0.0.1:${port}`);
    const lost = await failure(client.info(['clients']));
    expect(lost).toBeInstanceOf(RedisUnreachableError);
    expect(lost.message).toMatch(/ECONNREFUSED|Connection refused/);
    const first = await server({ port });
    const { run_id } = await client.info(['server']);
    await first.end();
    await until('a refusal', () => failure(client.ping()).then(() => true));
    await server({ port });
    await until('another run', async () => (await client.info(['server'])).run_id !== run_id);
  });

  it('gives calls up while Redis is stopped, and goes on when that does', async () => {
    const paused = await server();
    const client = open(paused.url, { deadlineMs: 400 });
    await client.ping();
    paused.signal('SIGSTOP');
    const failures = await Promise.all([client.roundTrip(), client.info(['default']), client.llen(1, 'celery')].map(failure));
    for (const error of failures) {
      expect(error).toBeInstanceOf(RedisUnreachableError);
      expect(error.message).toContain('no reply within 400 ms');
      expect(error).toHaveProperty('isSilent', true);
    }
    paused.signal('SIGCONT');
    await until('an answer', () => client.ping().then(() => true));
  });

  it('gives calls up while Redis pauses its clients, and goes on afterwards', async () => {
    const { url } = await server();
    const client = open(url, { deadlineMs: 400 });
    await client.ping();
    await plain(url).call('CLIENT', 'PAUSE', '2000', 'ALL');
    const failures = await Promise.all([client.roundTrip(), client.publish('events', 'a'), client.time()].map(failure));
    expect(failures.map(({ message }) => message)).toEqual(failures.map(() => expect.stringContaining('no reply within 400 ms')));
    await until('an answer', () => client.ping().then(() => true));
  });

  it('rejects calls after the closing', async () => {
    const { url } = await server();
    const client = open(url);
    await client.ping();
    await client.close();
    await client.close();
    expect((await failure(client.ping())).message).toContain('the client is closed');
    expect((await failure(client.roundTrip())).message).toContain('the client is closed');
  });

  describe('with TLS', () => {
    async function tlsServer(): Promise<{ certificates: Certificates; url: string }> {
      const certificates = await makeCertificates();
      endings.push(() => certificates.end());
      const port = await freePort();
      const { cert, key } = certificates.server;
      const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', certificates.ca];
      await server({ args: ['--tls-port', String(port), '--tls-auth-clients', 'no', ...files, '--requirepass', 'opensesame'] });
      return { certificates, url: `rediss://:opensesame@127.0.0.1:${port}` };
    }

    it('trusts the authorities that it is given, and no others', async () => {
      const { certificates, url } = await tlsServer();
      const client = open(url, { caFile: certificates.ca });
      expect((await client.info(['server'])).redis_mode).toBe('standalone');
      expect(await client.publish('events', 'x')).toBe(0);
      const strange = await failure(open(url, { caFile: certificates.strangerCa }).ping());
      expect(strange).toBeInstanceOf(RedisUnreachableError);
      expect(strange.message).toMatch(/SELF_SIGNED|UNABLE_TO|certificate/i);
      expect(strange.message).not.toContain('opensesame');
      await failure(open(url).ping());
    });
  });
});

describe('openRedis', () => {
  it('says at once what cannot work', () => {
    const config = { url: 'redis://127.0.0.1:1', channel: 'events', lists: [] };
    expect(() => openRedis({ ...config, container: 'kindmap-redis' })).toThrow('kindmap-redis of Redis cannot be entered without Docker');
    expect(() => openRedis({ ...config, url: 'rediss://127.0.0.1:1', caFile: '/no/such.pem' })).toThrow(/authorities .*ENOENT/);
    expect(() => openRedis({ ...config, url: 'http://:secret@127.0.0.1' })).toThrow(/^not a redis:\/\/(?!.*secret)/);
  });
});
