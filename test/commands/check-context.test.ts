import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import accountsLogin from '../../checks/accounts-login.js';
import evidenceDisk from '../../checks/evidence-disk.js';
import generatorAddresses from '../../checks/generator-addresses.js';
import generatorClock from '../../checks/generator-clock.js';
import generatorCpuMemory from '../../checks/generator-cpu-memory.js';
import generatorDescriptors from '../../checks/generator-descriptors.js';
import generatorPorts from '../../checks/generator-ports.js';
import identityCapacity from '../../checks/identity-capacity.js';
import identityMatchesToken from '../../checks/identity-matches-token.js';
import { targetProduction } from '../../checks/target-production.js';
import targetReachable from '../../checks/target-reachable.js';
import taskRoundTrips from '../../checks/task-round-trips.js';
import tokenLifetime from '../../checks/token-lifetime.js';
import { openRedis, type RedisClient } from '../../src/clients/redis.js';
import { createAuth } from '../../src/commands/auth.js';
import { createCheckContext } from '../../src/commands/check-context.js';
import type { Config } from '../../src/config/config.js';
import type { ConfigLayer } from '../../src/config/layer.js';
import { loadConfig } from '../../src/config/load.js';
import { type Stack, startStack } from '../../src/demo/stack.js';
import type { Auth } from '../../src/load/identities/auth.js';
import type { CheckContext } from '../../src/preflight/check.js';
import { runPreflight } from '../../src/preflight/runner.js';

const SECRET = 'what only the stack and this test know';
const ENV = { LOADWITNESS_JWT_SECRET: SECRET };
const never = new AbortController().signal;
/** Enough to be too short for the guide's 25 minutes. */
const TOKEN_SECONDS = 300;

