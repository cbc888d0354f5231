import { readClaims } from '../src/clients/jwt.js';
import type { Check, CheckResult, UserFacts } from '../src/preflight/check.js';

/** All are made in the same way. */
const LOOKED_AT = 3;

/** Where the target wants the user's id: /api/v1/ws/{user_id}. */
const ID_IN_PATH = /\/ws\/([^/]+)\/?$/;

const EXPECTED = 'the id in the URL of each WebSocket is the "sub" of its token';

const check: Check = {
  id: 'identity-matches-token',
  title: 'The id in the URL is that of the token',
  why: 'The target refuses a socket whose URL names another user than its token: every connect would be HTTP 403.',
  needs: ['target', 'load'],
  after: ['target-reachable', 'accounts-login'],
  deadlineMs: 60_000,
  async run({ config, signal, identities }) {
    if (config.identity === 'guests') {
      return { status: 'skip', observed: 'the users are guests, who have no token: --identity accounts, registered or minted has' };
    }
    return { expected: EXPECTED, ...judgeIdentities(await identities(LOOKED_AT, signal)) };
  },
};

export default check;

/** Judges users who have a token. */
export function judgeIdentities(users: readonly UserFacts[]): CheckResult {
  const findings = users.map(finding);
  const wrong = findings.filter(({ problem }) => problem !== undefined);
  const [first] = wrong;
  if (first !== undefined) {
    return {
      status: 'fail',
      observed: `${wrong.length} of ${users.length} do not match, the first: ${first.problem}`,
      remedy:
        'connect each user under the "sub" of its token, as user.id of a scenario has it, and not under an id of your own (loadtest_…)',
    };
  }
  const unknown = findings.find(({ unclear }) => unclear !== undefined);
  if (unknown?.unclear !== undefined) return { status: 'skip', observed: unknown.unclear };
  return { status: 'pass', observed: `${users.length} of ${users.length} looked at match` };
}

function finding({ id, token = '', path }: UserFacts): { problem?: string; unclear?: string } {
  const subject = readClaims(token)?.sub;
  if (subject === undefined) return { unclear: 'the token does not say whose it is (no JWT with a "sub"), so it cannot be compared' };
  if (id !== subject) return { problem: `the id ${id}, and the token's "sub" is ${subject}` };
  if (path === undefined || decode(path).split('/').includes(subject)) return {};
  const named = ID_IN_PATH.exec(decode(path))?.[1];
  if (named === undefined) return { unclear: `the scenario's URL names no user (${path}), so there is nothing to compare` };
  return { problem: `the URL names ${named}, and the token's "sub" is ${subject}` };
}

/** A path that is not well-formed is compared as it is. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
