import { clock, counted, percent } from '../../format.js';
import type { Cause } from '../../run-result.js';
import { backendLost } from '../causes/backend-lost.js';
import { ipHash } from '../causes/ip-hash.js';
import { nginxUpstreamRefused } from '../causes/nginx-upstream-refused.js';
import { nginxCommand } from '../commands.js';
import { brokenOf, byBackend, checkOf, checkProof, criterionProof } from '../evidence.js';
import { greatest, loadWindow } from '../readings.js';
import type { Judged, Rule } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const CRITERION = 'backend_spread';
const METRIC = 'backend.connections';

/** A backend with so large a share of all connections has them alone. */
const ALONE = 0.9;

/** The guide's problem 5: one backend has the users, and the others idle. */
export const upstreamImbalance: Rule = {
  id: 'upstream-imbalance',
  title: 'The users are not spread over the backends',
  diagnose(run) {
    const [row] = brokenOf(run, (id) => id === CRITERION);
    const window = loadWindow(run);
    if (row === undefined || window === null) return null;
    const peaks = [...byBackend(run, METRIC, window)].flatMap(([backend, readings]) => {
      const peak = greatest(readings);
      return peak === undefined ? [] : [{ backend, peak }];
    });
    const sum = peaks.reduce((total, { peak }) => total + peak.value, 0);
    const most = Math.max(0, ...peaks.map(({ peak }) => peak.value));
    return {
      symptom: `connections lie up to ${row.observed} from the mean of the backends: ${peaks.map(({ backend, peak }) => `${backend} ${peak.value}`).join(', ')} at most`,
      ...window,
      evidence: [
        criterionProof(row),
        ...peaks.map(({ backend, peak }) =>
          proof(
            `${backend}: ${counted(peak.value, 'connection')} at ${clock(peak.t)} (${percent(sum === 0 ? 0 : peak.value / sum)} of all)`,
            METRIC,
          ),
        ),
      ],
      causes: [ipHash(run, sum > 0 && most / sum >= ALONE), weights(run), nginxUpstreamRefused(run), backendLost(run)],
      watch: [
        'backend.connections of each backend',
        'from how many /24 networks nginx sees users: through a published port of Docker it sees one address',
      ],
    };
  },
};

/** Servers of an upstream that are meant to get more or less than others. */
function weights(run: Judged): Cause {
  const method = checkOf(run, 'nginx-upstream-method');
  const forecast = checkOf(run, 'nginx-ip-hash-forecast');
  const isDown = forecast?.observed.includes('(down)') === true;
  const isWeighted = /weight=|backup|\bdown\b/.test(method?.observed ?? '');
  const seen = [...(isWeighted && method ? [checkProof(method)] : []), ...(isDown && forecast ? [checkProof(forecast)] : [])];
  return weigh(
    {
      id: 'upstream-weights',
      title: 'The upstream does not treat its servers alike (weight, backup, down)',
      actions: [action('see the servers of the upstream', `${nginxCommand(run, 'nginx -T')} 2>/dev/null | grep -nA 6 'upstream '`)],
    },
    {
      seen: true,
      for: seen,
      // Which servers there are is told by their addresses alone.
      against:
        seen.length === 0 && method?.observed.includes(' balances with ')
          ? [proof(`no server is marked in what was read: ${method.observed}`, 'check nginx-upstream-method')]
          : [],
      unknown: method === undefined ? ['the servers of the upstream were not read'] : [],
    },
  );
}
