import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { checkAccounts, createAccounts } from '../../src/commands/accounts.js';
import type { Io } from '../../src/commands/io.js';
import { UsageError } from '../../src/errors.js';
import { type AuthServer, startAuthServer } from '../helpers/auth-server.js';

let server: AuthServer;
let folder: string;
let path: string;
let config: string;
let said: string[];
let out: string;
let io: Io;

beforeEach(async () => {
  server = await startAuthServer();
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-accounts-'));
  path = join(folder, 'accounts.json');
  said = [];
  out = '';
  io = {
    out: (text) => {
      out += text;
    },
    say: (line) => void said.push(line),
    progress: (line) => void said.push(line),
    block: () => {},
    keys: () => () => undefined,
    env: {},
    isTerminal: true,
    outIsTerminal: false,
    colour: false,
    signal: new AbortController().signal,
  };
  configure({});
});
afterEach(async () => {
  await server.close();
  for (const password of ['pass-a', 'pass-b', ...passwords()]) expect(`${out}${said.join('\n')}`).not.toContain(password);
  rmSync(folder, { recursive: true });
});

const TEST_ACCOUNTS = ['a', 'b'].map((name) => ({ email: `${name}@test.com`, password: `pass-${name}` }));

function configure(more: object): void {
  config = join(folder, 'config.yaml');
  const rates = { logins_per_second: 1000, registered: { file: 'accounts.json', per_second: 1000 } };
  writeFileSync(config, stringify({ target: server.target, ...rates, ...more }));
}

function kept(): { email: string; password: string }[] {
  return JSON.parse(readFileSync(path, 'utf8')).accounts;
}

function passwords(): string[] {
  try {
    return kept().map(({ password }) => password);
  } catch {
    return []; // A test that made none.
  }
}

const check = (more: object = {}): Promise<number> => checkAccounts({ config, sample: '20', ...more }, io);

describe('accounts create', () => {
  it('makes as many accounts as there are to be users, and only those that are missing', async () => {
    expect(await createAccounts({ config, users: '3' }, io)).toBe(0);
    expect(out).toBe(`3 accounts in ${path}, 3 of them new\n`);
    out = '';
    expect(await createAccounts({ config, users: '5' }, io)).toBe(0);
    expect(out).toBe(`5 accounts in ${path}, 2 of them new\n`);
    expect([...server.users.keys()].toSorted()).toEqual(
      kept()
        .map(({ email }) => email)
        .toSorted(),
    );
    expect(said.join('\n')).toMatch(/registering 2 accounts at 1000 a second/);
  });

  it('takes the number from the plan where nobody gives one', async () => {
    const stages = [4, 2].map((users, index) => ({ duration_seconds: 60 * (index + 1), target_users: users, spawn_rate: 1 }));
    configure({ load_pattern: { stages } });
    expect(await createAccounts({ config }, io)).toBe(0);
    expect(server.users.size).toBe(4);
  });

  it('makes the test accounts that are missing, and leaves those that are there alone', async () => {
    configure({ test_accounts: TEST_ACCOUNTS });
    server.users.set('a@test.com', { password: 'another', id: 'id-a' });
    expect(await createAccounts({ config }, io)).toBe(0);
    expect(server.users.get('b@test.com')?.password).toBe('pass-b');
    expect(server.users.get('a@test.com')?.password).toBe('another');
    expect(out).toMatch(/a@test\.com +│ was there before/);
    expect(out).toMatch(/b@test\.com +│ created/);
  });

  it('makes registered ones beside test accounts where the configuration or --users says so', async () => {
    const stages = [{ duration_seconds: 60, target_users: 2, spawn_rate: 1 }];
    configure({ test_accounts: TEST_ACCOUNTS, identity: 'registered', load_pattern: { stages } });
    await createAccounts({ config }, io);
    configure({ test_accounts: TEST_ACCOUNTS });
    await createAccounts({ config, users: '3' }, io);
    expect(kept()).toHaveLength(3);
    expect(server.users.has('a@test.com')).toBe(false);
  });

  it('tells which test account the target does not take, and goes on with the others', async () => {
    configure({ test_accounts: TEST_ACCOUNTS });
    server.refuse = (request) => (request === 'register a@test.com' ? { status: 422 } : undefined);
    expect(await createAccounts({ config }, io)).toBe(4);
    expect(out).toMatch(/a@test\.com +│ HTTP 422/);
    expect(out).toMatch(/b@test\.com +│ created/);
    expect(out).toContain('1 of 2 accounts are fine');
  });
});

describe('accounts check', () => {
  it('tells of each account whether it logs in, or why not', async () => {
    configure({ test_accounts: TEST_ACCOUNTS });
    server.users.set('a@test.com', { password: 'pass-a', id: 'id-a' });
    expect(await check()).toBe(4);
    expect(out).toMatch(/a@test\.com +│ logs in/);
    expect(out).toMatch(/b@test\.com +│ HTTP 401: wrong password, or not registered/);
    server.users.set('b@test.com', { password: 'pass-b', id: 'id-b' });
    expect(await check()).toBe(0);
  });

  it('looks at a sample of many that is spread over all, or at every one', async () => {
    await createAccounts({ config, users: '10' }, io);
    server.requests.length = 0;
    expect(await check({ sample: '5' })).toBe(0);
    const emails = kept().map(({ email }) => email);
    expect(server.requests.toSorted()).toEqual([0, 2, 4, 6, 8].map((index) => `login ${emails[index]}`).toSorted());
    server.requests.length = 0;
    expect(await check({ sample: '5', all: true })).toBe(0);
    expect(server.requests).toHaveLength(10);
  });

  it('says what to do where there are none', async () => {
    await expect(check()).rejects.toThrow(/holds no accounts yet: loadwitness accounts create makes them/);
  });

  it.each(['0', '-1', 'many', '1.5', ''])('does not take "%s" for a number', async (text) => {
    await expect(check({ sample: text })).rejects.toThrow(UsageError);
    await expect(createAccounts({ config, users: text }, io)).rejects.toThrow(/--users/);
  });
});
