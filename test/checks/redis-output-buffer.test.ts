import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import check, { judge, messagesPerSecond, parseLimit } from '../../checks/redis-output-buffer.js';
import { checkContext } from '../helpers/check-context.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';

const SETTING = 'client-output-buffer-limit';
const MIB = 1024 * 1024;
let server: RedisServer;
let admin: Redis;

beforeAll(async () => {
  server = await startRedis({ args: [`--${SETTING}`, 'pubsub', '32mb', '8mb', '60'] });
  admin = new Redis(server.url);
});
afterAll(async () => {
  admin.disconnect();
  await server.end();
});

const run = () => check.run(checkContext({ redis: { url: server.url } }));

describe('redis-output-buffer', () => {
  it("passes with the limit of the guide's Redis", async () => {
    expect(await run()).toMatchObject({ status: 'pass', observed: `${SETTING} pubsub 32mb 8mb 60` });
  });

  it.each([
    ['pubsub 64kb 16kb 60', 'fail'],
    ['pubsub 0 0 0', 'warn'],
  ])('with "%s": %s, until its remedy is applied', async (value, status) => {
    await admin.config('SET', SETTING, value);
    const result = await run();
    expect(result).toMatchObject({ status });
    await admin.config('SET', SETTING, /CONFIG SET \S+ "(.*)"$/.exec(result.remedy ?? '')?.[1] ?? '');
    expect(await run()).toMatchObject({ status: 'pass' });
  });

  it.each([
    [{ hard: 2 * MIB, soft: 0, softSeconds: 0 }, 100, 'pass'],
    [{ hard: 2 * MIB, soft: 0, softSeconds: 0 }, 1000, 'fail'],
    [{ hard: 0, soft: MIB, softSeconds: 60 }, 1000, 'pass'],
    [{ hard: 0, soft: MIB, softSeconds: 5 }, 1000, 'fail'],
    [{ hard: 512 * 1024, soft: 0, softSeconds: 0 }, 1, 'fail'],
  ])('%j at %s messages a second: %s', (limit, perSecond, status) => {
    expect(judge(limit, perSecond, 'redis-cli')).toMatchObject({ status });
  });

  it('reads its part of the setting', () => {
    expect(parseLimit('normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60')).toEqual({
      hard: 32 * MIB,
      soft: 8 * MIB,
      softSeconds: 60,
    });
    expect(parseLimit('')).toBeUndefined();
  });

  it('reckons with every task of every user of the highest stage', () => {
    const { config } = checkContext({ redis: { url: server.url } });
    expect(messagesPerSecond(config)).toBe(1000 / 4 + 10);
  });
});
