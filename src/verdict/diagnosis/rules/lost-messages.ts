import type { Cause } from '../../finding.js';
import { counted } from '../../format.js';
import { fromTo, lossWindow, sourcesOf } from '../canary-losses.js';
import { generatorSaturated } from '../causes/generator.js';
import { pubsubListener, subscribersOf } from '../causes/pubsub-listener.js';
import { redisOutputBuffer } from '../causes/redis-output-buffer.js';
import { redisRestarted } from '../causes/redis-restarted.js';
import { redisStalled } from '../causes/redis-stalled.js';
import { redisCli } from '../commands.js';
import { criterionOf, criterionProof, linesProof, logLines } from '../evidence.js';
import { loadWindow, type Window } from '../readings.js';
import type { Judged, Rule } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

/** Messages between backends get lost although every replica listens. */
export const lostMessages: Rule = {
  id: 'lost-messages',
  title: 'Messages between the backends get lost',
  diagnose(run) {
    const { canaries } = run;
    const delivery = criterionOf(run, 'canary_delivery');
    const window = loadWindow(run);
    const lost = lossWindow(run);
    if (window === null || lost === null || canaries === null || delivery?.status !== 'fail') return null;
    const around = { from: Math.min(window.from, lost.from), to: Math.max(window.to, lost.to) };
    return {
      symptom: `${counted(canaries.lost, 'canary', 'canaries')} of ${canaries.published} never arrived, ${fromTo(lost)}`,
      ...lost,
      evidence: [
        criterionProof(delivery),
        ...sourcesOf(run, 1, Math.max(1, subscribersOf(run, around)?.wanted ?? run.logProof.backends.length)),
      ],
      causes: [
        notHandedOn(run, around),
        pubsubListener(run, around),
        redisOutputBuffer(run, around),
        redisRestarted(run, around),
        redisStalled(run, around),
        generatorSaturated(run, lost),
      ],
      watch: [
        'the share of canaries that are lost: one replica of three that loses all of its messages loses a third',
        'redis.pubsub.subscribers, and redis.pubsub.output_buffer.max',
      ],
    };
  },
};

/** Redis gave the message to every subscriber, and one of them did not hand it to its user. */
function notHandedOn(run: Judged, window: Window): Cause {
  const subscribers = subscribersOf(run, window);
  const reached = run.canaries?.leastSubscribers ?? null;
  const wanted = subscribers?.wanted ?? null;
  const errors = logLines(run, 'error_level');
  const isReached = reached !== null && wanted !== null && reached >= wanted;
  return weigh(
    {
      id: 'not-handed-on',
      title: 'A backend receives messages and does not hand them to its users',
      actions: [
        action(
          'publish to a user of each replica by hand and see who gets it',
          redisCli(run, `PUBLISH ${channelOf(run)} '{"target_user_id":"<user>","message":{"type":"test"},"timestamp":""}'`),
        ),
        action('look in the listener of the backend for messages that are dropped: an exception, a full queue, an id that is not found'),
      ],
    },
    {
      for: [
        ...(isReached
          ? [proof(`each PUBLISH reached ${counted(reached, 'subscriber')}, as many as there are replicas`, 'canary.second')]
          : []),
        ...(subscribers !== null && subscribers.least >= subscribers.wanted
          ? [proof(`NUMSUB was never below ${subscribers.wanted}`, 'redis.pubsub.subscribers')]
          : []),
        ...(errors.total > 0 ? [linesProof(errors)] : []),
      ],
      against:
        reached !== null && wanted !== null && !isReached
          ? [proof(`a PUBLISH reached ${reached} of ${wanted} at the least`, 'canary.second')]
          : [],
      unknown:
        reached === null ? ['how many a PUBLISH reached is not known'] : wanted === null ? ['how many should listen is not known'] : [],
    },
  );
}

const channelOf = (run: Judged): string =>
  run.series.find(({ name }) => name === 'redis.pubsub.subscribers')?.attributes.channel ?? 'kindmap_events';
