import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/load/clock.js';
import type { LoginAnswer } from '../../../src/load/identities/auth.js';
import { PacedAuth } from '../../../src/load/identities/paced-auth.js';
import { MemoryAuth } from '../../helpers/memory-auth.js';

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

const { signal } = new AbortController();
const account = (name: string) => ({ email: name, password: `pass-${name}` });
const RATES = { loginsPerSecond: 2, registrationsPerSecond: 5 };

/** Answers in turn; the last one again and again. */
function inOrder(...answers: LoginAnswer[]): () => LoginAnswer {
  return () => (answers.length > 1 ? answers.shift() : answers[0]) as LoginAnswer;
}

async function done<T>(promise: Promise<T>): Promise<T> {
  const settled = promise.catch(() => undefined);
  await vi.runAllTimersAsync();
  await settled;
  return await promise;
}

describe('PacedAuth', () => {
  it('asks for no more logins a second than it may, however many wait', async () => {
    const auth = new MemoryAuth({});
    const paced = new PacedAuth(auth, RATES, systemClock);
    await done(Promise.all(['a', 'b', 'c'].map((name) => paced.login(account(name), signal))));
    expect(auth.times('login')).toEqual([0, 500, 1000]);
  });

  it('takes no turn for an account that is logged in already', async () => {
    const auth = new MemoryAuth({});
    await auth.login(account('a'));
    const paced = new PacedAuth(auth, RATES, systemClock);
    await done(Promise.all(['a', 'b'].map((name) => paced.login(account(name), signal))));
    expect(auth.calls).toEqual([
      { what: 'login a', at: 0 },
      { what: 'login b', at: 0 },
    ]);
  });

  it('waits as long as the target asks, all of it, before anybody asks again', async () => {
    const auth = new MemoryAuth({ login: inOrder({ status: 429, retryAfterMs: 7_000 }, { status: 200, token: 't' }) });
    const paced = new PacedAuth(auth, RATES, systemClock);
    const [first] = await done(Promise.all([paced.login(account('a'), signal), paced.login(account('b'), signal)]));
    expect(first).toMatchObject({ status: 200 });
    // b had its turn before a was told to wait.
    expect(auth.calls).toEqual([
      { what: 'login a', at: 0 },
      { what: 'login b', at: 500 },
      { what: 'login a', at: 7_000 },
    ]);
  });

  it('backs off longer and longer where it is not told how long, and at last tells the answer', async () => {
    const auth = new MemoryAuth({ login: () => ({ status: 429 }) });
    const answer = await done(new PacedAuth(auth, RATES, systemClock).login(account('a'), signal));
    expect(answer).toEqual({ status: 429 });
    expect(auth.times('login')).toEqual([0, 1_000, 3_000, 7_000, 15_000, 31_000, 61_000, 91_000]);
  });

  it('does not wait for hours because the target asks for it', async () => {
    const auth = new MemoryAuth({ login: () => ({ status: 429, retryAfterMs: 3_600_000 }) });
    expect(await done(new PacedAuth(auth, RATES, systemClock).login(account('a'), signal))).toMatchObject({ status: 429 });
    expect(auth.calls).toHaveLength(1);
  });

  it.each([
    [503, 3],
    [401, 1],
    [400, 1],
  ])('after HTTP %i asks %i times', async (status, times) => {
    const auth = new MemoryAuth({ login: () => ({ status }) });
    expect(await done(new PacedAuth(auth, RATES, systemClock).login(account('a'), signal))).toMatchObject({ status });
    expect(auth.calls).toHaveLength(times);
  });

  it('gives no response as an answer that says why, and without the password', async () => {
    const auth = new MemoryAuth({
      login: () => {
        throw new Error('connect ECONNREFUSED');
      },
    });
    const answer = await done(new PacedAuth(auth, RATES, systemClock).login(account('a'), signal));
    expect(answer).toEqual({ status: 0, problem: 'connect ECONNREFUSED' });
  });

  it('paces registrations by themselves', async () => {
    const auth = new MemoryAuth({});
    const paced = new PacedAuth(auth, RATES, systemClock);
    const names = ['a', 'b', 'c'];
    await done(Promise.all(names.map((name) => paced.register({ ...account(name), username: name, disabilityType: 'PHY' }, signal))));
    expect(auth.times('register')).toEqual([0, 200, 400]);
  });

  it('ends with the signal', async () => {
    const stop = new AbortController();
    const paced = new PacedAuth(new MemoryAuth({ login: () => ({ status: 429 }) }), RATES, systemClock);
    const login = paced.login(account('a'), stop.signal);
    await vi.advanceTimersByTimeAsync(100);
    stop.abort('stopped');
    await expect(login).rejects.toBe('stopped');
  });
});
