import { messageOf } from '../src/errors.js';
import type { Check, CheckResult, Config, RoundTrip } from '../src/preflight/check.js';

const check: Check = {
  id: 'task-round-trips',
  title: 'Each task gets its reply',
  why: 'A run whose messages the target does not understand measures error replies.',
  needs: ['target', 'load'],
  after: [
    'target-reachable',
    'replicas-healthy',
    'nginx-upgrade-headers',
    'accounts-login',
    'identity-matches-token',
    'generator-addresses',
  ],
  deadlineMs: 60_000,
  async run({ config, signal, roundTrips }) {
    const tasks = Object.keys(config.tasks);
    const expected = `each of ${tasks.join(', ')} is answered`;
    try {
      return { expected, ...judge(await roundTrips(signal), tasks, config) };
    } catch (error) {
      return { status: 'fail', observed: `no WebSocket: ${messageOf(error)}`, expected, remedy: remedyFor(messageOf(error), config) };
    }
  },
};

export default check;

function judge(trips: readonly RoundTrip[], tasks: readonly string[], { criteria }: Config): CheckResult {
  const limitOf = (task: string) => criteria.taskP95Ms[task];
  const missing = tasks.filter((task) => !trips.some((trip) => trip.task === task));
  const lines = [
    ...trips.map(({ task, ok, latencyMs, detail }) => `${task} ${ok ? detail : `failed: ${detail}`} in ${latencyMs.toFixed(1)} ms`),
    ...missing.map((task) => `${task} was not tried`),
  ];
  const observed = lines.join('; ');
  const failed = trips.find((trip) => !trip.ok);
  if (failed !== undefined) return { status: 'fail', observed, remedy: remedyForReply(failed.detail) };
  if (missing.length > 0) return { status: 'fail', observed };
  const slow = trips.filter(({ task, latencyMs }) => latencyMs > (limitOf(task) ?? Number.POSITIVE_INFINITY));
  if (slow.length === 0) return { status: 'pass', observed };
  const limits = slow.map(({ task }) => `${task} ${limitOf(task)} ms`).join(', ');
  return {
    status: 'warn',
    observed,
    remedy: `slower with one user than the criterion allows with all (${limits}): a cold cache, or a target that is busy; run it again before the load`,
  };
}

function remedyForReply(detail: string): string {
  if (detail === 'timeout')
    return 'the socket opens and nothing comes back: read the log of the backend; a stalled Redis freezes a whole replica';
  if (detail.includes('NO_ACTIVE_SESSION')) return 'the session was not kept: is Redis up? redis-cli ping';
  if (detail.includes('INVALID_PARAMETERS') || detail.includes('ROUTE_CALCULATION_ERROR')) {
    return 'the target does not know a station or type of the configuration: compare "stations" and "disability_types" with its data';
  }
  return 'read the log of the backend at this moment: docker logs --since 1m kindmap-fastapi-1';
}

function remedyFor(failure: string, config: Config): string {
  if (/http 403/i.test(failure)) return forbidden(config);
  if (/http 401/i.test(failure)) return 'the target wants a token: use --identity accounts, registered or minted';
  if (/http 404/i.test(failure)) return 'no such path: does nginx pass /api/v1/ws/ to the backends?';
  if (/http (200|400|426)/i.test(failure)) {
    return 'the upgrade did not arrive: nginx needs proxy_http_version 1.1 and proxy_set_header Upgrade $http_upgrade, Connection "upgrade"';
  }
  if (/http 50[234]/i.test(failure)) return 'nginx reaches no backend: docker ps; docker logs kindmap-nginx';
  if (/timeout/i.test(failure))
    return 'the handshake got no answer: a frozen backend, or nginx out of worker_connections (its error log says so)';
  if (/generator/i.test(failure)) return 'this machine cannot open the socket: check source_addresses (ip address) and ulimit -n';
  return `try it by hand: npx wscat -c ${config.target}/api/v1/ws/temp_probe`;
}

/** One status for four causes, which only the log tells apart. */
function forbidden({ identity }: Config): string {
  const causes = [
    ...(identity !== 'guests'
      ? ['a token that is expired or signed with another secret', 'an id in the URL that is not the token\'s "sub"']
      : []),
    'a replica that already holds its 1,000 connections',
    'an unknown path',
    ...(identity === 'guests' ? ['a target that admits no guests (temp_…)'] : []),
  ];
  const grep = "docker logs --since 1m kindmap-fastapi-1 2>&1 | grep -E '연결 거부|403'";
  return `HTTP 403 has causes that a client cannot tell apart: ${causes.join('; ')}. The log can: ${grep}`;
}
