import { describe, expect, it } from 'vitest';
import check, { judgeLifetime } from '../../checks/token-lifetime.js';
import { checkContext } from '../helpers/check-context.js';
import { tokenOf } from '../helpers/memory-auth.js';

const NOW = 1_800_000_000_000;
const in5Minutes = NOW / 1000 + 300;
const RUN = 25 * 60;

describe('token-lifetime', () => {
  it.each([
    ['login', { exp: in5Minutes }, RUN, 'fail', /^a token lasts 5 min, the run 25 min, and no refresh token/],
    ['refresh', { exp: in5Minutes }, RUN, 'pass', /renews it in time/],
    ['sign', { exp: in5Minutes }, RUN, 'pass', /signed here/],
    ['login', { exp: in5Minutes }, 299, 'pass', /the run 4 min 59 s$/],
    ['login', { exp: in5Minutes }, 300, 'fail', /the run 5 min,/],
    ['login', { exp: in5Minutes, iat: in5Minutes - 1800 }, RUN, 'pass', /lasts 30 min/],
    ['login', { exp: NOW / 1000 - 1 }, 60, 'fail', /lasts 0 s/],
    ['login', { sub: 'a' }, RUN, 'pass', /does not expire/],
    ['login', undefined, RUN, 'skip', /no JWT/],
  ] as const)('judges one that is renewed by a %s: %j in a run of %d s', (renewal, claims, run, status, observed) => {
    expect(judgeLifetime(renewal, claims, run, NOW)).toMatchObject({ status, observed: expect.stringMatching(observed) });
  });

  it('looks at the first user of the run, and says how long tokens should last', async () => {
    const user = { id: 'a', token: tokenOf({ sub: 'a', exp: in5Minutes }), renewal: 'login' as const };
    const context = checkContext(
      { identity: 'accounts', accounts: [{ email: 'a', password: 'b' }] },
      { now: () => NOW, identities: () => Promise.resolve([user]) },
    );
    expect(await check.run(context)).toMatchObject({
      status: 'fail',
      expected: expect.stringMatching(/^a token that is good for the 25 min of the run/),
      remedy: expect.stringContaining('ACCESS_TOKEN_EXPIRE_MINUTES=30'),
    });
  });

  it('has nothing to judge where the users are guests', async () => {
    expect(await check.run(checkContext({ identity: 'guests' }))).toMatchObject({ status: 'skip' });
  });
});
