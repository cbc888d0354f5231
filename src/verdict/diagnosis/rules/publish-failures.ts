import { counted } from '../../format.js';
import { pubsubListener } from '../causes/pubsub-listener.js';
import { redisConnectionBroken, redisPublishTimeout, redisRefusedPublish } from '../causes/redis-connection-broken.js';
import { redisOutputBuffer } from '../causes/redis-output-buffer.js';
import { redisRestarted } from '../causes/redis-restarted.js';
import { redisStalled } from '../causes/redis-stalled.js';
import { criterionOf, criterionProof, exampleOf, grown, logLines, present } from '../evidence.js';
import { loadWindow, readingsWithin, seriesOf, type Window } from '../readings.js';
import type { Judged, Rule } from '../rule.js';
import { proof } from '../weigh.js';

const PATTERN = 'publish_failed';

/** The guide's problem 6: backends could not publish a message on Redis. */
export const publishFailures: Rule = {
  id: 'publish-failures',
  title: 'Backends fail to publish on Redis Pub/Sub',
  diagnose(run) {
    const row = criterionOf(run, 'publish_failures');
    const window = loadWindow(run);
    const lines = logLines(run, PATTERN);
    if (row?.status !== 'fail' || window === null || lines.total === 0) return null;
    const { canaries } = run;
    const lost =
      canaries !== null && canaries.published > 0
        ? [
            proof(
              `${canaries.lost} of ${counted(canaries.published, 'canary', 'canaries')} were lost: these are published by loadwitness and not by a backend`,
              'canary.second',
            ),
          ]
        : [];
    return {
      symptom: `${counted(lines.total, 'publish', 'publishes')} failed (${lines.where})`,
      ...(timesOfLines(run, window) ?? window),
      evidence: [criterionProof(row), ...present([exampleOf(run, PATTERN)]), ...lost],
      causes: [
        redisConnectionBroken(run),
        redisPublishTimeout(run),
        redisRefusedPublish(run),
        redisOutputBuffer(run, window),
        redisRestarted(run, window),
        redisStalled(run, window),
        pubsubListener(run, window),
      ],
      watch: [
        'lines of publish_failed in the backends’ logs: none',
        'redis.pubsub.subscribers and redis.connections.rejected',
        'connections of each backend to Redis: CLIENT LIST',
      ],
    };
  },
};

/** From the reading in which the counter first grew to the one in which it last did. */
function timesOfLines(run: Judged, window: Window): Window | null {
  const series = seriesOf(run, 'log.matches', { pattern: PATTERN }).filter(({ attributes }) => attributes.backend !== undefined);
  if ((grown(series, window) ?? 0) === 0) return null;
  const rises = series.flatMap((one) => {
    const readings = readingsWithin(one, { from: window.from - one.intervalMs, to: window.to });
    return readings.filter(({ value }, index) => value > (readings[index - 1]?.value ?? value)).map(({ t }) => t);
  });
  rises.sort((a, b) => a - b);
  const [first, last] = [rises[0], rises.at(-1)];
  return first === undefined || last === undefined ? null : { from: Math.max(window.from, first), to: last };
}
