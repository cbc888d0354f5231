import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuth } from '../../../src/commands/auth.js';
import { Tokens } from '../../../src/demo/tokens.js';
import { ExitCode, KnownError } from '../../../src/errors.js';
import type { Auth } from '../../../src/load/identities/auth.js';
import { checkIdentities, type IdentityConfig, type IdentityOptions, resolveIdentities } from '../../../src/load/identities/resolve.js';
import { type Identities, roomOf } from '../../../src/load/identities.js';
import { type AuthServer, startAuthServer } from '../../helpers/auth-server.js';

const SECRET = 'a secret that only this test knows';
let server: AuthServer;
let folder: string;
let path: string;
beforeEach(async () => {
  server = await startAuthServer();
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-identities-'));
  path = join(folder, 'accounts.json');
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const accounts = ['a', 'b'].map((name) => ({ email: `${name}@test.com`, password: `pass-${name}` }));
const auth = (): Auth => createAuth({ target: server.target, tls: { insecure: false } });
const kept = (): { email: string; password: string; userId?: string; registered: boolean }[] =>
  JSON.parse(readFileSync(path, 'utf8')).accounts;

function enrol(): void {
  for (const { email, password } of accounts) server.users.set(email, { password, id: `id of ${email}` });
}

async function resolve(config: Partial<IdentityConfig>, options: Partial<IdentityOptions> = {}) {
  const secrets: string[] = [];
  const notices: string[] = [];
  const progress: string[] = [];
  const owners: string[] = [];
  const identities: Identities = await resolveIdentities({
    config: {
      identity: 'accounts',
      accounts,
      replicas: 3,
      loginsPerSecond: 1000,
      registered: { file: path, perSecond: 1000 },
      minted: { secretEnv: 'TEST_SECRET', lifetimeSeconds: 60 },
      target: server.target,
      ...config,
    },
    runId: 'run',
    users: 2,
    auth: auth(),
    env: { TEST_SECRET: SECRET },
    onSecret: (secret) => secrets.push(secret),
    onOwner: (owner, index) => {
      owners[index] = owner.id;
    },
    onNotice: (line) => notices.push(line),
    onProgress: (line) => progress.push(line),
    signal: new AbortController().signal,
    ...options,
  });
  const users = identities.kind === 'guests' ? [] : identities.users;
  return { identities, users, secrets, notices, progress, owners };
}

async function failureOf(promise: Promise<unknown>): Promise<KnownError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(KnownError);
  return error as KnownError;
}

describe('guests', () => {
  it('need nothing of the target', async () => {
    const { identities } = await resolve({ identity: 'guests' });
    expect(identities).toEqual({ kind: 'guests', prefix: 'temp_run_' });
    expect(server.requests).toEqual([]);
  });
});

describe('accounts', () => {
  beforeEach(enrol);

  it('log in once each, and are who their tokens say', async () => {
    const { users, secrets, owners, progress } = await resolve({});
    expect(server.requests.toSorted()).toEqual(['login a@test.com', 'login b@test.com']);
    expect(users.map(({ id }) => id)).toEqual(['id of a@test.com', 'id of b@test.com']);
    for (const { id, token } of users) expect(await server.ownerOf(token)).toBe(id);
    expect(owners).toEqual(users.map(({ id }) => id));
    for (const { token } of users) expect(secrets).toContain(token);
    expect(progress.at(-1)).toBe('logged in 2 of 2 accounts');
  });

  it('do not log in again where they are logged in', async () => {
    const night = auth();
    await resolve({}, { auth: night, users: 1 });
    const { notices } = await resolve({}, { auth: night });
    expect(server.requests.toSorted()).toEqual(['login a@test.com', 'login b@test.com']);
    expect(notices.join()).toContain('logging in 1 accounts');
  });

  it('log in no more than there are users', async () => {
    const { users } = await resolve({}, { users: 1 });
    expect(users).toHaveLength(1);
    expect(server.requests).toEqual(['login a@test.com']);
  });

  it('tell how many sockets they hold, and how long logging in takes', async () => {
    const { notices } = await resolve({ loginsPerSecond: 40 }, { users: 7 });
    expect(notices[0]).toMatch(/^2 accounts on 3 replicas hold at most 6 sockets, and the plan has 7 users: a second socket .* evicts/);
    expect(notices[1]).toMatch(/^logging in 2 accounts at 40 a second takes about 1 s/);
    expect((await resolve({}, { users: 6 })).notices[0]).toBe('2 accounts on 3 replicas hold at most 6 sockets');
  });

  it.each([
    [401, /^b@test\.com cannot log in: HTTP 401: wrong password, or not registered$/],
    [400, /^b@test\.com cannot log in: HTTP 400: the account is inactive$/],
    [302, /^b@test\.com cannot log in: HTTP 302$/],
  ])('are named when HTTP %i keeps one out, and their passwords are not', async (status, message) => {
    server.refuse = (request) => (request === 'login b@test.com' ? { status } : undefined);
    const error = await failureOf(resolve({}));
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('pass-');
    expect(error.exitCode).toBe(ExitCode.preflightFailed);
  });

  it('get in after the target has told them to wait', async () => {
    const refused = new Set<string>();
    server.refuse = (request) => {
      if (refused.has(request)) return undefined;
      refused.add(request);
      return { status: 429, headers: { 'retry-after': '0' } };
    };
    expect((await resolve({})).users).toHaveLength(2);
    expect(server.requests).toHaveLength(4);
  });

  it('end with the signal', async () => {
    const stop = new AbortController();
    server.refuse = () => {
      stop.abort(new Error('stopped'));
      return undefined;
    };
    await expect(resolve({}, { signal: stop.signal })).rejects.toThrow('stopped');
  });
});

describe('registered accounts', () => {
  const registered = { identity: 'registered' as const };

  it('are made once, one a user, and used again by the next run', async () => {
    const first = await resolve(registered, { users: 3 });
    expect(server.users.size).toBe(3);
    expect(first.users.map(({ id }) => id).toSorted()).toEqual([...server.users.values()].map(({ id }) => id).toSorted());
    expect(kept().map(({ userId }) => userId)).toEqual(first.users.map(({ id }) => id));
    expect(first.notices[0]).toMatch(/^registering 3 accounts at 1000 a second takes about 1 s; kept in /);
    const before = readFileSync(path, 'utf8');
    server.requests.length = 0;
    const second = await resolve(registered, { users: 3 });
    expect(second.users.map(({ id }) => id)).toEqual(first.users.map(({ id }) => id));
    expect(server.requests.filter((request) => request.startsWith('register'))).toEqual([]);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('are added to where there are more users, and only so many log in as there are users', async () => {
    await resolve(registered, { users: 2 });
    await resolve(registered, { users: 4 });
    expect(kept()).toHaveLength(4);
    server.requests.length = 0;
    await resolve(registered, { users: 1 });
    expect(server.requests).toEqual([`login ${kept()[0]?.email}`]);
  });

  it('make every password known to the redactor, and no token to the file', async () => {
    const { secrets, users } = await resolve(registered);
    for (const { password } of kept()) expect(secrets).toContain(password);
    for (const { token } of users) expect(readFileSync(path, 'utf8')).not.toContain(token);
  });

  it('lose nobody when they are interrupted, not even the one whose answer never came', async () => {
    const stop = new AbortController();
    let registrations = 0;
    server.refuse = (request) => {
      // The server goes on to make this account, and nobody hears of it.
      if (request.startsWith('register') && ++registrations === 3) stop.abort(new Error('stopped'));
      return undefined;
    };
    await expect(resolve(registered, { users: 6, signal: stop.signal })).rejects.toThrow('stopped');
    const made = [...server.users.keys()];
    expect(made.length).toBeGreaterThanOrEqual(3);
    server.refuse = () => undefined;
    const { users } = await resolve(registered, { users: 6 });
    expect(users).toHaveLength(6);
    // All that were made are in use: none was made twice.
    expect(server.users.size).toBe(6);
    expect(kept().every((account) => account.registered)).toBe(true);
    for (const email of made) expect(kept().map((account) => account.email)).toContain(email);
  });

  it('are made again on a target that was set up anew', async () => {
    await resolve(registered);
    const emails = kept().map(({ email }) => email);
    server.users.clear();
    const { users } = await resolve(registered);
    expect([...server.users.keys()].toSorted()).toEqual(emails.toSorted());
    expect(kept().map(({ userId }) => userId)).toEqual(users.map(({ id }) => id));
  });

  it.each([
    [404, /cannot be registered: HTTP 404: the target has no register API$/],
    [422, /cannot be registered: HTTP 422: the target does not take/],
    [400, /the e-mail is taken, and with the password of .* it does not log in: HTTP 401/],
  ])('are named when HTTP %i keeps one from being made', async (status, message) => {
    server.refuse = (request) => (request.startsWith('register') ? { status } : undefined);
    const error = await failureOf(resolve(registered, { users: 1 }));
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain(kept()[0]?.password);
    expect(error.exitCode).toBe(ExitCode.preflightFailed);
  });
});

describe('minted identities', () => {
  it('are let in by a target with the same secret, without asking it', async () => {
    const { users, secrets, owners } = await resolve({ identity: 'minted' }, { users: 5 });
    const target = new Tokens(SECRET);
    for (const { id, token } of users) expect(await target.read(token, 'access')).toEqual({ userId: id });
    expect(new Set(users.map(({ id }) => id)).size).toBe(users.length);
    expect(owners).toEqual(users.map(({ id }) => id));
    expect(secrets).toContain(SECRET);
    expect(server.requests).toEqual([]);
  });

  it('are more than the plan needs, so that users can be added', async () => {
    const { identities } = await resolve({ identity: 'minted' }, { users: 1000 });
    expect(roomOf(identities, 3)).toBe(1500);
  });
});

describe('checkIdentities', () => {
  const base = { accounts, replicas: 3, loginsPerSecond: 2, minted: { secretEnv: 'TEST_SECRET', lifetimeSeconds: 60 } };

  it('tells early of a file for another target and of a secret that is missing', async () => {
    await resolve({ identity: 'registered' });
    const registered = { file: path, perSecond: 1 };
    const check = (identity: IdentityConfig['identity'], target: string) =>
      checkIdentities({ ...base, registered, identity, target }, { OTHER: 'x' });
    await expect(check('registered', server.target)).resolves.toBeUndefined();
    await expect(check('registered', 'ws://elsewhere')).rejects.toThrow(/give each target a file of its own/);
    await expect(check('minted', server.target)).rejects.toThrow(/TEST_SECRET/);
    await expect(check('guests', 'ws://elsewhere')).resolves.toBeUndefined();
  });
});
