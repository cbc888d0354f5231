import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import check, { judge } from '../../checks/redis-memory.js';
import { checkContext } from '../helpers/check-context.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';

const MIB = 1024 * 1024;
let server: RedisServer;
let admin: Redis;

beforeAll(async () => {
  server = await startRedis({ args: ['--maxmemory', '512mb', '--maxmemory-policy', 'allkeys-lru'] });
  admin = new Redis(server.url);
});
afterAll(async () => {
  admin.disconnect();
  await server.end();
});

const run = () => check.run(checkContext({ redis: { url: server.url } }));

describe('redis-memory', () => {
  it("passes with the guide's limit, and says what happens at it", async () => {
    expect(await run()).toMatchObject({
      status: 'pass',
      observed: expect.stringMatching(
        /^[\d.]+ MiB of 512\.0 MiB used \([\d.]+ %\), at the limit keys are dropped, sessions among them \(allkeys-lru\)$/,
      ),
    });
  });

  it('warns without a limit, and its remedy sets one', async () => {
    await admin.config('SET', 'maxmemory', '0');
    const result = await run();
    expect(result).toMatchObject({ status: 'warn', observed: expect.stringMatching(/^no maxmemory; [\d.]+ MiB used$/) });
    const [, name, value] = /CONFIG SET (\S+) (\S+)$/.exec(result.remedy ?? '') ?? [];
    await admin.config('SET', name ?? '', value ?? '');
    expect(await run()).toMatchObject({ status: 'pass' });
  });

  it('fails when it is nearly full, and its remedy gives it more', async () => {
    await admin.config('SET', 'maxmemory', String(Number(/used_memory:(\d+)/.exec(await admin.info('memory'))?.[1]) + 16_384));
    const result = await run();
    expect(result).toMatchObject({ status: 'fail' });
    const [, name, value] = /CONFIG SET (\S+) (\S+)$/.exec(result.remedy ?? '') ?? [];
    await admin.config('SET', name ?? '', value ?? '');
    expect(await run()).toMatchObject({ status: 'pass' });
  });

  it.each([
    [70, 'pass'],
    [75, 'warn'],
    [89, 'warn'],
    [90, 'fail'],
    [101, 'fail'],
  ])('at %s %% of it: %s', (share, status) => {
    const info = { maxmemory: String(100 * MIB), used_memory: String(share * MIB), maxmemory_policy: 'noeviction', evicted_keys: '3' };
    const result = judge(info, 'redis-cli');
    expect(result).toMatchObject({ status });
    expect(result.observed).toMatch(/writes fail \(noeviction\); 3 keys were dropped since its start$/);
  });
});
