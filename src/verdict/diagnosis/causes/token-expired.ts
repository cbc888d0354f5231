import { counted } from '../../format.js';
import type { Cause } from '../../run-result.js';
import { logCommand } from '../commands.js';
import { CONNECT, checkOf, checkProof, exampleOf, failuresOf, linesProof, logLines, occurrencesOf, present } from '../evidence.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const PATTERN = 'jwt_expired';
const CHECK = 'token-lifetime';
const FORBIDDEN = 'http 403';

/** Tokens were no longer good when their users came back: HTTP 403, like everything else that a backend refuses. */
export function tokenExpired(run: Judged): Cause {
  const lines = logLines(run, PATTERN);
  const check = checkOf(run, CHECK);
  const refused = occurrencesOf(failuresOf(run, CONNECT).filter(({ kind }) => kind === FORBIDDEN));
  const isSeen = lines.total > 0 && refused > 0;
  return weigh(
    {
      id: 'token-expired',
      title: 'Tokens had expired',
      actions: [
        action('see which users were refused', logCommand(run, 'JWT 토큰이 만료되었습니다')),
        action("let tokens last longer than the test: ACCESS_TOKEN_EXPIRE_MINUTES in the target's .env, for the time of the test alone"),
        action('or let loadwitness sign or renew them', 'loadwitness run --identity minted'),
        action('or load with guests, who have no token', 'loadwitness run --identity guests'),
      ],
    },
    {
      seen: isSeen,
      for: [
        ...(isSeen ? [linesProof(lines), ...present([exampleOf(run, PATTERN)])] : []),
        ...(check?.status === 'fail' && refused > 0 ? [checkProof(check)] : []),
      ],
      against: isSeen
        ? []
        : [
            ...(refused === 0
              ? [proof('no connect was refused with HTTP 403, which is what an expired token gets', 'failures of connect')]
              : []),
            ...(run.identity === 'guests' ? [proof('the users are guests, who have no token', 'run.start identity')] : []),
            ...(lines.counted > 0 && lines.problem === null
              ? [proof(`0 lines of ${PATTERN} in the logs of ${counted(lines.counted, 'backend')}`, `log.matches ${PATTERN}`)]
              : []),
            ...(check?.status === 'pass' ? [checkProof(check)] : []),
          ],
      unknown:
        isSeen || refused === 0 || run.identity === 'guests'
          ? []
          : lines.counted === 0
            ? [`${PATTERN} was not counted in any log`]
            : present([lines.problem]),
    },
  );
}
