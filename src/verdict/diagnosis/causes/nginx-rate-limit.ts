import { counted } from '../../format.js';
import type { Cause } from '../../run-result.js';
import { nginxCommand } from '../commands.js';
import { CONNECT, checkOf, checkProof, failuresOf, kindsOf, nginxLines } from '../evidence.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const PATTERN = 'limiting';
const CHECK = 'nginx-rate-limits';

/** What limit_req and limit_conn answer. */
const KINDS = /^http (503|429)$/;

/** nginx turned users away for a rate limit: users of a load test come from few addresses. */
export function nginxRateLimit(run: Judged): Cause {
  const lines = nginxLines(run, PATTERN);
  const check = checkOf(run, CHECK);
  const failed = failuresOf(run, CONNECT).filter(({ kind }) => KINDS.test(kind));
  const isSeen = (lines ?? 0) > 0;
  const answered = failed.length > 0 ? [proof(`connects were answered with ${kindsOf(failed)}`, 'failures of connect')] : [];
  return weigh(
    {
      id: 'nginx-rate-limit',
      title: 'A rate limit of nginx turned users away',
      actions: [
        action(
          'see which limits are in use: a zone alone limits nothing',
          `${nginxCommand(run, 'nginx -T')} 2>/dev/null | grep -nE 'limit_(req|conn)'`,
        ),
        action(check?.remedy ?? 'take limit_req and limit_conn off the path of the WebSocket for the time of the test'),
      ],
    },
    {
      seen: isSeen,
      for: [
        ...(isSeen
          ? [
              proof(
                `${counted(lines ?? 0, 'line')} "limiting requests" or "limiting connections" in its error log`,
                `log.matches ${PATTERN}`,
              ),
            ]
          : []),
        ...(isSeen || check?.status === 'fail' ? answered : []),
        ...(check?.status === 'fail' && (isSeen || failed.length > 0) ? [checkProof(check)] : []),
      ],
      against: isSeen
        ? []
        : [
            ...(failed.length === 0
              ? [proof('no connect was answered with HTTP 503 or 429, which a limit answers', 'failures of connect')]
              : []),
            ...(lines === 0 ? [proof('0 lines of "limiting" in its error log', `log.matches ${PATTERN}`)] : []),
            ...(check?.status === 'pass' ? [checkProof(check)] : []),
          ],
      unknown: lines === undefined && failed.length > 0 ? ['its error log was not read'] : [],
    },
  );
}
