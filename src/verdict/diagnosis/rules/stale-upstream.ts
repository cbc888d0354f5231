import type { Cause } from '../../finding.js';
import { clock, counted } from '../../format.js';
import { nginxUpstreamRefused } from '../causes/nginx-upstream-refused.js';
import { nginxCommand } from '../commands.js';
import { byBackend, checkOf, checkProof, nginxLines } from '../evidence.js';
import { lossesOf } from '../losses.js';
import { loadWindow, type Reading, type Window } from '../readings.js';
import type { Judged, Rule } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const METRIC = 'backend.connections';
const CHECK = 'nginx-upstream-addresses';

/** Readings without a connection in a row, up to the load's end, from which on a backend counts as forgotten. */
const MIN_READINGS = 3;

interface Idle {
  backend: string;
  from: number;
  readings: number;
}

/** A backend that runs and gets no connection, since nginx looks for it where it was. */
export const staleUpstream: Rule = {
  id: 'stale-upstream',
  title: 'nginx uses an old address of a backend',
  diagnose(run) {
    const window = loadWindow(run);
    if (window === null) return null;
    const idle = idleOf(byBackend(run, METRIC, window));
    if (idle.length === 0 || !hasMoved(run)) return null;
    const others = [...byBackend(run, METRIC, window)]
      .filter(([backend]) => !idle.some((one) => one.backend === backend))
      .map(([backend, readings]) => `${backend} ${readings.at(-1)?.value ?? 0}`);
    const from = Math.min(...idle.map((one) => one.from));
    const names = idle.map(({ backend }) => backend).join(', ');
    return {
      symptom: `${names} ran and had no connection from ${clock(from)} on, while ${others.join(', ')} had theirs`,
      from,
      to: window.to,
      evidence: idle.map(({ backend, readings }) =>
        proof(`${backend} had 0 connections in the last ${counted(readings, 'sample')}; at the end ${others.join(', ')}`, METRIC),
      ),
      causes: [oldAddress(run, window, idle), nginxUpstreamRefused(run)],
      watch: [
        'backend.connections of a backend that was restarted',
        'lines "connect() failed (111: Connection refused)" in the error log of nginx',
      ],
      explains: ['upstream-imbalance'],
    };
  },
};

/** Those without a connection from some time on to the end, while others have some. */
function idleOf(backends: Map<string, Reading[]>): Idle[] {
  const last = [...backends.values()].map((readings) => readings.at(-1)?.value ?? 0);
  if (!last.some((value) => value > 0)) return [];
  return [...backends].flatMap(([backend, readings]) => {
    const since = readings.findLastIndex(({ value }) => value > 0) + 1;
    const zeros = readings.slice(since);
    const [first] = zeros;
    return first !== undefined && zeros.length >= MIN_READINGS ? [{ backend, from: first.t, readings: zeros.length }] : [];
  });
}

/** Without one of these an idle backend is a matter of balance alone. */
const hasMoved = (run: Judged): boolean =>
  refusals(run) > 0 || checkOf(run, CHECK)?.status === 'fail' || checkOf(run, CHECK)?.status === 'warn';

/** Since the run began: nginx that was refused before the load asks there no more for a while, ten seconds by default. */
function refusals(run: Judged): number {
  const since = { from: run.window.runStart, to: run.window.lastEvent };
  return (nginxLines(run, 'upstream_refused', since) ?? 0) + (nginxLines(run, 'upstream_timeout', since) ?? 0);
}

function oldAddress(run: Judged, window: Window, idle: readonly Idle[]): Cause {
  const refused = refusals(run);
  const check = checkOf(run, CHECK);
  const moved = lossesOf(run).filter(({ backend, isBack }) => isBack && idle.some((one) => one.backend === backend));
  return weigh(
    {
      id: 'old-address',
      title: 'The backend has another address, and nginx goes on with the old one',
      actions: [
        action('let nginx look the names up again, which keeps every connection', nginxCommand(run, 'nginx -s reload')),
        action('see which addresses it knows', `${nginxCommand(run, 'nginx -T')} 2>/dev/null | grep -nA 6 'upstream '`),
        action('have it look them up by itself: a resolver, and `server <name>:<port> resolve;` with a zone'),
      ],
    },
    {
      seen: refused > 0,
      for: [
        ...(refused > 0
          ? [
              proof(
                `${counted(refused, 'line')} of a backend that refused or timed out in the error log of nginx`,
                'log.matches upstream_refused',
              ),
            ]
          : []),
        ...(check !== undefined && (check.status === 'fail' || check.status === 'warn') ? [checkProof(check)] : []),
        ...moved.flatMap(({ seen }) => seen.slice(0, 2).map(({ text, source }) => proof(text, source))),
        ...(refused === 0 ? [] : [proof(`${idle.map(({ backend }) => backend).join(', ')} could be read all the while: it runs`, METRIC)]),
      ],
      unknown:
        nginxLines(run, 'upstream_refused') === undefined ? [`the error log of nginx was not read from ${clock(window.from)} on`] : [],
    },
  );
}
