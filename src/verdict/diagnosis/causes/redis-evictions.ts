import type { Cause } from '../../finding.js';
import { bytes, clock, counted } from '../../format.js';
import { redisCli } from '../commands.js';
import { counterOf, firstRise, greatest, readingsOf, type Window } from '../readings.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const EVICTED = 'redis.keys.evicted';
const USED = 'redis.memory.used';
const LIMIT = 'redis.maxmemory';

/** From this share of `maxmemory` on Redis is as good as full: the next write evicts. */
const FULL = 0.98;

/** Redis was full and threw keys away: sessions and cached routes among them. */
export function redisEvictions(run: Judged, window: Window): Cause {
  const evicted = counterOf(run, EVICTED, window);
  const used = greatest(readingsOf(run, USED, window));
  const limit = greatest(readingsOf(run, LIMIT, window));
  const share = used !== undefined && limit !== undefined && limit.value > 0 ? used.value / limit.value : undefined;
  const memory =
    used !== undefined && limit !== undefined && share !== undefined
      ? proof(`Redis used ${bytes(used.value)} of ${bytes(limit.value)} at most, at ${clock(used.t)}`, USED)
      : undefined;
  const rise = firstRise(run, EVICTED, window);
  return weigh(
    {
      id: 'redis-evictions',
      title: 'Redis was out of memory and evicted keys',
      actions: [
        action('see how full Redis is, and what it does when it is full', redisCli(run, 'INFO memory')),
        action('give it more memory than the load needs, e.g. twice as much', redisCli(run, 'CONFIG SET maxmemory 1gb')),
        action('see which keys are large', redisCli(run, '--bigkeys')),
      ],
    },
    {
      seen: true,
      for: [
        ...(evicted !== null && evicted.grew > 0
          ? [proof(`${counted(evicted.grew, 'key')} were evicted${rise === undefined ? '' : `, the first by ${clock(rise.t)}`}`, EVICTED)]
          : []),
        ...(memory !== undefined && share !== undefined && share >= FULL && (evicted?.grew ?? 1) > 0 ? [memory] : []),
      ],
      against: [
        ...(evicted !== null && evicted.grew === 0
          ? [
              proof(
                `no key was evicted: the counter stayed at ${evicted.last.value} from ${clock(evicted.first.t)} to ${clock(evicted.last.t)}`,
                EVICTED,
              ),
            ]
          : []),
        ...(memory !== undefined && share !== undefined && share < FULL ? [memory] : []),
      ],
      unknown: evicted === null ? [`no two samples of ${EVICTED}`] : [],
    },
  );
}
