import type { Cause } from '../../finding.js';
import { clock, counted } from '../../format.js';
import { redisCli } from '../commands.js';
import { counterOf, greatest, readingsOf, type Window } from '../readings.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const CONNECTED = 'redis.clients.connected';
const LIMIT = 'redis.maxclients';
const REJECTED = 'redis.connections.rejected';

/** From this share of `maxclients` on the next burst of connections is refused. */
const FULL = 0.95;

/** Redis had no room for another connection, so that a backend's pool could not grow. */
export function redisClients(run: Judged, window: Window): Cause {
  const rejected = counterOf(run, REJECTED, window);
  const connected = greatest(readingsOf(run, CONNECTED, window));
  const limit = greatest(readingsOf(run, LIMIT, window));
  const isFull = connected !== undefined && limit !== undefined && limit.value > 0 && connected.value >= limit.value * FULL;
  const most =
    connected === undefined
      ? []
      : [
          proof(
            `${counted(connected.value, 'client')} at most${limit === undefined ? '' : ` of ${limit.value}`}, at ${clock(connected.t)}`,
            CONNECTED,
          ),
        ];
  const isRejected = rejected !== null && rejected.grew > 0;
  return weigh(
    {
      id: 'redis-clients',
      title: 'Redis had no room for more clients',
      actions: [
        action('see who is connected', redisCli(run, 'CLIENT LIST')),
        action('allow more clients, and bound the pool of each backend', redisCli(run, 'CONFIG SET maxclients 20000')),
      ],
    },
    {
      seen: isRejected,
      for: [...(isRejected ? [proof(`Redis refused ${counted(rejected.grew, 'connection')}`, REJECTED)] : []), ...(isFull ? most : [])],
      against: [
        ...(rejected !== null && rejected.grew === 0 ? [proof('Redis refused no connection', REJECTED)] : []),
        ...(limit !== undefined && !isFull ? most : []),
      ],
      unknown:
        rejected === null && (connected === undefined || limit === undefined)
          ? [`no sample of ${REJECTED}, ${CONNECTED} and ${LIMIT}`]
          : [],
    },
  );
}
