import type { Cause, Proof } from '../../finding.js';
import { clock, counted, decimal, millis } from '../../format.js';
import { logCommand } from '../commands.js';
import { logLines, present } from '../evidence.js';
import { growth, loadWindow, readingsWithin, seriesOf } from '../readings.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const PATTERN = 'login';
const ROW = /log_?in|auth|token/i;

/** A login that takes longer holds up everybody else on its replica for a time that users notice. */
const SLOW_LOGIN_MS = 1000;

/** Fewer logins are no storm, and so are slower ones: a replica does about four a second and nothing else. */
const MIN_LOGINS = 5;
const MIN_PER_SECOND = 1;

/** Logins that hold up a replica. */
export interface Logins {
  /** In a few words. */
  symptom: string;
  proof: Proof;
  /** Unix ms. */
  from: number;
  to: number;
}

/** Logins that came with the load and at a rate that a replica cannot bear; null where there are none. */
export function heavyLogins(run: Judged): Logins | null {
  return loggedLogins(run) ?? foreignLogins(run);
}

/** By the backends' logs. */
function loggedLogins(run: Judged): Logins | null {
  const window = loadWindow(run);
  if (window === null) return null;
  const rises = seriesOf(run, 'log.matches', { pattern: PATTERN }).flatMap((series) => {
    const readings = readingsWithin(series, window);
    const grew = growth(readings) ?? 0;
    // What the first of them counted came since the reading before it.
    const risen = readings.flatMap(({ t, value }, index) => {
      const before = readings[index - 1];
      return before !== undefined && value > before.value ? [{ from: before.t, to: t }] : [];
    });
    return grew > 0
      ? [{ backend: series.attributes.backend ?? '', grew, from: risen[0]?.from ?? window.from, to: risen.at(-1)?.to ?? window.to }]
      : [];
  });
  const count = rises.reduce((sum, { grew }) => sum + grew, 0);
  if (count < MIN_LOGINS) return null;
  const [from, to] = [Math.min(...rises.map((one) => one.from)), Math.max(...rises.map((one) => one.to))];
  const rate = count / Math.max(1, (to - from) / 1000);
  if (rate < MIN_PER_SECOND) return null;
  const where = rises.map(({ backend, grew }) => `${backend} ${grew}`).join(', ');
  return {
    symptom: `${counted(count, 'login')} while the load ran, ${decimal(rate, 1)} a second`,
    proof: proof(`${counted(count, 'login')} from ${clock(from)} to ${clock(to)} (${where})`, `log.matches ${PATTERN}`),
    from,
    to,
  };
}

/** By another tool's figures. */
function foreignLogins(run: Judged): Logins | null {
  const row = (run.external?.rows ?? []).find(({ name, requests }) => ROW.test(name) && requests >= MIN_LOGINS);
  const p95 = row?.percentiles['0.95'];
  const window = loadWindow(run);
  if (row === undefined || p95 === undefined || p95 < SLOW_LOGIN_MS || window === null) return null;
  return {
    symptom: `${counted(row.requests, 'login')}, of which the slowest twentieth took ${millis(p95)} and more`,
    proof: proof(
      `${row.name}: ${counted(row.requests, 'request')}, 95th percentile ${millis(p95)}`,
      (run.external?.files ?? []).join(', ') || 'external.summary',
    ),
    ...window,
  };
}

/** Passwords are hashed on the event loop: whoever is on that replica waits for each login. */
export function loginStorm(run: Judged): Cause {
  const logins = heavyLogins(run);
  const lines = logLines(run, PATTERN);
  return weigh(
    {
      id: 'login-storm',
      title: 'Logins hash passwords on the event loop, and hold up every socket of their replica',
      actions: [
        ...present([logCommand(run, '로그인|auth/login')]).map((command) => action('see the logins', command)),
        action(
          'log in once for each account, before the load and at a bounded rate (2 a second), and use the token again',
          'loadwitness run --identity accounts',
        ),
        action('or use guests or minted tokens, which need no login', 'loadwitness run --identity guests'),
        action('in the target: hash in a thread (run_in_threadpool), and not on the event loop'),
      ],
    },
    {
      seen: logins !== null,
      for: logins === null ? [] : [logins.proof],
      against:
        logins === null && lines.counted > 0 && lines.problem === null
          ? [proof(`${counted(lines.total, 'login')} in the backends' logs during the load`, `log.matches ${PATTERN}`)]
          : [],
      unknown: logins === null && lines.counted === 0 ? [`no log was searched for ${PATTERN}`] : [],
    },
  );
}
