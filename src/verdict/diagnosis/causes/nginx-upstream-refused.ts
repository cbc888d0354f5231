import { counted } from '../../format.js';
import type { Cause } from '../../run-result.js';
import { nginxCommand } from '../commands.js';
import { CONNECT, checkOf, checkProof, failuresOf, kindsOf, nginxLines } from '../evidence.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const PATTERNS = {
  upstream_refused: 'connect() failed (111: Connection refused)',
  no_live_upstreams: 'no live upstreams',
  upstream_timeout: 'upstream timed out',
};
const CHECK = 'nginx-upstream-addresses';

/** What nginx answers when no backend could be reached. */
const KINDS = /^http (502|504)$/;

/** nginx did not reach the backends: they were away, or are now at addresses that it does not know. */
export function nginxUpstreamRefused(run: Judged): Cause {
  const found = Object.entries(PATTERNS).map(([pattern, text]) => ({ pattern, text, lines: nginxLines(run, pattern) }));
  const seen = found.filter(({ lines }) => (lines ?? 0) > 0);
  const isRead = found.some(({ lines }) => lines !== undefined);
  const failed = failuresOf(run, CONNECT).filter(({ kind }) => KINDS.test(kind));
  const check = checkOf(run, CHECK);
  return weigh(
    {
      id: 'nginx-upstream-refused',
      title: 'nginx could not reach the backends',
      actions: [
        action('see which backends nginx passes users to', `${nginxCommand(run, 'nginx -T')} 2>/dev/null | grep -nA 6 'upstream '`),
        action('let it look up their addresses again, which keeps every connection', nginxCommand(run, 'nginx -s reload')),
      ],
    },
    {
      seen: seen.length > 0,
      for: [
        ...seen.map(({ pattern, text, lines }) =>
          proof(`${counted(lines ?? 0, 'line')} "${text}" in its error log`, `log.matches ${pattern}`),
        ),
        ...(failed.length > 0 ? [proof(`connects were answered with ${kindsOf(failed)}`, 'failures of connect')] : []),
        ...(check?.status === 'fail' && (seen.length > 0 || failed.length > 0) ? [checkProof(check)] : []),
      ],
      against:
        seen.length > 0 || failed.length > 0
          ? []
          : [
              proof('no connect was answered with HTTP 502 or 504, which nginx answers without a backend', 'failures of connect'),
              ...(isRead
                ? [
                    proof(
                      'its error log has no line of a backend that refused or timed out',
                      `log.matches ${Object.keys(PATTERNS).join(', ')}`,
                    ),
                  ]
                : []),
            ],
      unknown: isRead || failed.length === 0 ? [] : ['its error log was not read'],
    },
  );
}
