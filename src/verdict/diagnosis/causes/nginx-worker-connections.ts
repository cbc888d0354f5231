import { counted } from '../../format.js';
import type { Cause } from '../../run-result.js';
import { nginxCommand } from '../commands.js';
import { CONNECT, checkOf, checkProof, failuresOf, grown, kindsOf, nginxLines, occurrencesOf, present } from '../evidence.js';
import { greatest, readingsWithin, seriesOf, type Window } from '../readings.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const PATTERN = 'worker_connections';
const CHECK = 'nginx-worker-connections';

/** What a client sees of it: no answer at all, or 500 when nginx has no connection left for the backend. */
const KINDS = /^(closed before it was open|connect ECONNRESET|ECONNRESET|http 500|timeout)$/;

/** nginx had no connection left: past `worker_connections` it accepts a user and drops it without an answer. */
export function nginxWorkerConnections(run: Judged, window: Window): Cause {
  const lines = nginxLines(run, PATTERN);
  const accepted = grown(seriesOf(run, 'nginx.connections_accepted'), window);
  const handled = grown(seriesOf(run, 'nginx.connections_handled'), window);
  const lost = accepted === undefined || handled === undefined ? undefined : Math.max(0, accepted - handled);
  const active = seriesOf(run, 'nginx.connections_current', { state: 'active' }).flatMap((one) => readingsWithin(one, window));
  const check = checkOf(run, CHECK);
  const failed = failuresOf(run, CONNECT).filter(({ kind }) => KINDS.test(kind));
  const isSeen = (lines ?? 0) > 0 || (lost ?? 0) > 0;
  const most = greatest(active);
  const room = check !== undefined && check.status === 'pass' ? [checkProof(check)] : [];
  const alike = failed.length > 0 && check?.status === 'fail';
  return weigh(
    {
      id: 'nginx-worker-connections',
      title: 'nginx had no worker_connections left',
      actions: [
        action(
          'see the limit: a WebSocket takes two connections of a worker',
          `${nginxCommand(run, 'nginx -T')} 2>/dev/null | grep -nE 'worker_(connections|processes|rlimit_nofile)'`,
        ),
        action(check?.remedy ?? 'raise worker_connections in events, and worker_rlimit_nofile to twice that', null),
        action('take it over without closing a connection', nginxCommand(run, 'nginx -s reload')),
      ],
    },
    {
      seen: isSeen,
      for: [
        ...((lines ?? 0) > 0
          ? [proof(`${counted(lines ?? 0, 'line')} "worker_connections are not enough" in its error log`, `log.matches ${PATTERN}`)]
          : []),
        ...((lost ?? 0) > 0
          ? [
              proof(
                `nginx accepted ${accepted} connections and handled ${handled}: ${lost} were dropped`,
                'nginx.connections_accepted, nginx.connections_handled',
              ),
            ]
          : []),
        ...(check?.status === 'fail' && (isSeen || alike) ? [checkProof(check)] : []),
        ...((isSeen || alike) && failed.length > 0
          ? [
              proof(
                `${counted(occurrencesOf(failed), 'connect')} ended as they do past that limit: ${kindsOf(failed)}`,
                'failures of connect',
              ),
            ]
          : []),
        ...(isSeen && most !== undefined ? [proof(`${most.value} active connections at most`, 'nginx.connections_current')] : []),
      ],
      against: isSeen
        ? []
        : [
            ...(lines === 0 ? [proof('0 lines "worker_connections are not enough" in its error log', `log.matches ${PATTERN}`)] : []),
            ...(lost === 0
              ? [
                  proof(
                    `nginx handled each of the ${accepted} connections that it accepted`,
                    'nginx.connections_accepted, nginx.connections_handled',
                  ),
                ]
              : []),
            ...(lines === 0 || lost === 0 ? room : []),
          ],
      unknown:
        lines === undefined && lost === undefined ? present(['its error log was not read, and there is no page of stub_status']) : [],
    },
  );
}
