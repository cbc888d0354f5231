import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Stack, startStack } from '../../src/demo/stack.js';
import { until } from '../helpers/until.js';
import { Client } from './client.js';

let stack: Stack;
let redis: Redis;
let http: string;
const opened: Client[] = [];

beforeAll(async () => {
  stack = await startStack({ install: false, routeLatencyMs: 5, onProgress: () => undefined });
  redis = new Redis(stack.redis.url);
  http = stack.target.replace('ws:', 'http:');
});

// Each test finds the replicas empty.
afterEach(async () => {
  for (const client of opened.splice(0)) client.socket.terminate();
  for (const replica of [1, 2, 3]) await until(`replica ${replica} to be empty`, async () => (await connectionsOf(replica)) === 0);
});

afterAll(async () => {
  redis?.disconnect();
  await stack?.stop();
});

const post = (path: string, body: string, type: string): Promise<Response> =>
  fetch(`${http}/api/v1/auth/${path}`, { method: 'POST', body, headers: { 'content-type': type } });
const postJson = (path: string, body: object): Promise<Response> => post(path, JSON.stringify(body), 'application/json');
const login = (username: string, password: string): Promise<Response> =>
  post('login', new URLSearchParams({ username, password }).toString(), 'application/x-www-form-urlencoded');
const subject = (token: string): string => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sub;
const replicaUrl = (replica: number): string => `ws://${stack.backends[replica - 1]?.address}:${stack.backends[replica - 1]?.port}`;
const logOf = (replica: number): Promise<string> => readFile(stack.backends[replica - 1]?.log ?? '', 'utf8');

async function connectionsOf(replica: number): Promise<number> {
  const response = await fetch(`${replicaUrl(replica).replace('ws:', 'http:')}/health`);
  return ((await response.json()) as { connections: number }).connections;
}

async function tokens(account = 0): Promise<{ access_token: string; refresh_token: string; token_type: string }> {
  const { email = '', password = '' } = stack.accounts[account] ?? {};
  const response = await login(email, password);
  expect(response.status).toBe(200);
  return (await response.json()) as { access_token: string; refresh_token: string; token_type: string };
}

async function open(path: string, origin = stack.target, options: Parameters<typeof Client.open>[1] = {}): Promise<Client> {
  const client = await Client.open(`${origin}/api/v1/ws/${path}`, options);
  opened.push(client);
  return client;
}

const navigation = { type: 'start_navigation', origin: '강남', destination: '홍대입구', disability_type: 'PHY' };

