import { counted } from '../../format.js';
import type { Cause } from '../../run-result.js';
import { logCommand } from '../commands.js';
import { byBackend, CONNECT, exampleOf, failuresOf, linesProof, logLines, occurrencesOf, present } from '../evidence.js';
import { greatest, type Window } from '../readings.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const PATTERN = 'connection_refused';
const FORBIDDEN = 'http 403';

/** A backend took no more connections: HTTP 403, which its log alone tells from a bad token. */
export function backendFull(run: Judged, window: Window): Cause {
  const lines = logLines(run, PATTERN);
  const refused = occurrencesOf(failuresOf(run, CONNECT).filter(({ kind }) => kind === FORBIDDEN));
  const held = [...byBackend(run, 'backend.connections', window)].map(([backend, readings]) => `${backend} ${greatest(readings)?.value}`);
  const most = held.length === 0 ? [] : [proof(`most connections at once: ${held.join(', ')}`, 'backend.connections')];
  const isSeen = lines.total > 0;
  return weigh(
    {
      id: 'backend-full',
      title: 'A backend was full',
      actions: [
        action('see which backend refused, and at how many connections', logCommand(run, '연결 거부')),
        action('start more backends or raise the most connections that each one takes; balance so that a full one draws no new ones'),
      ],
    },
    {
      seen: isSeen,
      for: isSeen ? [linesProof(lines), ...present([exampleOf(run, PATTERN)]), ...most] : [],
      against: isSeen
        ? []
        : [
            ...(refused === 0
              ? [proof('no connect was refused with HTTP 403, which is what a full backend answers', 'failures of connect')]
              : []),
            ...(lines.counted > 0 && lines.problem === null
              ? [proof(`0 lines of ${PATTERN} in the logs of ${counted(lines.counted, 'backend')}`, `log.matches ${PATTERN}`)]
              : []),
          ],
      unknown: isSeen || refused === 0 ? [] : lines.counted === 0 ? [`${PATTERN} was not counted in any log`] : present([lines.problem]),
    },
  );
}
