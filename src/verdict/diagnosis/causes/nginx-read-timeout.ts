import { counted } from '../../format.js';
import type { Cause } from '../../run-result.js';
import { nginxCommand } from '../commands.js';
import { checkOf, checkProof, nginxLines } from '../evidence.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const PATTERN = 'upstream_timeout';
const CHECK = 'nginx-read-timeout';

/** nginx closed WebSockets on which their backend had sent nothing for proxy_read_timeout. */
export function nginxReadTimeout(run: Judged): Cause {
  const lines = nginxLines(run, PATTERN);
  const check = checkOf(run, CHECK);
  const isSeen = (lines ?? 0) > 0;
  return weigh(
    {
      id: 'nginx-read-timeout',
      title: 'nginx closed quiet WebSockets (proxy_read_timeout)',
      actions: [
        action('see the timeout of the WebSocket', `${nginxCommand(run, 'nginx -T')} 2>/dev/null | grep -n proxy_read_timeout`),
        action(check?.remedy ?? 'raise proxy_read_timeout on the location of the WebSocket, e.g. to 3600s, and reload nginx'),
      ],
    },
    {
      seen: isSeen,
      for: [
        ...(isSeen ? [proof(`${counted(lines ?? 0, 'line')} "upstream timed out" in its error log`, `log.matches ${PATTERN}`)] : []),
        ...(check?.status === 'fail' ? [checkProof(check)] : []),
      ],
      against: isSeen
        ? []
        : [
            ...(lines === 0 ? [proof('0 lines "upstream timed out" in its error log', `log.matches ${PATTERN}`)] : []),
            ...(check?.status === 'pass' ? [checkProof(check)] : []),
          ],
      unknown: lines === undefined && check?.status !== 'pass' ? ['the error log of nginx was not read'] : [],
    },
  );
}
