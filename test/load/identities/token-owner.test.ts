import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/load/clock.js';
import type { LoginAnswer } from '../../../src/load/identities/auth.js';
import { PacedAuth } from '../../../src/load/identities/paced-auth.js';
import { AccountOwner, claimsOf } from '../../../src/load/identities/token-owner.js';
import { MemoryAuth, tokenOf } from '../../helpers/memory-auth.js';

const { signal } = new AbortController();
const account = { email: 'a@x', password: 'hunter2' };
const FIRST = tokenOf({ sub: 'id-a', exp: 1 });
const SECOND = tokenOf({ sub: 'id-a', exp: 2 });

function owner(answers: ConstructorParameters<typeof MemoryAuth>[0], refreshToken: string | undefined = 'refresh-1') {
  const auth = new MemoryAuth(answers);
  const paced = new PacedAuth(auth, { loginsPerSecond: 1000, registrationsPerSecond: 1 }, systemClock);
  const answer = { status: 200, token: FIRST, ...(refreshToken !== undefined && { refreshToken }) };
  return { auth, owner: new AccountOwner(account, answer, paced), asked: () => auth.calls.map(({ what }) => what) };
}

const refused = (status: number) => (): LoginAnswer => ({ status });

describe('AccountOwner', () => {
  it('is who its token says', () => {
    expect(owner({}).owner).toMatchObject({ id: 'id-a', name: 'a@x', token: FIRST });
    expect(() => new AccountOwner(account, { status: 200, token: tokenOf({}) }, {} as PacedAuth)).toThrow('the token of a@x has no "sub"');
    expect(() => new AccountOwner(account, { status: 200, token: 'opaque' }, {} as PacedAuth)).toThrow('the token of a@x has no "sub"');
  });

  it('refreshes with the latest refresh token that it was given', async () => {
    const tokens = ['refresh-2', undefined];
    const made = owner({
      refresh: () => {
        const refreshToken = tokens.shift();
        return { status: 200, token: SECOND, ...(refreshToken !== undefined && { refreshToken }) };
      },
    });
    for (let time = 0; time < 3; time++) expect(await made.owner.renew(signal)).toBe(SECOND);
    expect(made.asked()).toEqual(['refresh refresh-1', 'refresh refresh-2', 'refresh refresh-2']);
  });

  it('logs in where the refresh is refused, and refreshes with what that brought', async () => {
    const made = owner({
      refresh: (token) => (token === 'refresh-1' ? { status: 401 } : { status: 200, token: SECOND }),
      login: () => ({ status: 200, token: SECOND, refreshToken: 'refresh-9' }),
    });
    await made.owner.renew(signal);
    await made.owner.renew(signal);
    expect(made.asked()).toEqual(['refresh refresh-1', 'login a@x', 'refresh refresh-9']);
  });

  it('logs in where it never had a refresh token', async () => {
    const made = owner({ login: () => ({ status: 200, token: SECOND }) }, '');
    const without = new AccountOwner(
      account,
      { status: 200, token: FIRST },
      new PacedAuth(made.auth, { loginsPerSecond: 9, registrationsPerSecond: 1 }, systemClock),
    );
    expect(await without.renew(signal)).toBe(SECOND);
    expect(made.asked()).toEqual(['login a@x']);
  });

  it.each([429, 503])('does not burden a target with a login that answers the refresh with HTTP %i', async (status) => {
    const made = owner({ refresh: refused(status) });
    await expect(made.owner.renew(signal)).rejects.toThrow(`refresh: HTTP ${status}`);
    expect(made.asked()).toEqual(['refresh refresh-1']);
  });

  it('says why there is no token, without the password', async () => {
    const made = owner({ refresh: refused(401), login: refused(400) });
    const error = (await made.owner.renew(signal).catch((reason: unknown) => reason)) as Error;
    expect(error.message).toBe('login: HTTP 400: the account is inactive');
  });
});

describe('claimsOf', () => {
  it('reads what a token says of itself, and nothing of what is none', () => {
    expect(claimsOf(FIRST)).toEqual({ sub: 'id-a', exp: 1 });
    for (const text of ['', 'opaque', 'a.b.c']) expect(claimsOf(text)).toBeUndefined();
  });
});
