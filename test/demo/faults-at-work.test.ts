import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseFault } from '../../src/demo/fault.js';
import { type Stack, startStack } from '../../src/demo/stack.js';
import { until } from '../helpers/until.js';
import { Client } from './client.js';

let stack: Stack;
let redis: Redis;
let doomed: Client;
const progress: string[] = [];

// Each fault on a replica of its own, so that one stack shows them all.
const FAULTS = [
  'listener-dies#1',
  'log-publish-failure#2',
  'unreadable-logs#3',
  'freeze=4000@10#3',
  'drop-publish#4',
  'slow-route=60000#4',
  'slow-login=3000#4',
  'crash@14#5',
];

beforeAll(async () => {
  stack = await startStack({ install: false, replicas: 5, faults: FAULTS.map(parseFault), onProgress: (line) => progress.push(line) });
  redis = new Redis(stack.redis.url);
  doomed = await open(5, 'temp_crash');
});

afterAll(async () => {
  redis?.disconnect();
  await stack?.stop();
});

const backend = (replica: number): Stack['backends'][number] => stack.backends[replica - 1] as Stack['backends'][number];
const origin = (replica: number, scheme: string): string => `${scheme}://${backend(replica).address}:${backend(replica).port}`;
const open = (replica: number, id: string): Promise<Client> => Client.open(`${origin(replica, 'ws')}/api/v1/ws/${id}`);
const canary = (id: string): Promise<number> =>
  redis.publish(stack.redis.channel, JSON.stringify({ target_user_id: id, message: { type: 'canary' }, timestamp: '' }));
const login = (replica: number): Promise<Response> =>
  fetch(`${origin(replica, 'http')}/api/v1/auth/login`, {
    method: 'POST',
    body: new URLSearchParams({ username: 'test123@test.com', password: 'password' }),
  });
const navigation = { type: 'start_navigation', origin: '강남', destination: '사당', disability_type: 'AUD' };
const listeners = async (): Promise<unknown> => ((await redis.pubsub('NUMSUB', stack.redis.channel)) as unknown[])[1];

describe('a fault', () => {
  it('freeze=MS@S stops its replica from answering for a while, and only that one', async () => {
    const [frozen, sound] = await Promise.all([open(3, 'temp_frozen'), open(2, 'temp_awake')]);
    await until('one reply that stays away while the other replica gives 300', async () => {
      const pong = frozen.ask({ type: 'ping' }, 'pong').then(() => 'answered');
      for (let ping = 0; ping < 300; ping++) await sound.ask({ type: 'ping' }, 'pong');
      const first = await Promise.race([pong, Promise.resolve('silent')]);
      await pong;
      return first === 'silent';
    });
    await Promise.all([frozen.close(), sound.close()]);
  });

  it('listener-dies takes one listener away for good, while /health stays 200', async () => {
    const log = (): Promise<string> => readFile(backend(1).log, 'utf8');
    await until('the line in the log', async () => (await log()).includes('Redis Pub/Sub 리스너 오류: '));
    expect((await fetch(`${origin(1, 'http')}/health`)).status).toBe(200);
    const user = await open(1, 'temp_deaf');
    await canary('temp_deaf');
    await user.ask({ type: 'ping' }, 'pong');
    expect(user.frames).toEqual([]);
    expect((await log()).match(/리스너 오류/g)).toHaveLength(1);
    await user.close();
  });

  it('log-publish-failure writes the line of a failed publish again and again', async () => {
    const failures = async (): Promise<number> =>
      (await readFile(backend(2).log, 'utf8')).match(/ - ERROR - 메시지 발행 실패: /g)?.length ?? 0;
    const before = await failures();
    await until('two more', async () => (await failures()) >= before + 2);
    expect(await readFile(backend(1).log, 'utf8')).not.toContain('메시지 발행 실패');
  });

  it('unreadable-logs names a log that is not there', () => {
    expect(existsSync(backend(3).log)).toBe(false);
    expect(existsSync(backend(2).log)).toBe(true);
  });

  it('drop-publish loses what comes for a user of its replica, though the replica listens', async () => {
    const [lossy, sound] = await Promise.all([open(4, 'temp_lossy'), open(2, 'temp_sound')]);
    await canary('temp_lossy');
    await canary('temp_sound');
    await sound.next('canary');
    await lossy.ask({ type: 'ping' }, 'pong');
    expect(lossy.frames).toEqual([]);
    await Promise.all([lossy.close(), sound.close()]);
  });

  it('slow-route=MS and slow-login=MS hold up routes and logins of their replica alone', async () => {
    const [slow, sound] = await Promise.all([open(4, 'temp_slow'), open(2, 'temp_fast')]);
    slow.socket.send(JSON.stringify(navigation));
    for (let route = 0; route < 3; route++) await sound.ask(navigation, 'route_calculated');
    expect(slow.frames).toEqual([]);
    const heldUp = login(4).then(() => 'the slow one');
    const others = (async () => {
      for (let time = 0; time < 3; time++) expect((await login(2)).status).toBe(200);
      return 'the others';
    })();
    expect(await Promise.race([heldUp, others])).toBe('the others');
    await heldUp;
    slow.socket.terminate();
    await sound.close();
  });

  it('crash@S ends its replica abruptly: 1006 for its users, and the others go on', async () => {
    expect(await doomed.closed()).toBe(1006);
    await until('the progress line', () => progress.includes('fastapi-5 ended (exit code 1)'));
    // Of five replicas one lost its listener and one has crashed.
    await until('three listeners', async () => (await listeners()) === 3);
    expect((await fetch(`${origin(2, 'http')}/health`)).status).toBe(200);
  });
});

describe('a Redis that is gone', () => {
  it('is told by /health with 503 and by NO_ACTIVE_SESSION, and its users stay connected', async () => {
    const user = await open(2, 'temp_no_redis');
    await user.ask(navigation, 'route_calculated');
    redis.disconnect();
    const pid = Number(/process_id:(\d+)/.exec(await readInfo())?.[1]);
    process.kill(pid, 'SIGKILL');
    await until('503', async () => (await fetch(`${origin(2, 'http')}/health`)).status === 503);
    expect(await user.ask({ type: 'location_update', latitude: 37.4979, longitude: 127.0276 }, 'error')).toMatchObject({
      code: 'NO_ACTIVE_SESSION',
    });
    await until('the progress line', () => progress.includes('redis-server ended (SIGKILL)'));
    expect(existsSync(join(stack.folder, 'redis'))).toBe(true);
    await user.close();
  });
});

async function readInfo(): Promise<string> {
  const client = new Redis(stack.redis.url);
  try {
    return await client.info('server');
  } finally {
    client.disconnect();
  }
}
