import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { credentialsOf, type Login, resolveIdentities } from '../../src/load/identities.js';

const signal = new AbortController().signal;
const accounts = ['a', 'b'].map((name) => ({ email: `${name}@test.com`, password: `pass-${name}` }));
const config = { identity: 'accounts' as const, accounts, loginsPerSecond: 1000 };
const tokenFor = (sub: string) =>
  new SignJWT({ sub }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode('a secret of the test'));

describe('resolveIdentities', () => {
  it('logs each account in once and takes the id from its token', async () => {
    const logins: string[] = [];
    const secrets: string[] = [];
    const login: Login = async (account) => {
      logins.push(account.email);
      return { status: 200, token: await tokenFor(`id of ${account.email}`) };
    };
    const identities = await resolveIdentities(config, 'run', login, (secret) => secrets.push(secret), signal);
    expect(logins).toEqual(['a@test.com', 'b@test.com']);
    expect([0, 1, 2].map((index) => credentialsOf(identities, index).id)).toEqual([
      'id of a@test.com',
      'id of b@test.com',
      'id of a@test.com',
    ]);
    expect(secrets).toEqual([0, 1].map((index) => credentialsOf(identities, index).token()));
  });

  it('names the account that cannot log in, and not its password', async () => {
    const refused = resolveIdentities(
      config,
      'run',
      async () => ({ status: 401 }),
      () => {},
      signal,
    );
    await expect(refused).rejects.toThrow('a@test.com cannot log in: HTTP 401');
    await expect(refused).rejects.not.toThrow('pass-a');
  });

  it('gives every guest of a run an id of its own and no token', async () => {
    const identities = await resolveIdentities(
      { ...config, identity: 'guests' },
      'run',
      () => Promise.reject(new Error('nobody logs in')),
      () => {},
      signal,
    );
    expect(credentialsOf(identities, 12)).toMatchObject({ id: 'temp_run_12' });
  });
});
