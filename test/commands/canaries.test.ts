import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Canaries } from '../../src/canary/canaries.js';
import { openRedis, type RedisClient } from '../../src/clients/redis.js';
import { canaryMark, canaryRound, startCanariesFor } from '../../src/commands/canaries.js';
import type { Config } from '../../src/config/config.js';
import { loadConfig } from '../../src/config/load.js';
import { type Stack, startStack } from '../../src/demo/stack.js';
import type { CanarySecond, NewEvent } from '../../src/journal/event.js';
import type { Identities } from '../../src/load/identities.js';
import type { Load } from '../../src/load/load.js';
import { until } from '../helpers/until.js';

// Workers run what was built.
const BUILT = new URL('../../dist/src/load/load.js', import.meta.url).href;
const { startLoad } = (await import(BUILT)) as typeof import('../../src/load/load.js');

const RUN = 'run-1';
const USERS = 30;
const identities: Identities = { kind: 'guests', prefix: 'temp_canary_' };
const never = new AbortController().signal;

let stack: Stack;
let config: Config;
let publisher: RedisClient;
let admin: Redis;
beforeAll(async () => {
  stack = await startStack({ install: false, onProgress: () => {} });
  const { redis, sourceAddresses, target } = stack;
  const loaded = loadConfig({ flags: {}, env: {}, base: { target, redis } }).config;
  config = {
    ...loaded,
    sourceAddresses,
    stages: [{ name: 'one', users: USERS, spawnRate: 1000, untilSeconds: 600 }],
    thinkTimeSeconds: [0.2, 0.4],
    canary: {
      perSecond: 30,
      limitMs: 10_000,
      lostAfterMs: 3_000,
      envelope: { target_user_id: '{user}', message: { type: 'loadwitness_canary', canary: '{canary}' }, timestamp: '{time}' },
      at: 'canary',
    },
  };
  admin = new Redis(stack.redis.url);
});
afterAll(async () => {
  admin?.disconnect();
  await stack?.stop();
});

let events: NewEvent[];
beforeEach(() => {
  events = [];
  publisher = openRedis(stack.redis);
});
let load: Load | undefined;
let canaries: Canaries | undefined;
afterEach(async () => {
  load?.stop();
  await load?.ended;
  await canaries?.stop();
  load = canaries = undefined;
  await publisher.close();
});

const seconds = (): CanarySecond[] => events.filter((event) => event.type === 'canary.second') as CanarySecond[];
const sum = (pick: (second: CanarySecond) => number): number => seconds().reduce((total, second) => total + pick(second), 0);
const setting = () => ({ config, runId: RUN, publisher, emit: (event: NewEvent) => events.push(event) });

async function begin(kind: 'threads' | 'processes'): Promise<void> {
  const layout = { kind, workers: 2, mostUsers: 1000 };
  load = await startLoad(config, identities, 1, layout, (event) => events.push(event), canaryMark(config, RUN, 'load'));
  await until('all users', () => {
    const connected = events.flatMap((event) => (event.type === 'load.second' ? [event] : [])).slice(-2);
    return connected.reduce((users, second) => users + second.users.connected, 0) === USERS;
  });
  canaries = startCanariesFor(load, setting());
}

describe('canaries on the embedded target', () => {
  it('all arrive once before the load, at listeners on all source addresses', async () => {
    const said: string[] = [];
    await canaryRound('before', { ...setting(), identities, say: (line) => said.push(line) }, never);
    expect(said).toEqual([]);
    expect(sum(({ published }) => published)).toBe(40);
    expect(sum(({ received }) => received)).toBe(40);
    expect(seconds().every(({ phase, subscribers = 3 }) => phase === 'before' && subscribers === 3)).toBe(true);
  });

  it('that are due while nobody can be connected are evidence, and so is the reason', async () => {
    const said: string[] = [];
    const nowhere = { ...setting(), config: { ...config, target: 'ws://127.0.0.1:9' } };
    await canaryRound('after', { ...nowhere, identities, say: (line) => said.push(line) }, never);
    expect(said).toEqual(['canaries after the load: a listener could not be connected: connect ECONNREFUSED']);
    expect(sum(({ unaddressed }) => unaddressed)).toBe(4);
    expect(sum(({ published }) => published)).toBe(0);
  });

  it.each(['threads', 'processes'] as const)('all arrive once at users in %s, and are no pushes', async (kind) => {
    await begin(kind);
    await until('one for each user', () => sum(({ received }) => received) >= 2 * USERS);
    load?.stop();
    await load?.ended;
    await canaries?.stop();
    expect(sum(({ published }) => published)).toBe(sum(({ received, withdrawn }) => received + withdrawn));
    expect(sum(({ lost, late, duplicates, reordered }) => lost + late + duplicates + reordered)).toBe(0);
    expect(seconds().flatMap(({ failures }) => Object.keys(failures))).toEqual([]);
    const pushes = events.flatMap((event) => (event.type === 'load.second' ? Object.keys(event.pushes) : []));
    expect([...new Set(pushes)]).toEqual(['connected']);
  });

  it('of one backend are lost when its subscription is killed, and the journal tells it and whose they were', async () => {
    await begin('threads');
    await until('arrivals', () => sum(({ received }) => received) > 0);
    const [line] = ((await admin.call('CLIENT', 'LIST', 'TYPE', 'pubsub')) as string).split('\n');
    await admin.call('CLIENT', 'KILL', 'ID', String(/^id=(\d+)/.exec(line ?? '')?.[1]));
    await until('a number of fates that says something', () => sum(({ lost }) => lost) >= USERS);
    await canaries?.stop();
    const settled = seconds().filter(({ lost }) => lost > 0);
    const lostBy: Record<string, number> = Object.assign({}, ...settled.map((second) => second.lostBy));
    // Every third address goes to the same backend.
    const positions = Object.keys(lostBy).map((address) => stack.sourceAddresses.indexOf(address) % 3);
    expect(Object.keys(lostBy)).toHaveLength(USERS / 3);
    expect(new Set(positions).size).toBe(1);
    expect(seconds().some(({ subscribers }) => subscribers === 2)).toBe(true);
    expect(sum(({ late, duplicates, reordered }) => late + duplicates + reordered)).toBe(0);
    const healthy = await Promise.all(stack.backends.map(({ address, port }) => fetch(`http://${address}:${port}/health`)));
    expect(healthy.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('fail while Redis stands still, which ends nothing, and go on with it', async () => {
    await begin('threads');
    await until('arrivals', () => sum(({ received }) => received) > 0);
    const pid = Number(/process_id:(\d+)/.exec(await admin.info('server'))?.[1]);
    process.kill(pid, 'SIGSTOP');
    try {
      await until('failures', () => seconds().some(({ failures }) => Object.keys(failures).length > 0));
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    const before = sum(({ received }) => received);
    await until('arrivals again', () => sum(({ received }) => received) > before + 20);
  });
});
