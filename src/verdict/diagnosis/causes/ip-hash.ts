import type { Cause } from '../../run-result.js';
import { nginxCommand } from '../commands.js';
import { checkOf, checkProof, present } from '../evidence.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const METHOD = 'nginx-upstream-method';
const FORECAST = 'nginx-ip-hash-forecast';

/** ip_hash sends every user of one /24 to one backend. @param isOneAlone Whether one backend had nearly all connections. */
export function ipHash(run: Judged, isOneAlone: boolean): Cause {
  const method = checkOf(run, METHOD);
  const forecast = checkOf(run, FORECAST);
  const balances = / balances with (?<method>\w+)/.exec(method?.observed ?? '')?.groups?.method;
  const isHash = balances === 'ip_hash';
  const isForecast = forecast?.status === 'fail' || forecast?.status === 'warn';
  const observed = present([method && checkProof(method)]);
  return weigh(
    {
      id: 'ip-hash',
      title: 'ip_hash sends users of few networks to few backends',
      actions: [
        action('see how nginx balances', `${nginxCommand(run, 'nginx -T')} 2>/dev/null | grep -nA 6 'upstream '`),
        ...present([forecast?.remedy]).map((remedy) => action(remedy)),
        action('or let it balance by connections for the time of the test; this is put back afterwards', 'loadwitness nginx relax'),
        action('or load from several machines in different /24 networks'),
      ],
    },
    {
      seen: isForecast,
      for: [
        ...(isForecast && forecast ? [{ ...checkProof(forecast), text: `${checkProof(forecast).text}: it was foreseen` }] : []),
        ...(isHash && forecast?.status !== 'pass' ? observed : []),
        ...(isOneAlone && (isHash || method === undefined)
          ? [proof('one backend had nearly all connections, as when all users have one address for nginx', 'backend.connections')]
          : []),
      ],
      against: [...(balances !== undefined && !isHash ? observed : []), ...(forecast?.status === 'pass' ? [checkProof(forecast)] : [])],
      unknown: balances === undefined ? ['how nginx balances was not read'] : [],
    },
  );
}
