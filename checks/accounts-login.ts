import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../src/errors.js';
import type { Check, CheckContext, CheckResult, Config } from '../src/preflight/check.js';

/** Enough to see a pattern; a run with hundreds of accounts logs each in anyway, before its load. */
const MOST_ACCOUNTS = 10;

/** A storm of logins freezes a backend that hashes passwords on its event loop. */
const MOST_PER_SECOND = 2;

interface Attempt {
  email: string;
  /** Undefined for a login that gave a token. */
  problem: string | undefined;
  ms: number;
}

const check: Check = {
  id: 'accounts-login',
  title: 'Test accounts log in',
  why: 'A user without a token cannot open its WebSocket: every connect would be HTTP 403.',
  needs: ['target', 'accounts'],
  after: ['target-reachable'],
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
    const started = performance.now();
    const problem = await login(account, signal).then(
      ({ status, token }) => problemOf(status, token),
      (error: unknown) => messageOf(error),
    );
    const ms = performance.now() - started;
    attempts.push({ email: account.email, problem, ms });
    const isLast = attempts.length === Math.min(accounts.length, MOST_ACCOUNTS);
    if (!isLast) await sleep(Math.max(0, pauseMs - ms), undefined, { signal });
  }
  return attempts;
}

function problemOf(status: number, token: string | undefined): string | undefined {
  if (status === 200) return token === undefined ? 'HTTP 200 without an access_token' : undefined;
  if (status === 401) return 'HTTP 401: wrong password, or not registered';
  if (status === 400) return 'HTTP 400: the account is inactive';
  if (status === 429) return 'HTTP 429: the target limits logins';
  if (status >= 500) return `HTTP ${status}: the target failed`;
  return `HTTP ${status}`;
}

function judge(attempts: readonly Attempt[], config: Config): CheckResult {
  const { accounts, identity } = config;
  const good = attempts.filter((attempt) => attempt.problem === undefined);
  const bad = attempts.filter((attempt) => attempt.problem !== undefined);
  const tried = attempts.length === accounts.length ? `${accounts.length}` : `the first ${attempts.length} of ${accounts.length}`;
  const expected = `${tried} accounts log in`;
  if (bad.length > 0) {
    const problems = bad.map(({ email, problem }) => `${email}: ${problem}`).join('; ');
    return {
      // Guests do without them.
      status: identity === 'accounts' ? 'fail' : 'warn',
      observed: `${good.length} of ${attempts.length} logged in; ${problems}`,
      expected,
      remedy: remedyFor(bad, config),
    };
  }
  const slowest = Math.round(Math.max(...attempts.map((attempt) => attempt.ms)));
  const observed = `${good.length} of ${attempts.length} logged in, the slowest in ${slowest} ms`;
  const users = Math.max(...config.stages.map((stage) => stage.users));
  const capacity = accounts.length * config.replicas;
  if (identity !== 'accounts' || users <= capacity) return { status: 'pass', observed, expected };
  return {
    status: 'warn',
    observed: `${observed}; ${accounts.length} accounts on ${config.replicas} replicas hold at most ${capacity} sockets, and the plan has ${users} users`,
    expected: `${expected}, and are enough for ${users} users`,
    remedy: 'a second socket of one account on one replica evicts the first: use --identity guests, or as many accounts as users',
  };
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
