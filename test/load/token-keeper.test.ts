import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TokenOwner } from '../../src/load/identities/token-owner.js';
import { TokenKeeper } from '../../src/load/token-keeper.js';
import { tokenOf } from '../helpers/memory-auth.js';

const START = 1_765_000_000_000;
const LIFE = 1_800;

let keeper: TokenKeeper;
let secrets: string[];
let errors: string[];
let delivered: [number, string][];

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  secrets = [];
  errors = [];
  delivered = [];
  keeper = new TokenKeeper({ onSecret: (secret) => secrets.push(secret), onError: (message) => errors.push(message) });
  keeper.deliverTo((tokens) => delivered.push(...tokens.map(([index, token]): [number, string] => [index, token])));
});
afterEach(() => {
  keeper.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const seconds = (): number => (Date.now() - START) / 1000;
const advance = (by: number): Promise<unknown> => vi.advanceTimersByTimeAsync(by * 1000);

interface Person extends TokenOwner {
  /** When it was renewed, in seconds since the start. */
  renewals: number[];
}

/** Somebody whose tokens last so many seconds from when they are issued. */
function person(name: string, life = LIFE, renew: (attempt: number) => string | undefined = () => undefined): Person {
  const issue = (): string => tokenOf({ sub: name, exp: Date.now() / 1000 + life });
  const renewals: number[] = [];
  return {
    name,
    id: name,
    token: issue(),
    renewals,
    async renew() {
      renewals.push(seconds());
      const failure = renew(renewals.length);
      if (failure !== undefined) throw new Error(failure);
      return issue();
    },
  };
}

describe('TokenKeeper', () => {
  it('renews a token before it is over, again and again, however long the run lasts', async () => {
    const owner = person('a', LIFE);
    keeper.keep(owner, 0);
    await advance(10 * LIFE);
    expect(owner.renewals.length).toBeGreaterThanOrEqual(12);
    const gaps = owner.renewals.map((at, index) => at - (owner.renewals[index - 1] ?? 0));
    for (const gap of gaps) {
      expect(gap).toBeGreaterThanOrEqual(0.6 * LIFE - 1);
      expect(gap).toBeLessThanOrEqual(0.8 * LIFE + 1);
    }
    expect(delivered).toHaveLength(owner.renewals.length);
    expect(delivered.at(-1)).toEqual([0, owner.token]);
    expect(secrets.at(-1)).toBe(owner.token);
    expect(errors).toEqual([]);
  });

  it('spreads the renewals of tokens that were issued in one moment', async () => {
    const owners = Array.from({ length: 100 }, (_, index) => person(`p${index}`));
    for (const [index, owner] of owners.entries()) keeper.keep(owner, index);
    await advance(0.8 * LIFE + 1);
    const times = owners.map((owner) => owner.renewals[0] ?? Number.NaN).toSorted((a, b) => a - b);
    expect(times).not.toContain(Number.NaN);
    const tenths = Array.from({ length: 10 }, (_, tenth) => 0.6 * LIFE + 0.02 * LIFE * tenth);
    for (const from of tenths) {
      const within = times.filter((at) => at >= from && at < from + 0.02 * LIFE);
      expect(within.length).toBeGreaterThanOrEqual(8);
      expect(within.length).toBeLessThanOrEqual(12);
    }
  });

  it('keeps only so many renewals under way at a time', async () => {
    let now = 0;
    let most = 0;
    const slow = (name: string): TokenOwner => ({
      name,
      id: name,
      token: tokenOf({ exp: START / 1000 + 100 }),
      async renew() {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 5_000));
        now--;
        return tokenOf({ exp: Date.now() / 1000 + 100_000 });
      },
    });
    for (let index = 0; index < 40; index++) keeper.keep(slow(`p${index}`), index);
    await advance(100);
    expect(most).toBe(8);
    expect(delivered).toHaveLength(40);
  });

  it('leaves tokens alone that do not expire', async () => {
    const owner = { ...person('a'), token: tokenOf({ sub: 'a' }) };
    const opaque = { ...person('b'), token: 'opaque' };
    keeper.keep(owner, 0);
    keeper.keep(opaque, 1);
    await advance(10 * LIFE);
    expect([...owner.renewals, ...opaque.renewals]).toEqual([]);
  });

  it('waits out a life that is longer than any timer', async () => {
    const days = 24 * 3600;
    const owner = person('a', 90 * days);
    keeper.keep(owner, 0);
    await advance(50 * days);
    expect(owner.renewals).toEqual([]);
    await advance(25 * days);
    expect(owner.renewals).toHaveLength(1);
  });

  it('tries again when it fails, less and less often, and says so once', async () => {
    const owner = person('a@x', LIFE, (attempt) => (attempt <= 5 ? 'refresh: HTTP 503' : undefined));
    keeper.keep(owner, 0);
    await advance(LIFE - 1);
    const [first = 0] = owner.renewals;
    expect(owner.renewals.map((at) => Math.round(at - first))).toEqual([0, 1, 3, 7, 15, 31]);
    expect(errors).toEqual([expect.stringMatching(/^the token of a@x expires in 7\d\d s and could not be renewed: refresh: HTTP 503$/)]);
    expect(delivered).toHaveLength(1);
  });

  it('says of an outage again when it was over in between', async () => {
    const owner = person('a@x', LIFE, (attempt) => (attempt === 2 || attempt === 3 ? undefined : 'gone'));
    keeper.keep(owner, 0);
    await advance(4 * LIFE);
    expect(errors).toHaveLength(2);
    expect(errors[1]).toContain('gone');
  });

  it('does not flood the journal when everything fails, and counts what it leaves out', async () => {
    const owners = Array.from({ length: 100 }, (_, index) => person(`p${index}`, LIFE, () => 'down'));
    for (const [index, owner] of owners.entries()) keeper.keep(owner, index);
    await advance(LIFE);
    expect(errors.length).toBeLessThan(40);
    const told = errors.map((line) => 1 + Number(/; (\d+) more/.exec(line)?.[1] ?? 0)).reduce((sum, count) => sum + count, 0);
    expect(told).toBeGreaterThanOrEqual(95);
  });

  it('says when the clocks differ so much that a new token is over already, and does not storm the target', async () => {
    const owner = person('a@x', -120);
    keeper.keep(owner, 0);
    await advance(60);
    expect(errors[0]).toBe('the token of a@x expired 120 s ago when it came: the clocks of this machine and the target differ');
    expect(owner.renewals.length).toBeLessThanOrEqual(2);
  });

  it('hands over at once what was renewed before there was anybody to give it to', async () => {
    const early = new TokenKeeper({ onSecret: () => {}, onError: () => {} });
    const owner = person('a');
    early.keep(owner, 3);
    await advance(LIFE);
    const got: unknown[] = [];
    early.deliverTo((tokens) => got.push(...tokens));
    expect(got).toEqual([[3, owner.token]]);
    early.stop();
  });

  it('does nothing any more once it is stopped', async () => {
    const owner = person('a');
    keeper.keep(owner, 0);
    keeper.stop();
    await advance(2 * LIFE);
    expect(owner.renewals).toEqual([]);
  });
});
