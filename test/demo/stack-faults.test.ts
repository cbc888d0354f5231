import { readFile } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { parseFault } from '../../src/demo/fault.js';
import { type Stack, startStack } from '../../src/demo/stack.js';
import { UsageError } from '../../src/errors.js';
import { until } from '../helpers/until.js';
import { Client } from './client.js';

let stack: Stack | undefined;
afterEach(async () => {
  await stack?.stop();
  stack = undefined;
});

const start = async (...faults: string[]): Promise<Stack> => {
  stack = await startStack({ install: false, faults: faults.map(parseFault), onProgress: () => undefined });
  return stack;
};
const address = ({ backends }: Stack, replica: number): string => `${backends[replica - 1]?.address}:${backends[replica - 1]?.port}`;
const navigation = { type: 'start_navigation', origin: '강남', destination: '사당', disability_type: 'PHY' };

describe('a fault of what the replicas share', () => {
  it('full-redis@S pushes the sessions of those out who pause', async () => {
    const { redis: config, target } = await start('full-redis@0');
    const redis = new Redis(config.url);
    const user = await Client.open(`${target}/api/v1/ws/temp_1`);
    await user.ask(navigation, 'route_calculated');
    await until('evicted keys', async () => /evicted_keys:[1-9]/.test(await redis.info('stats')));
    await until('the end of the session', async () => (await redis.exists('session:temp_1')) === 0);
    await user.close();
    redis.disconnect();
  });

  it('stale-upstream has nginx go on with an address at which nobody is', async () => {
    const { nginx, backends, target } = await start('stale-upstream#2', 'worker-connections=64', 'one-address');
    const text = await readFile(nginx.config, 'utf8');
    const [first, second, third] = backends.map(({ address: host, port }) => `server ${host}:${port};`);
    expect([first, second, third].map((server) => text.includes(server as string))).toEqual([true, false, true]);
    expect(text).toContain('worker_connections 64;');
    expect(stack?.sourceAddresses).toHaveLength(1);
    // Some of these it would give to the second.
    for (let n = 1; n <= 9; n++) {
      const user = await Client.open(`${target}/api/v1/ws/temp_${n}`, { localAddress: `127.0.${n}.1` });
      await user.close();
    }
    expect(await readFile(nginx.errorLog, 'utf8')).toContain('(111: Connection refused) while connecting to upstream');
  });

  it('max-connections=N, short-tokens=S, login-storm=N@S and no-worker befall the replicas', async () => {
    const up = await start('max-connections=1#1', 'short-tokens=1', 'login-storm=2@0#3', 'no-worker');
    const [one, two] = [`ws://${address(up, 1)}/api/v1/ws/`, `ws://${address(up, 2)}/api/v1/ws/`];
    const user = await Client.open(`${one}temp_1`);
    await expect(Client.open(`${one}temp_2`)).rejects.toThrow('403');
    await user.ask(navigation, 'route_calculated');
    const redis = new Redis(up.redis.url, { db: 1 });
    await until('a job', async () => (await redis.llen('celery')) > 0);
    expect(up.redis.lists).toEqual(['1/celery']);
    redis.disconnect();
    const http = `http://${address(up, 2)}/api/v1/auth`;
    const login = await fetch(`${http}/login`, {
      method: 'POST',
      body: new URLSearchParams({ username: 'test123@test.com', password: 'password' }),
    });
    const { access_token: token, refresh_token } = (await login.json()) as Record<string, string>;
    const { sub } = JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString());
    await until('the end of the token', async () => {
      const refused = await Client.open(`${two}${sub}?token=${token}`).then(
        (opened) => opened.close().then(() => false),
        () => true,
      );
      return refused;
    });
    const body = JSON.stringify({ refresh_token });
    expect((await fetch(`${http}/refresh`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })).status).toBe(503);
    await until('somebody else’s login', async () => (await readFile(up.backends[2]?.log ?? '', 'utf8')).includes('로그인 성공'));
    await user.close();
  });

  it.each([
    ['crash@5#4', 'there are only 3 replicas'],
    ['short-tokens=0', 'a token lasts a second at least'],
    ['worker-connections=4', 'nginx needs 8 at least'],
  ])('refuses %s', async (fault, reason) => {
    const starting = start(fault);
    await expect(starting).rejects.toThrow(UsageError);
    await expect(starting).rejects.toThrow(reason);
  });
});
