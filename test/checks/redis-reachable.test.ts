import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import check, { judge } from '../../checks/redis-reachable.js';
import { checkContext } from '../helpers/check-context.js';
import { freePort } from '../helpers/free-port.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis({ args: ['--requirepass', 'hunter2'] });
});
afterAll(() => server.end());

const run = (url: string) => check.run(checkContext({ redis: { url } }));
const at = (user: string) => `redis://${user}@127.0.0.1:${server.port}/0`;

describe('redis-reachable', () => {
  it('shows version and role', async () => {
    expect(await run(at(':hunter2'))).toMatchObject({
      status: 'pass',
      observed: expect.stringMatching(/^Redis \d+\.\d+\.\d+, role master, at 127\.0\.0\.1:\d+$/),
    });
  });

  it('tells a password that is lacking, and passes once it is given', async () => {
    const result = await run(`redis://127.0.0.1:${server.port}`);
    expect(result).toMatchObject({
      status: 'fail',
      observed: expect.stringContaining('needs a password (NOAUTH)'),
      remedy: expect.stringContaining('give its password: infrastructure.redis.password'),
    });
    expect(result.remedy).toContain(`redis-cli -h 127.0.0.1 -p ${server.port} --askpass ping`);
    expect(await run(at(':hunter2'))).toMatchObject({ status: 'pass' });
  });

  it('tells a wrong password without showing it', async () => {
    const result = await run(at(':swordfish'));
    expect(result).toMatchObject({ status: 'fail', remedy: expect.stringContaining('mend the user and password') });
    expect(JSON.stringify(result)).not.toContain('swordfish');
  });

  it('tells a user who may not ask, and passes once that is allowed', async () => {
    const admin = new Redis(at(':hunter2'));
    try {
      await admin.call('ACL', 'SETUSER', 'watcher', 'on', '>hunter3', '+ping');
      const result = await run(at('watcher:hunter3'));
      expect(result).toMatchObject({ status: 'warn', remedy: expect.stringContaining('ACL SETUSER <user> +info') });
      const allowed = /SETUSER <user> (.*)$/.exec(result.remedy ?? '')?.[1]?.split(' ') ?? [];
      await admin.call('ACL', 'SETUSER', 'watcher', ...allowed);
      expect(await run(at('watcher:hunter3'))).toMatchObject({ status: 'pass' });
    } finally {
      admin.disconnect();
    }
  });

  it('tells a port where nobody listens', async () => {
    const port = await freePort();
    expect(await run(`redis://127.0.0.1:${port}`)).toMatchObject({
      status: 'fail',
      observed: expect.stringContaining('ECONNREFUSED'),
      remedy: expect.stringContaining(`redis-cli -h 127.0.0.1 -p ${port} ping`),
    });
  });

  it('warns of a replica, on which nothing that is published reaches the others', () => {
    const info = { redis_version: '7.2.4', role: 'slave', master_host: '10.0.0.4', master_port: '6379' };
    expect(judge(info, 'at 10.0.0.5:6379')).toMatchObject({ status: 'warn', remedy: expect.stringContaining('10.0.0.4:6379') });
  });
});
