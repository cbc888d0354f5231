import { readClaims, type TokenClaims } from '../src/clients/jwt.js';
import type { Check, CheckResult, UserFacts } from '../src/preflight/check.js';

const check: Check = {
  id: 'token-lifetime',
  title: 'Tokens outlast the run',
  why: 'A user who loses its socket after its token has expired is not let in again: HTTP 403 from then on, which looks like a full replica.',
  needs: ['target', 'load'],
  after: ['target-reachable', 'accounts-login'],
  deadlineMs: 60_000,
  async run({ config, signal, now, identities }) {
    if (config.identity === 'guests') {
      return { status: 'skip', observed: 'the users are guests, who have no token: --identity accounts, registered or minted has' };
    }
    const [user] = await identities(1, signal);
    const runSeconds = config.stages.at(-1)?.untilSeconds ?? 0;
    const expected = `a token that is good for the ${inWords(runSeconds)} of the run, or one that can be renewed without a login`;
    return { expected, ...judgeLifetime(user?.renewal, readClaims(user?.token ?? ''), runSeconds, now()) };
  },
};

export default check;

/** Judges what a token says of itself. @param now Unix ms. */
export function judgeLifetime(
  renewal: UserFacts['renewal'],
  claims: TokenClaims | undefined,
  runSeconds: number,
  now: number,
): CheckResult {
  if (claims === undefined) return { status: 'skip', observed: 'the token does not say how long it lasts (it is no JWT)' };
  if (claims.exp === undefined) return { status: 'pass', observed: 'the token does not expire' };
  const seconds = Math.round(claims.exp - (claims.iat ?? now / 1000));
  const observed = `a token lasts ${inWords(seconds)}, the run ${inWords(runSeconds)}`;
  if (seconds > runSeconds) return { status: 'pass', observed };
  if (renewal === 'sign') return { status: 'pass', observed: `${observed}; others are signed here in time` };
  if (renewal === 'refresh') return { status: 'pass', observed: `${observed}; a refresh token came with it, and renews it in time` };
  return {
    status: 'fail',
    observed: `${observed}, and no refresh token came with it: only a login in the middle of the load, which disturbs it, brings another`,
    remedy:
      `let tokens last longer for the test: ACCESS_TOKEN_EXPIRE_MINUTES=${Math.ceil(runSeconds / 60) + 5} in the target's .env, and restart its backends; ` +
      'or --identity guests or minted; or a shorter run (--run-time)',
  };
}

function inWords(seconds: number): string {
  const [minutes, rest] = [Math.floor(Math.max(0, seconds) / 60), Math.max(0, seconds) % 60];
  return [minutes > 0 ? `${minutes} min` : '', rest > 0 || minutes === 0 ? `${rest} s` : ''].filter(Boolean).join(' ');
}
