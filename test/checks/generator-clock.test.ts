import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import check, { judgeClocks } from '../../checks/generator-clock.js';
import type { ConfigLayer } from '../../src/config/layer.js';
import { checkContext } from '../helpers/check-context.js';
import { freePort } from '../helpers/free-port.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A target whose clock is so many ms ahead; undefined: it tells no time. */
async function targetAhead(ms: number | undefined): Promise<string> {
  const server = createServer((_, response) => {
    response.sendDate = false;
    response.writeHead(200, ms === undefined ? {} : { date: new Date(Date.now() + ms).toUTCString() }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis?.end());

const run = async (ms: number | undefined, layer: ConfigLayer = {}) => check.run(checkContext({ target: await targetAhead(ms), ...layer }));
const withRedis = (url: string): ConfigLayer => ({ redis: { url, channel: 'c' } });

describe('generator-clock', () => {
  it('passes where the clocks agree, with how exactly that is known', async () => {
    expect(await run(0, withRedis(redis.url))).toMatchObject({
      status: 'pass',
      observed: expect.stringMatching(
        /^the target is \d\.\d s (ahead|behind), ±\d\.\d s; Redis is \d\.\d{3} s (ahead|behind), ±\d\.\d{3} s$/,
      ),
    });
  });

  it.each([
    [60_000, /^the target is (59|60|61)\.\d s ahead/],
    [-60_000, /^the target is (58|59|60|61)\.\d s behind/],
  ])('warns of a target that is %d ms ahead', async (ms, observed) => {
    expect(await run(ms)).toMatchObject({
      status: 'warn',
      observed: expect.stringMatching(observed),
      remedy: expect.stringContaining('timedatectl'),
    });
  });

  it('leaves it to others that Redis does not answer', async () => {
    const result = await run(0, withRedis(`redis://127.0.0.1:${await freePort()}`));
    expect(result).toMatchObject({ status: 'pass', observed: expect.stringMatching(/; Redis does not tell the time: /) });
  });

  it('is no pass where no clock can be read', async () => {
    expect(await run(undefined)).toMatchObject({ status: 'error', observed: expect.stringMatching(/has no Date/) });
  });

  it('never takes for wrong what only cannot be told', () => {
    const reading = { source: 'Redis', offsetMs: 1_900, uncertaintyMs: 1_000, sourceTime: 0 };
    expect(judgeClocks([reading]).status).toBe('pass');
    expect(judgeClocks([{ ...reading, uncertaintyMs: 899 }]).status).toBe('warn');
    expect(judgeClocks([{ ...reading, offsetMs: -1_900, uncertaintyMs: 899 }]).status).toBe('warn');
  });
});