let stack: Stack;
let redis: RedisClient;
let folder: string;
beforeAll(async () => {
  stack = await startStack({ install: false, jwtSecret: SECRET, accessTokenSeconds: TOKEN_SECONDS, onProgress: () => {} });
  redis = openRedis(stack.redis);
  folder = await mkdtemp(join(tmpdir(), 'loadwitness-context-'));
});
afterAll(async () => {
  await redis?.close();
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** How much the backends have written, to look only at what is new. */
let offsets: number[];
let secrets: string[];
beforeEach(() => {
  offsets = stack.backends.map(({ log }) => readFileSync(log).length);
  secrets = [];
});

const news = (): string => stack.backends.map(({ log }, index) => readFileSync(log).subarray(offsets[index]).toString()).join('');
const count = (text: string): number => news().split(text).length - 1;

function configure(layer: ConfigLayer): Config {
  const { target, sourceAddresses, accounts } = stack;
  const base = { target, sourceAddresses, accounts, redis: stack.redis, identity: 'accounts' as const, ...layer };
  return loadConfig({ flags: {}, env: ENV, base }).config;
}

function contextOf(
  layer: ConfigLayer = {},
  changes: { auth?: (auth: Auth) => Auth; config?: (config: Config) => Config } = {},
): CheckContext {
  const { auth: change = (auth) => auth, config: adapt = (one) => one } = changes;
  const config = adapt(configure(layer));
  const auth = change(createAuth(config));
  const options = { config, auth, redis, env: ENV, out: folder, yes: false };
  return createCheckContext({ ...options, onSecret: (secret) => secrets.push(secret) }, never);
}

const plan = (users: number): ConfigLayer => ({ stages: [{ name: 's', users, spawnRate: 1, untilSeconds: 1500 }] });

describe('the context of the checks', () => {
  it('logs each account in once, whoever asks and how many at the same time', async () => {
    const { login, identities, roundTrips, canaries, secondSocket, config } = contextOf();
    const [account] = config.accounts;
    if (!account) throw new Error('no account');
    await login(account, never);
    await Promise.all([identities(2, never), identities(5, never), roundTrips(never), canaries(never), secondSocket(never)]);
    expect(count('로그인 성공')).toBe(5);
    expect(new Set(secrets).size).toBeGreaterThanOrEqual(10);
  });

  it('tells who the users will be, by what their tokens can be renewed and where they connect', async () => {
    const [first, ...others] = await contextOf().identities(3, never);
    expect(others).toHaveLength(2);
    expect(first).toMatchObject({ renewal: 'refresh', path: `/api/v1/ws/${first?.id}` });
    expect(secrets).toContain(first?.token);
    const guests = await contextOf({ identity: 'guests' }).identities(2, never);
    expect(guests).toEqual([0, 1].map((n) => ({ id: expect.stringMatching(`^temp_preflight-.*_${n}$`), path: expect.any(String) })));
    const minted = await contextOf({ identity: 'minted' }).identities(1, never);
    expect(minted).toMatchObject([{ renewal: 'sign', token: expect.stringMatching(/^eyJ/) }]);
    expect(await contextOf(plan(2)).identities(9, never)).toHaveLength(2);
  });

  it('makes no more registered accounts than the canaries need, which the run finds again', async () => {
    const registered = { file: join(folder, 'accounts.json'), perSecond: 50 };
    const { canaries, roundTrips } = contextOf({ identity: 'registered', registered, loginsPerSecond: 50 });
    await Promise.all([roundTrips(never), canaries(never)]);
    expect(JSON.parse(readFileSync(registered.file, 'utf8')).accounts).toHaveLength(3);
  });

  it('does each task on a socket of its own, and sums up canaries of at most seven users', async () => {
    const { roundTrips, canaries } = contextOf({ identity: 'guests' });
    const [trips, round] = await Promise.all([roundTrips(never), canaries(never)]);
    expect(trips.map(({ task, ok }) => [task, ok])).toEqual([
      ['start_navigation', true],
      ['location_update', true],
    ]);
    expect(round).toEqual({ published: 14, arrived: 14, lost: 0, duplicates: 0, lostBy: {}, failures: {}, problems: [] });
    expect(count('클라이언트 연결: ')).toBe(8);
  });

  it('reaches every replica with its canaries', async () => {
    await contextOf({ identity: 'guests' }).canaries(never);
    const took = stack.backends.map(({ log }, index) => readFileSync(log).subarray(offsets[index]).toString().includes('게스트 연결 허용'));
    expect(took).toEqual([true, true, true]);
  });

  it('sends no canaries where none are configured, and says why nobody could be connected', async () => {
    expect(await contextOf({ identity: 'guests', canary: null }).canaries(never)).toBeUndefined();
    const nowhere = contextOf({ identity: 'guests', target: 'ws://127.0.0.1:9' });
    expect(await nowhere.canaries(never)).toMatchObject({ published: 0, arrived: 0, problems: ['connect ECONNREFUSED'] });
  });

  it('sees that a second socket of an account closes the first', async () => {
    expect(await contextOf().secondSocket(never)).toEqual({ outcome: 'evicts', detail: 'close 1000' });
    expect(count('중복 연결 감지')).toBe(1);
  });

  it('rejects when it is stopped', async () => {
    const { identities, roundTrips } = contextOf();
    await expect(identities(1, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    await expect(roundTrips(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('each fault of identities, target and generator', () => {
  const checks = [
    targetProduction(() => Promise.resolve(['127.0.0.1'])),
    targetReachable,
    generatorAddresses,
    accountsLogin,
    identityMatchesToken,
    tokenLifetime,
    taskRoundTrips,
    identityCapacity,
    generatorDescriptors,
    generatorPorts,
    generatorCpuMemory,
    generatorClock,
    evidenceDisk,
  ];

  /** Those that are neither green nor held back by another. */
  async function findings(context: CheckContext, list = checks): Promise<Record<string, string>> {
    const { results } = await runPreflight({ checks: list, ctx: context, emit: () => {} });
    const told = results.filter(({ status }) => status !== 'pass' && status !== 'skip');
    return Object.fromEntries(told.map(({ check, status }) => [check, status]));
  }

  const change = (of: number, password: string): ConfigLayer => ({
    accounts: stack.accounts.map((account, index) => (index === of ? { ...account, password } : account)),
  });

  /** Enough sockets for all users, and a machine on which every number is known. */
  const healthy = (layer: ConfigLayer = {}, changes?: Parameters<typeof contextOf>[1]): CheckContext => ({
    ...contextOf({ ...plan(5), ...layer }, changes),
    generator: () =>
      Promise.resolve({
        users: 5,
        cores: 2,
        openFiles: 65_536,
        portsPerAddress: 28_232,
        sourceAddresses: 30,
        memoryBytes: 2 ** 30,
        processes: 1,
        lacks: [],
      }),
  });

  it('is none on a healthy target', async () => {
    const { results } = await runPreflight({ checks, ctx: healthy(), emit: () => {} });
    expect(results.map(({ status, check, observed }) => (status === 'pass' ? status : `${check}: ${status} ${observed}`))).toEqual(
      checks.map(() => 'pass'),
    );
    expect(count('로그인 성공')).toBe(5);
    expect(count('클라이언트 연결: ')).toBe(1);
  });

  it('a wrong password is found by accounts-login alone, which never shows it', async () => {
    const context = healthy(change(3, 'not the password'));
    const { results } = await runPreflight({ checks, ctx: context, emit: () => {} });
    expect(JSON.stringify(results)).not.toContain('not the password');
    expect(results.filter(({ status }) => status !== 'pass' && status !== 'skip')).toMatchObject([
      { check: 'accounts-login', status: 'fail', observed: expect.stringMatching(/^4 of 5 logged in; test258@test.com: HTTP 401/) },
    ]);
  });

  it('an account that is missing is found by accounts-login alone, and is there after the registration that it names', async () => {
    const missing = { email: 'nobody@test.com', password: 'Passw0rd!' };
    const context = (): CheckContext => healthy({ accounts: [...stack.accounts.slice(1), missing] });
    expect(await findings(context())).toEqual({ 'accounts-login': 'fail' });
    const registration = { ...missing, username: 'nobody', disabilityType: 'PHY' };
    expect(await createAuth(configure({})).register(registration, never)).toMatchObject({ status: 201 });
    expect(await findings(context())).toEqual({});
  });

  it('five accounts for 1,000 users are found by identity-capacity alone', async () => {
    expect(await findings(healthy(plan(1000)))).toEqual({ 'identity-capacity': 'fail' });
    expect(await findings(healthy({ ...plan(1000), identity: 'guests' }))).toEqual({});
  });

  it('a five-minute token is found by token-lifetime alone, unless it can be refreshed', async () => {
    const withoutRefresh = (auth: Auth): Auth => ({
      ...auth,
      login: async (account, signal) => {
        const { refreshToken: _, ...answer } = await auth.login(account, signal);
        return answer;
      },
    });
    expect(await findings(healthy({}, { auth: withoutRefresh }))).toEqual({ 'token-lifetime': 'fail' });
    expect(await findings(healthy())).toEqual({});
    const short: ConfigLayer = { stages: [{ name: 's', users: 5, spawnRate: 1, untilSeconds: TOKEN_SECONDS - 60 }] };
    expect(await findings(healthy(short, { auth: withoutRefresh }))).toEqual({});
  });

  it("the guide's id that is not the token's is found by identity-matches-token alone", async () => {
    const file = join(folder, 'guide.mjs');
    const source = `export default ({ target }) => ({
      name: 'guide',
      createState: () => ({}),
      connect: (user) => ({ url: target + '/api/v1/ws/loadtest_' + user.index + '?token=' + user.token }),
      tasks: [{ name: 'ping', weight: 1, timeoutMs: 1000, message: () => ({ type: 'ping' }), isReply: ({ type }) => type === 'pong' }],
    });`;
    await writeFile(file, source);
    const tasks = { ping: { weight: 1, timeoutSeconds: 1 } };
    const config = (one: Config): Config => ({ ...one, scenario: file, tasks });
    expect(await findings(healthy({}, { config }))).toEqual({ 'identity-matches-token': 'fail' });
    await writeFile(file.replace('guide', 'mended'), source.replace("loadtest_' + user.index", "' + user.id"));
    const mended = (one: Config): Config => ({ ...one, scenario: file.replace('guide', 'mended'), tasks });
    expect(await findings(healthy({}, { config: mended }))).toEqual({});
  });

  it('an address that this machine does not have is found by generator-addresses alone', async () => {
    const { generator, ...context } = contextOf({ ...plan(5), sourceAddresses: ['192.0.2.1'] });
    const found = await findings({ ...context, generator }, checks);
    expect(found['generator-addresses']).toBe('fail');
    expect(found['task-round-trips']).toBeUndefined();
  });

  it('a target that is public is found by target-production alone, before anything is asked of it', async () => {
    const list = [targetProduction(() => Promise.resolve(['203.0.113.7'])), ...checks.slice(1)];
    const config = (one: Config): Config => ({ ...one, target: 'wss://kindmap.example.org' });
    expect(await findings(healthy({}, { config }), list)).toEqual({ 'target-production': 'fail' });
    expect(news()).toBe('');
  });
});
