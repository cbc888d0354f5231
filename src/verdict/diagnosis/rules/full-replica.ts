import type { Cause } from '../../finding.js';
import { counted } from '../../format.js';
import { backendFull } from '../causes/backend-full.js';
import { tokenExpired } from '../causes/token-expired.js';
import { tokenMismatch } from '../causes/token-mismatch.js';
import { byBackend, CONNECT, exampleOf, failuresOf, linesProof, logLines, occurrencesOf, present, timesOf } from '../evidence.js';
import { greatest, loadWindow, type Window } from '../readings.js';
import type { Judged, Rule } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const PATTERN = 'connection_refused';
const FORBIDDEN = 'http 403';

/** With less between the fullest and the emptiest backend, all are as good as full. */
const UNEVEN = 0.8;

/** A replica had no room for another connection: a 403 like any other to the client, and told apart by its log. */
export const fullReplica: Rule = {
  id: 'full-replica',
  title: 'A replica is full',
  diagnose(run) {
    const window = loadWindow(run);
    const lines = logLines(run, PATTERN);
    if (window === null || lines.total === 0) return null;
    const refused = failuresOf(run, CONNECT).filter(({ kind }) => kind === FORBIDDEN);
    const times = timesOf(refused) ?? window;
    const all = occurrencesOf(failuresOf(run, CONNECT));
    return {
      symptom: `${lines.where} refused ${counted(lines.total, 'connection')} at the limit${refused.length === 0 ? '' : `; ${counted(occurrencesOf(refused), 'connect')} met HTTP 403`}`,
      ...times,
      evidence: [
        linesProof(lines),
        ...present([exampleOf(run, PATTERN)]),
        ...(refused.length === 0
          ? []
          : [proof(`HTTP 403: ${occurrencesOf(refused)} of ${counted(all, 'failed connect')}`, 'failures of connect')]),
      ],
      causes: [backendFull(run, times), uneven(run, window), tokenExpired(run), tokenMismatch(run)],
      watch: ['backend.connections against the limit of a replica (1,000)', 'lines of connection_refused'],
      // Other failures beside these have causes of their own.
      explains: occurrencesOf(refused) === all ? ['connect-failures'] : [],
    };
  },
};

/** One is full while others have room. */
function uneven(run: Judged, window: Window): Cause {
  const most = [...byBackend(run, 'backend.connections', window)].map(([backend, readings]) => ({
    backend,
    value: greatest(readings)?.value ?? 0,
  }));
  const told = most.map(({ backend, value }) => `${backend} ${value}`).join(', ');
  const isUneven = most.length > 1 && Math.min(...most.map(({ value }) => value)) < UNEVEN * Math.max(...most.map(({ value }) => value));
  const readings = most.length > 1 ? [proof(`most connections at once: ${told}`, 'backend.connections')] : [];
  return weigh(
    {
      id: 'uneven-upstream',
      title: 'nginx goes on giving users to the full replica while others have room',
      actions: [
        action('balance so that none fills before the others: least_conn from one address, ip_hash only from many'),
        action('start from more source addresses', 'loadwitness run --source-addresses 127.0.1.0/28'),
      ],
    },
    {
      for: isUneven ? readings : [],
      against: isUneven ? [] : readings,
      unknown: most.length > 1 ? [] : ['no sample of backend.connections of two backends'],
    },
  );
}
