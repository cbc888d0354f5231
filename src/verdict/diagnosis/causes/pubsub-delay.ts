import { counted, millis } from '../../format.js';
import type { Cause } from '../../run-result.js';
import { redisCli } from '../commands.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

/** Messages between the backends took long. The canaries go the same way. */
export function pubsubDelay(run: Judged): Cause {
  const { canaries } = run;
  const limit = canaries?.limitMs ?? null;
  const p99 = canaries?.latency?.['99%'];
  const told =
    canaries && p99 !== undefined
      ? [
          proof(
            `${counted(canaries.received + canaries.late, 'canary', 'canaries')} crossed the backends, p99 ${millis(p99)}${limit === null ? '' : ` of ${millis(limit)} allowed`}`,
            'canary.second latency',
          ),
        ]
      : [];
  const isSlow = p99 !== undefined && limit !== null && p99 > limit;
  return weigh(
    {
      id: 'pubsub-delay',
      title: 'Messages between the backends were late (Redis Pub/Sub)',
      actions: [
        action('measure the latency of Redis', redisCli(run, '--latency')),
        action('see who reads slowly: omem of the Pub/Sub clients', redisCli(run, 'CLIENT LIST TYPE pubsub')),
      ],
    },
    {
      seen: isSlow,
      for: isSlow ? told : [],
      against: isSlow ? [] : told,
      unknown: told.length === 0 ? ['no canary was sent that arrived'] : [],
    },
  );
}
