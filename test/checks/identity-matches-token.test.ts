import { describe, expect, it } from 'vitest';
import check, { judgeIdentities } from '../../checks/identity-matches-token.js';
import { checkContext } from '../helpers/check-context.js';
import { tokenOf } from '../helpers/memory-auth.js';

const token = tokenOf({ sub: 'user-1' });

describe('identity-matches-token', () => {
  it.each([
    [{ id: 'user-1', token, path: '/api/v1/ws/user-1' }, 'pass', /^1 of 1/],
    [{ id: 'user-1', token }, 'pass', /^1 of 1/],
    [{ id: 'a b', token: tokenOf({ sub: 'a b' }), path: '/ws/a%20b' }, 'pass', /^1 of 1/],
    [{ id: 'user-1', token, path: '/chat/user-1/stream' }, 'pass', /^1 of 1/],
    [{ id: 'user-1', token, path: '/api/v1/ws/loadtest_4f1c' }, 'fail', /names loadtest_4f1c, and the token's "sub" is user-1/],
    [{ id: 'loadtest_4f1c', token, path: '/api/v1/ws/loadtest_4f1c' }, 'fail', /the id loadtest_4f1c/],
    [{ id: 'user-1', token, path: '/socket' }, 'skip', /names no user/],
    [{ id: 'user-1', token, path: '/%' }, 'skip', /names no user/],
    [{ id: 'user-1', token: 'opaque', path: '/api/v1/ws/user-1' }, 'skip', /no JWT/],
    [{ id: 'user-1', token: tokenOf({}), path: '/api/v1/ws/user-1' }, 'skip', /no JWT with a "sub"/],
  ] as const)('judges %j', (user, status, observed) => {
    expect(judgeIdentities([user])).toMatchObject({ status, observed: expect.stringMatching(observed) });
  });

  it('counts those that do not match, and shows no token', () => {
    const users = [
      { id: 'user-1', token },
      { id: 'user-2', token },
    ];
    const result = judgeIdentities(users);
    expect(result).toMatchObject({
      status: 'fail',
      observed: expect.stringMatching(/^1 of 2 do not match/),
      remedy: expect.stringContaining('loadtest_'),
    });
    expect(JSON.stringify(result)).not.toContain(token);
  });

  it('has nothing to compare where the users are guests', async () => {
    expect(await check.run(checkContext({ identity: 'guests' }))).toMatchObject({ status: 'skip' });
  });
});
