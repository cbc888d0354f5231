import { afterEach, describe, expect, it } from 'vitest';
import type { DockerClient } from '../../../src/clients/docker.js';
import { openRedis, type RedisClient } from '../../../src/clients/redis.js';
import { localExec } from '../../helpers/local-exec.js';
import { startRedis } from '../../helpers/redis-server.js';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function open(url: string, docker: Pick<DockerClient, 'exec'>, deadlineMs = 2_000): RedisClient {
  const client = openRedis({ url, container: 'kindmap-redis' }, { docker, deadlineMs });
  endings.push(() => client.close());
  return client;
}

describe('the transport by redis-cli', () => {
  it('serves everything that is asked at once with one exec, and one connection', async () => {
    const server = await startRedis();
    endings.push(() => server.end());
    const docker = localExec();
    const client = open(server.url, docker);
    const received = async () => Number((await client.info(['stats'])).total_connections_received);
    const before = await received();
    const at = docker.ran.length;
    await Promise.all([client.roundTrip(), client.info(['default']), client.pubsubNumsub('events'), client.llen(1, 'celery')]);
    expect(docker.ran).toHaveLength(at + 1);
    expect(await received()).toBe(before + 2);
    expect(docker.ran[0]?.container).toBe('kindmap-redis');
  });

  it('shows the password to nobody who reads the list of processes', async () => {
    const server = await startRedis({ args: ['--requirepass', 'open sesame'] });
    endings.push(() => server.end());
    const docker = localExec();
    await open(`redis://:open%20sesame@127.0.0.1:${server.port}`, docker).publish('events', 'for one user');
    expect(docker.ran.flatMap(({ argv }) => argv).join(' ')).not.toMatch(/sesame|for one user/);
    expect(docker.ran[0]?.env.REDISCLI_AUTH).toBe('open sesame');
  });

  it('sends more than one environment can hold in several execs', async () => {
    const server = await startRedis();
    endings.push(() => server.end());
    const docker = localExec();
    const client = open(server.url, docker);
    const replies = await Promise.all(Array.from({ length: 40 }, () => client.publish('events', 'x'.repeat(10_000))));
    expect(replies).toEqual(replies.map(() => 0));
    expect(docker.ran.length).toBeGreaterThan(1);
    expect(docker.ran.length).toBeLessThan(40);
  });

  it('tells why an exec brought nothing', async () => {
    const failing = (exitCode: number, stderr: string) => ({
      exec: async () => ({ exitCode, stdout: Buffer.from(''), stderr: Buffer.from(stderr) }),
    });
    await expect(open('redis://127.0.0.1', failing(127, 'sh: 1: redis-cli: not found\n')).ping()).rejects.toThrow(
      'redis-cli in kindmap-redis: ended with 127 (sh: 1: redis-cli: not found)',
    );
    await expect(open('redis://127.0.0.1', failing(124, '')).ping()).rejects.toThrow('no reply within 2000 ms');
    const gone = { exec: () => Promise.reject(new Error('no container kindmap-redis')) };
    await expect(open('redis://127.0.0.1', gone).ping()).rejects.toThrow('redis-cli in kindmap-redis: no container kindmap-redis');
  });

  it('gives up an exec that never ends, and drops what waited for it too long', async () => {
    let execs = 0;
    const docker = {
      exec: () => {
        execs++;
        return new Promise<never>(() => undefined);
      },
    };
    const client = open('redis://127.0.0.1', docker, 200);
    const first = client.ping();
    await expect(first).rejects.toThrow('no reply within 200 ms');
    const second = client.publish('events', 'a');
    const closing = expect(second).rejects.toThrow(/no reply|closed/);
    await client.close();
    await closing;
    expect(execs).toBeLessThanOrEqual(2);
  });
});
