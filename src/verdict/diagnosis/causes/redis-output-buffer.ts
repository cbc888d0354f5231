import type { Cause } from '../../finding.js';
import { bytes, clock, counted } from '../../format.js';
import { redisCli } from '../commands.js';
import { counterOf, greatest, readingsOf, type Window } from '../readings.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const CUT_OFF = 'redis.clients.output_buffer_limit_disconnections';
const FULLEST = 'redis.pubsub.output_buffer.max';
const LIMIT = 'redis.pubsub.output_buffer.limit';

/** A buffer that was seen this full between two samples has been fuller. */
const NEARLY_FULL = 0.8;

/** A subscriber read too slowly, and Redis cut it off for its output buffer (`client-output-buffer-limit pubsub`). */
export function redisOutputBuffer(run: Judged, window: Window): Cause {
  const cutOff = counterOf(run, CUT_OFF, window);
  const fullest = greatest(readingsOf(run, FULLEST, window));
  const limit = greatest(readingsOf(run, LIMIT, window));
  const isNearlyFull = fullest !== undefined && limit !== undefined && limit.value > 0 && fullest.value >= limit.value * NEARLY_FULL;
  const isCutOff = cutOff !== null && cutOff.grew > 0;
  const buffer =
    fullest === undefined
      ? []
      : [
          proof(
            `the fullest output buffer of a subscriber held ${bytes(fullest.value)}${limit === undefined ? '' : ` of ${limit.value === 0 ? 'unlimited' : bytes(limit.value)}`}, at ${clock(fullest.t)}`,
            FULLEST,
          ),
        ];
  return weigh(
    {
      id: 'redis-output-buffer',
      title: 'Redis cut a subscriber off for its output buffer',
      actions: [
        action('see the limit', redisCli(run, 'CONFIG GET client-output-buffer-limit')),
        action('raise it', redisCli(run, `CONFIG SET client-output-buffer-limit 'pubsub 64mb 16mb 60'`)),
      ],
    },
    {
      seen: isCutOff,
      for: [
        ...(isCutOff ? [proof(`${counted(cutOff.grew, 'client')} cut off for their output buffer`, CUT_OFF)] : []),
        ...(isNearlyFull ? buffer : []),
      ],
      against: [
        ...(cutOff !== null && cutOff.grew === 0 ? [proof('no client was cut off for its output buffer', CUT_OFF)] : []),
        ...(!isNearlyFull && !isCutOff ? buffer : []),
      ],
      unknown: cutOff === null && fullest === undefined ? [`no sample of ${CUT_OFF} or ${FULLEST}`] : [],
    },
  );
}
