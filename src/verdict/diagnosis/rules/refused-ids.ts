import { counted } from '../../format.js';
import { backendFull } from '../causes/backend-full.js';
import { tokenExpired } from '../causes/token-expired.js';
import { tokenMismatch } from '../causes/token-mismatch.js';
import { CONNECT, failuresOf } from '../evidence.js';
import { loadWindow, type Window } from '../readings.js';
import type { Judged, Rule } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const FORBIDDEN = /\b403\b/;
const CONNECTING = /connect/i;

/** Not one user gets in: each connect is HTTP 403, from the first on. */
export const refusedIds: Rule = {
  id: 'refused-ids',
  title: 'Every connect is refused with HTTP 403',
  diagnose(run) {
    const window = loadWindow(run);
    const refused = window && (run.mode === 'load' ? ofOwnLoad(run) : ofForeignLoad(run));
    if (window === null || !refused) return null;
    return {
      symptom: `${refused.refused} of ${counted(refused.connects, 'connect')} were refused with HTTP 403: nobody got in`,
      ...window,
      evidence: [proof(`${counted(refused.connects, 'connect')}, ${refused.refused} of them refused with HTTP 403`, refused.source)],
      causes: [run.mode === 'load' ? tokenMismatch(run) : foreignIds(run, window), tokenExpired(run), backendFull(run, window)],
      watch: ['the reasons of a refusal in the backends’ logs: clients see the same 403 for all of them'],
      explains: ['connect-failures', 'expired-tokens', 'full-replica'],
    };
  },
};

interface Refused {
  connects: number;
  refused: number;
  source: string;
}

function ofOwnLoad(run: Judged): Refused | null {
  const connect = run.tasks.find(({ name }) => name === CONNECT);
  if (connect === undefined || connect.requests === 0 || connect.failures < connect.requests) return null;
  const refused = failuresOf(run, CONNECT)
    .filter(({ kind }) => FORBIDDEN.test(kind))
    .reduce((sum, { occurrences }) => sum + occurrences, 0);
  return refused === connect.requests ? { connects: connect.requests, refused, source: 'failures of connect' } : null;
}

function ofForeignLoad({ external }: Judged): Refused | null {
  const rows = external?.rows.filter(({ name, requests }) => CONNECTING.test(name) && requests > 0) ?? [];
  const connects = rows.reduce((sum, { requests }) => sum + requests, 0);
  const failed = rows.reduce((sum, { failures }) => sum + (failures ?? 0), 0);
  if (connects === 0 || failed < connects || external === null) return null;
  const refused = rows
    .flatMap(({ errors }) => Object.entries(errors))
    .filter(([message]) => FORBIDDEN.test(message))
    .reduce((sum, [, count]) => sum + count, 0);
  return refused < connects ? null : { connects, refused, source: (external.files ?? []).join(', ') || external.tool };
}

/** What the guide's own test does: it connects as `loadtest_<uuid>` with the token of an account. */
function foreignIds(run: Judged, window: Window) {
  const ruledOut = [tokenExpired(run), backendFull(run, window)].filter(({ standing }) => standing === 'confirmed');
  return weigh(
    {
      id: 'token-mismatch',
      title: 'The id in the URL is not that of the token',
      actions: [
        action('connect as the user of the token: /api/v1/ws/<sub of the token>?token=…'),
        action('see the sub of a token', `node -p "JSON.parse(Buffer.from('<token>'.split('.')[1],'base64url')).sub"`),
        action('or connect as a guest, who takes no token: an id that begins with temp_'),
      ],
    },
    {
      for:
        ruledOut.length > 0
          ? []
          : [proof('it befell each connect from the first on, which neither an expired token nor a full backend does', 'external.summary')],
      unknown: ['what ids the tool connects with'],
    },
  );
}
