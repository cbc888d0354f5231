import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import check, { judge, neededBy } from '../../checks/redis-maxclients.js';
import { checkContext } from '../helpers/check-context.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis({ args: ['--maxclients', '20'] });
});
afterAll(() => server.end());

const run = () => check.run(checkContext({ redis: { url: server.url } }));

describe('redis-maxclients', () => {
  it('fails where Redis takes fewer than the criterion lets them become, until its remedy is applied', async () => {
    const result = await run();
    expect(result).toMatchObject({ status: 'fail', observed: '1 of 20 connections', expected: expect.stringContaining('at least 183') });
    const admin = new Redis(server.url);
    await admin.config('SET', 'maxclients', /CONFIG SET maxclients (\d+)/.exec(result.remedy ?? '')?.[1] ?? '');
    admin.disconnect();
    expect(await run()).toMatchObject({ status: 'pass' });
  });

  it.each([
    [{ connected: 4, limit: 10_000 }, 'pass'],
    [{ connected: 9_998, limit: 10_000 }, 'fail'],
    [{ connected: 4, limit: 182 }, 'fail'],
    [{ connected: 4, limit: Number.NaN }, 'error'],
  ])('%j: %s', (facts, status) => {
    expect(judge(facts, 183, 'redis-cli')).toMatchObject({ status });
  });

  it('reckons with a pool for each replica where no criterion says more', () => {
    const { config } = checkContext({ replicas: 4 });
    const resources = { ...config.criteria.resources, redisClients: null };
    expect(neededBy({ ...config, criteria: { ...config.criteria, resources } })).toBe(203);
  });
});