describe('the HTTP side of the stack', () => {
  it('logs in each of the accounts, and nobody with a wrong password', async () => {
    for (const index of stack.accounts.keys()) expect((await tokens(index)).token_type).toBe('bearer');
    expect((await login('test123@test.com', 'wrong')).status).toBe(401);
    expect((await login('nobody@test.com', 'password')).status).toBe(401);
    expect((await post('login', 'username=', 'application/x-www-form-urlencoded')).status).toBe(422);
  });

  it('tells the owner of a token who they are, and gives a new pair for a refresh token', async () => {
    const pair = await tokens();
    const fresh = await postJson('refresh', { refresh_token: pair.refresh_token });
    const { access_token: token } = (await fresh.json()) as { access_token: string };
    const me = await fetch(`${http}/api/v1/auth/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(await me.json()).toMatchObject({ user_id: subject(pair.access_token), email: 'test123@test.com', is_active: true });
    expect((await fetch(`${http}/api/v1/auth/me`)).status).toBe(401);
    expect((await postJson('refresh', { refresh_token: pair.access_token })).status).toBe(401);
  });

  it('registers an e-mail once, known at every replica', async () => {
    const person = { email: 'new@test.com', password: 'secret', username: 'new', disability_type: 'VIS' };
    expect((await postJson('register', person)).status).toBe(201);
    expect((await postJson('register', person)).status).toBe(400);
    expect((await postJson('register', { ...person, email: 'no e-mail' })).status).toBe(422);
    for (const replica of [1, 2, 3]) {
      const origin = replicaUrl(replica).replace('ws:', 'http:');
      const response = await fetch(`${origin}/api/v1/auth/login`, {
        method: 'POST',
        body: new URLSearchParams({ username: person.email, password: person.password }),
      });
      expect(response.status).toBe(200);
    }
  });

  it('is healthy, and knows no other path', async () => {
    expect((await fetch(`${http}/health`)).status).toBe(200);
    expect((await fetch(`${http}/elsewhere`)).status).toBe(404);
  });

  it('serves the status page of nginx, and files that say how it is set up', async () => {
    expect(await (await fetch(stack.nginx.statusUrl)).text()).toMatch(/^Active connections: \d+/);
    expect(await readFile(stack.nginx.config, 'utf8')).toMatch(/upstream fastapi_backend \{\s+ip_hash;/);
    expect(await readFile(stack.envFile, 'utf8')).toMatch(/^REDIS_PUBSUB_ENABLED=true$/m);
    expect(await redis.config('GET', 'maxmemory*')).toEqual(expect.arrayContaining(['536870912', 'allkeys-lru']));
    expect((await redis.config('GET', 'client-output-buffer-limit')) as string[]).toEqual(
      expect.arrayContaining([expect.stringContaining('pubsub 33554432 8388608 60')]),
    );
  });
});

describe('a WebSocket of the stack', () => {
  it('answers every message of the protocol', async () => {
    const user = await open('temp_protocol');
    const route = await user.ask(navigation, 'route_calculated');
    expect(route).toMatchObject({ origin: '강남', destination: '홍대입구', selected_route_rank: 1 });
    const here = { latitude: 37.4979, longitude: 127.0276, accuracy: 10 };
    expect(await user.ask({ type: 'location_update', ...here, route_id: route.route_id }, 'navigation_update')).toMatchObject({
      current_station_name: '강남',
    });
    expect(await user.ask({ type: 'location_update', latitude: 37.5572, longitude: 126.9245 }, 'arrival')).toMatchObject({
      destination: '홍대입구',
    });
    await user.ask({ type: 'location_update', latitude: 37.3, longitude: 127 }, 'route_deviation');
    await user.ask({ type: 'ping' }, 'pong');
    expect(await user.ask({ type: 'switch_route', target_rank: 2 }, 'route_switched')).toMatchObject({ selected_route_rank: 2 });
    const again = await user.ask({ type: 'recalculate_route', ...here, disability_type: 'PHY' }, 'route_recalculated');
    expect(again.route_id).not.toBe(route.route_id);
    user.socket.send(JSON.stringify({ type: 'end_navigation' }));
    expect(await user.ask({ type: 'end_navigation' }, 'error')).toMatchObject({ code: 'NO_ACTIVE_SESSION' });
    expect(user.frames).toEqual([]);
  });

  it('answers what it cannot do with the code for it, and stays open', async () => {
    const user = await open('temp_errors');
    const code = async (message: object): Promise<unknown> => (await user.ask(message, 'error')).code;
    const here = { latitude: 37.5, longitude: 127 };
    expect(await code({ type: 'dance' })).toBe('UNKNOWN_MESSAGE_TYPE');
    expect(await code({})).toBe('UNKNOWN_MESSAGE_TYPE');
    expect(await code({ type: 'location_update', ...here })).toBe('NO_ACTIVE_SESSION');
    expect(await code({ type: 'location_update' })).toBe('MISSING_LOCATION');
    expect(await code({ type: 'location_update', latitude: 'north', longitude: 127 })).toBe('INVALID_LOCATION');
    expect(await code({ ...navigation, disability_type: 'XXX' })).toBe('INVALID_PARAMETERS');
    expect(await code({ ...navigation, origin: undefined })).toBe('INVALID_PARAMETERS');
    expect(await code({ ...navigation, origin: '평양' })).toBe('ROUTE_CALCULATION_ERROR');
    expect(await code({ type: 'switch_route', target_rank: 4 })).toBe('INVALID_PARAMETERS');
    await user.ask(navigation, 'route_calculated');
    expect(await code({ type: 'location_update', ...here, route_id: 'another' })).toBe('ROUTE_ID_MISMATCH');
    await user.ask({ type: 'ping' }, 'pong');
  });

  it('answers many messages that were sent at once in their order', async () => {
    const user = await open('temp_order');
    const asked = [
      navigation,
      { type: 'ping' },
      { type: 'location_update', latitude: 37.4979, longitude: 127.0276 },
      navigation,
      { type: 'ping' },
    ];
    for (const message of asked) user.socket.send(JSON.stringify(message));
    await until('five replies', () => user.frames.length === asked.length);
    expect(user.frames.map((frame) => frame.type)).toEqual(['route_calculated', 'pong', 'navigation_update', 'route_calculated', 'pong']);
  });

  it.each([
    ['no JSON', 'hello'],
    ['an array', '[1]'],
    ['a binary frame', Buffer.from('{}')],
  ])('answers %s with an error and closes with 1000', async (_, frame) => {
    const user = await open(`temp_bad_${Math.random().toString(36).slice(2)}`);
    user.socket.send(frame);
    await user.next('error');
    expect(await user.closed()).toBe(1000);
  });

  it('closes with 1009 on a frame over 16 MiB', async () => {
    const user = await open('temp_large');
    user.socket.send(Buffer.alloc(16 * 1024 * 1024 + 1, ' ').toString());
    expect(await user.closed()).toBe(1009);
  });

  it('takes the owner of a token, and answers everybody else with HTTP 403', async () => {
    const { access_token: token } = await tokens(1);
    const id = subject(token);
    const user = await open(`${id}?token=${token}`);
    await user.ask({ type: 'ping' }, 'pong');
    await open(id, stack.target, { headers: { authorization: `Bearer ${token}` } });
    const refused = [`loadtest_1?token=${token}`, id, `${id}?token=${token}x`, `temp_1/more?token=${token}`];
    for (const path of refused) await expect(open(path)).rejects.toThrow('Unexpected server response: 403');
  });

  it('replaces an older connection of the same user on the same replica', async () => {
    const first = await open('temp_twice', replicaUrl(1));
    const second = await open('temp_twice', replicaUrl(1));
    expect(await first.next('disconnected')).toMatchObject({ code: 'DUPLICATE_CONNECTION' });
    expect(await first.closed()).toBe(1000);
    expect(await second.ask({ type: 'ping' }, 'pong')).toBeDefined();
    expect(await logOf(1)).toMatch(/ - WARNING - 중복 연결 감지: temp_twice, /);
  });

  it('keeps the session when the user comes back on another replica', async () => {
    const before = await open('temp_moves', replicaUrl(1));
    const { route_id } = await before.ask(navigation, 'route_calculated');
    await before.close();
    const after = await open('temp_moves', replicaUrl(2));
    await after.ask({ type: 'location_update', latitude: 37.4979, longitude: 127.0276, route_id }, 'navigation_update');
  });

  it('refuses the 1,001st user of a replica with HTTP 403 and says why in its log', { timeout: 60_000 }, async () => {
    await until(
      'an empty replica',
      async () => (await logOf(3)).trimEnd().endsWith('0개') || !(await logOf(3)).includes('클라이언트 연결:'),
    );
    const users: Client[] = [];
    for (let batch = 0; batch < 20; batch++) {
      users.push(...(await Promise.all(Array.from({ length: 50 }, (_, index) => open(`temp_full_${batch}_${index}`, replicaUrl(3))))));
    }
    await expect(open('temp_one_too_many', replicaUrl(3))).rejects.toThrow('Unexpected server response: 403');
    const log = await logOf(3);
    expect(log).toContain('총 1000/1000 개 연결');
    expect(log).toMatch(/연결 거부\(한계 도달\): temp_one_too_many/);
    await Promise.all(users.map((user) => user.close()));
    await until('room again', async () => (await connectionsOf(3)) === 0);
    await open('temp_room_again', replicaUrl(3));
  });
});

describe('the replicas together', () => {
  it('all listen to the channel and hand a message to its user wherever they are, once', async () => {
    expect(await redis.pubsub('NUMSUB', stack.redis.channel)).toEqual([stack.redis.channel, 3]);
    const users = await Promise.all([1, 2, 3].map((replica) => open(`temp_canary_${replica}`, replicaUrl(replica))));
    for (const [index, user] of users.entries()) {
      const envelope = {
        target_user_id: `temp_canary_${index + 1}`,
        message: { type: 'canary', index },
        timestamp: new Date().toISOString(),
      };
      expect(await redis.publish(stack.redis.channel, JSON.stringify(envelope))).toBe(3);
      expect(await user.next('canary')).toEqual({ type: 'canary', index });
    }
    await Promise.all(users.map((user) => user.ask({ type: 'ping' }, 'pong')));
    expect(users.flatMap((user) => user.frames)).toEqual([]);
  });

  it('pass the reply for a user who has moved meanwhile on through Redis', async () => {
    const listener = new Redis(stack.redis.url);
    const published: string[] = [];
    listener.on('message', (_channel, message) => published.push(message));
    await listener.subscribe(stack.redis.channel);
    const gone = await open('temp_leaves', replicaUrl(1));
    gone.socket.send(JSON.stringify(navigation));
    gone.socket.terminate();
    const envelope = JSON.parse(await until('an envelope', () => published[0]));
    expect(envelope).toMatchObject({ target_user_id: 'temp_leaves', message: { type: 'route_calculated' } });
    listener.disconnect();
  });

  it('share users from the source addresses evenly', async () => {
    const users = await Promise.all(
      stack.sourceAddresses.slice(0, 30).map((localAddress, index) => open(`temp_spread_${index}`, stack.target, { localAddress })),
    );
    expect(users).toHaveLength(30);
    const logs = await Promise.all([1, 2, 3].map(logOf));
    expect(logs.map((log) => log.match(/게스트 연결 허용: temp_spread_/g)?.length)).toEqual([10, 10, 10]);
  });

  it('write one line for each calculated route, in the wording and with the prefix of the target', async () => {
    const lines = async (): Promise<string[]> =>
      (await Promise.all([1, 2, 3].map(logOf)))
        .join('')
        .split('\n')
        .filter((line) => line.includes('경로 계산 완료'));
    const before = (await lines()).length;
    const user = await open('temp_log');
    const ids: unknown[] = [];
    for (let route = 0; route < 5; route++) ids.push((await user.ask(navigation, 'route_calculated')).route_id);
    const written = await lines();
    expect(written).toHaveLength(before + 5);
    for (const id of ids) {
      const own = written.filter((line) => line.includes(String(id)));
      expect(own).toEqual([
        expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - [\w.]+ - INFO - 경로 계산 완료: route_id=[\w-]{36}, \d개 경로 반환$/),
      ]);
    }
    const all = (await Promise.all([1, 2, 3].map(logOf))).join('');
    expect(all).toMatch(/ - INFO - METRICS: \{"event": "route_calculation", "cache_hit": true/);
    expect(all).not.toMatch(/메시지 발행 실패|리스너 오류/);
    expect(all).not.toContain('token=');
  });
});

describe('a stack that is stopped', () => {
  it('leaves no folder behind, however often it is told', async () => {
    const short = await startStack({ install: false, replicas: 1, onProgress: () => undefined });
    expect(existsSync(short.folder)).toBe(true);
    await Promise.all([short.stop(), short.stop()]);
    await short.stop();
    expect(existsSync(short.folder)).toBe(false);
  });
});
