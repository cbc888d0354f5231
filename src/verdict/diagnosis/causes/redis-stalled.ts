import type { Cause } from '../../finding.js';
import { clock, counted, millis } from '../../format.js';
import { redisCli } from '../commands.js';
import { counterOf, greatest, readingsOf, type Window } from '../readings.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const ROUND_TRIP = 'redis.round_trip.time';
const SLOW_LOG = 'redis.slowlog.entries';
const SAMPLER = 'redis';

/** A PING on a healthy Redis takes well under a millisecond; on a busy load machine some. */
const SLOW_S = 0.1;

/** One that is slow may be the load machine's own doing: so many are not, and neither is one that takes so long. */
const SLOW_SHARE = 0.1;
const MIN_SLOW = 2;
const VERY_SLOW_S = 1;

/** Redis answered late or not at all. A backend that waits for it blocks its event loop, and with it all of its users. */
export function redisStalled(run: Judged, window: Window): Cause {
  const trips = readingsOf(run, ROUND_TRIP, window);
  const trip = greatest(trips);
  const slowTrips = trips.filter(({ value }) => value >= SLOW_S).length;
  const slow = counterOf(run, SLOW_LOG, window);
  const lost = run.samplerErrors.find(({ sampler, first, last }) => sampler === SAMPLER && last >= window.from && first <= window.to);
  const isSlow = trip !== undefined && (trip.value >= VERY_SLOW_S || (slowTrips >= MIN_SLOW && slowTrips >= SLOW_SHARE * trips.length));
  const howMany = slowTrips === 0 ? '' : `; ${slowTrips} of ${trips.length} took ${millis(SLOW_S * 1000)} and more`;
  const roundTrip =
    trip === undefined ? [] : [proof(`a PING took ${millis(trip.value * 1000)} at most, at ${clock(trip.t)}${howMany}`, ROUND_TRIP)];
  return weigh(
    {
      id: 'redis-stalled',
      title: 'Redis answered late',
      actions: [
        action('measure its latency from the machine of a backend', redisCli(run, '--latency')),
        action('see the commands that held it up', redisCli(run, 'SLOWLOG GET 20')),
      ],
    },
    {
      seen: isSlow,
      for: [
        ...(isSlow ? roundTrip : []),
        ...(lost === undefined
          ? []
          : [
              proof(
                `Redis could not be read ${counted(lost.occurrences, 'time')} from ${clock(lost.first)} on: ${lost.message}`,
                'sampler redis',
              ),
            ]),
        ...(slow !== null && slow.grew > 0 ? [proof(`${counted(slow.grew, 'new entry', 'new entries')} in its slow log`, SLOW_LOG)] : []),
      ],
      against: isSlow ? [] : [...roundTrip, ...(slow !== null && slow.grew === 0 ? [proof('no new entry in its slow log', SLOW_LOG)] : [])],
      unknown: trip === undefined ? [`no sample of ${ROUND_TRIP}`] : [],
    },
  );
}
