import { describe, expect, it } from 'vitest';
import { credentialsOf, type Identities, roomOf } from '../../src/load/identities.js';

const guests: Identities = { kind: 'guests', prefix: 'temp_run_' };
const users = ['a', 'b'].map((name) => ({ id: `id of ${name}`, token: `token of ${name}` }));

describe('credentialsOf', () => {
  it('gives every guest of a run an id of its own and no token', () => {
    expect(credentialsOf(guests, 12)).toMatchObject({ id: 'temp_run_12' });
    expect(credentialsOf(guests, 12).token()).toBeUndefined();
  });

  it('shares accounts in turn', () => {
    const ids = [0, 1, 2].map((index) => credentialsOf({ kind: 'accounts', users }, index).id);
    expect(ids).toEqual(['id of a', 'id of b', 'id of a']);
  });

  it('gives the token of the moment', () => {
    const own = users.map((user) => ({ ...user }));
    const { token } = credentialsOf({ kind: 'registered', users: own }, 1);
    expect(token()).toBe('token of b');
    Object.assign(own[1] ?? {}, { token: 'fresh' });
    expect(token()).toBe('fresh');
  });
});

describe('roomOf', () => {
  it('counts a socket on each replica for a shared account, and one for everybody else with a token', () => {
    expect(roomOf({ kind: 'accounts', users }, 3)).toBe(6);
    expect(roomOf({ kind: 'registered', users }, 3)).toBe(2);
    expect(roomOf({ kind: 'minted', users }, 3)).toBe(2);
    expect(roomOf(guests, 3)).toBe(Number.POSITIVE_INFINITY);
  });
});
