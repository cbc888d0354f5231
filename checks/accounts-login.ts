import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../src/errors.js';
import type { Check, CheckContext, CheckResult, Config } from '../src/preflight/check.js';

/** Enough to see a pattern; a run with hundreds of accounts logs each in anyway, before its load. */
const MOST_ACCOUNTS = 10;

/** A storm of logins freezes a backend that hashes passwords on its event loop. */
const MOST_PER_SECOND = 2;

interface Problem {
  /** Left out for a login that gave a token. */
  problem?: string;
  /** Not for this account alone: the next would fare no better, and only be one more. */
  isOfAll?: boolean;
}

interface Attempt extends Problem {
  email: string;
  ms: number;
}

const check: Check = {
  id: 'accounts-login',
  title: 'Test accounts log in',
  why: 'A user without a token cannot open its WebSocket: every connect would be HTTP 403.',
  needs: ['target', 'accounts', 'load'],
  after: ['target-reachable', 'nginx-rate-limits'],
  deadlineMs: 120_000,
  async run(ctx) {
    return judge(await attemptAll(ctx), ctx.config);
  },
};

export default check;

async function attemptAll({ config: { accounts, loginsPerSecond }, login, signal }: CheckContext): Promise<Attempt[]> {
  const pauseMs = 1000 / Math.min(loginsPerSecond, MOST_PER_SECOND);
  const attempts: Attempt[] = [];
  for (const account of accounts.slice(0, MOST_ACCOUNTS)) {
    const last = attempts.at(-1);
    if (last) await sleep(Math.max(0, pauseMs - last.ms), undefined, { signal });
    const started = performance.now();
    const answer = await login(account, signal).then(
      ({ status, token }): Problem => problemOf(status, token),
      (error: unknown): Problem => ({ problem: messageOf(error), isOfAll: true }),
    );
    attempts.push({ email: account.email, ...answer, ms: performance.now() - started });
    if (answer.isOfAll) break;
  }
  return attempts;
}

function problemOf(status: number, token: string | undefined): Problem {
  if (status === 200) return token === undefined ? { problem: 'HTTP 200 without an access_token' } : {};
  if (status === 401) return { problem: 'HTTP 401: wrong password, or not registered' };
  if (status === 400) return { problem: 'HTTP 400: the account is inactive' };
  if (status === 429) return { problem: 'HTTP 429: the target limits logins', isOfAll: true };
  if (status >= 500) return { problem: `HTTP ${status}: the target failed`, isOfAll: true };
  return { problem: `HTTP ${status}` };
}

function judge(attempts: readonly Attempt[], config: Config): CheckResult {
  const { accounts, identity } = config;
  const good = attempts.filter((attempt) => attempt.problem === undefined);
  const bad = attempts.filter((attempt) => attempt.problem !== undefined);
  const due = Math.min(accounts.length, MOST_ACCOUNTS);
  const tried = due === accounts.length ? `${accounts.length}` : `the first ${due} of ${accounts.length}`;
  const expected = `${tried} accounts log in`;
  if (bad.length > 0) {
    const problems = bad.map(({ email, problem }) => `${email}: ${problem}`).join('; ');
    return {
      // Guests do without them.
      status: identity === 'accounts' ? 'fail' : 'warn',
      observed: `${good.length} of ${due} logged in; ${problems}${attempts.length < due ? `; ${due - attempts.length} were not tried` : ''}`,
      expected,
      remedy: remedyFor(bad, config),
    };
  }
  const slowest = Math.round(Math.max(...attempts.map((attempt) => attempt.ms)));
  const observed = `${good.length} of ${attempts.length} logged in, the slowest in ${slowest} ms`;
  return { status: 'pass', observed, expected };
}

function remedyFor(bad: readonly Attempt[], config: Config): string {
  const problems = bad.map(({ problem }) => problem ?? '').join(' ');
  const origin = config.target.replace(/^ws/, 'http');
  if (problems.includes('HTTP 401')) {
    const body = `{"email":"${bad[0]?.email}","password":"…","username":"loadtest","disability_type":"PHY"}`;
    return `mend the password, or make the accounts that are missing: loadwitness accounts create --config <file>; by hand: curl -X POST ${origin}/api/v1/auth/register -H 'content-type: application/json' -d '${body}'`;
  }
  if (problems.includes('HTTP 400')) return 'activate the account in the database: UPDATE users SET is_active = true WHERE email = …';
  if (problems.includes('HTTP 429')) return 'wait, lower logins_per_second, or take the rate limit of the login API off for the test';
  return `try it by hand: curl -i -X POST ${origin}/api/v1/auth/login -d username=${bad[0]?.email} -d password=…`;
}
