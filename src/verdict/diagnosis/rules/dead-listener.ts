import { clock, counted } from '../../format.js';
import { sourcesOf } from '../canary-losses.js';
import { pubsubListener, SUBSCRIBERS, subscribersOf } from '../causes/pubsub-listener.js';
import { redisOutputBuffer } from '../causes/redis-output-buffer.js';
import { redisRestarted } from '../causes/redis-restarted.js';
import { checkOf, checkProof, criterionOf, criterionProof, logLines } from '../evidence.js';
import { lossesOf } from '../losses.js';
import { loadWindow } from '../readings.js';
import type { Rule } from '../rule.js';
import { proof } from '../weigh.js';

/** A replica that runs and answers, and no longer hears what the others publish. */
export const deadListener: Rule = {
  id: 'dead-listener',
  title: 'A Pub/Sub listener is dead',
  diagnose(run) {
    const window = loadWindow(run);
    const subscribers = window && subscribersOf(run, window);
    if (window === null || !subscribers || subscribers.least >= subscribers.wanted) return null;
    // A replica that is gone does not listen either: that is another problem, of which this is a part.
    if (subscribers.wanted - lossesOf(run).length <= subscribers.least) return null;
    const { canaries } = run;
    const delivery = criterionOf(run, 'canary_delivery');
    const healthy = checkOf(run, 'replicas-healthy');
    const missing = subscribers.wanted - subscribers.least;
    const lost =
      canaries === null || canaries.lost === 0
        ? ''
        : `; ${counted(canaries.lost, 'canary', 'canaries')} of ${canaries.published} never arrived`;
    return {
      symptom: `${subscribers.least} of ${counted(subscribers.wanted, 'replica')} listened on Redis Pub/Sub, from ${clock(subscribers.from)} on${lost}`,
      from: subscribers.from,
      to: subscribers.to,
      evidence: [
        proof(
          `NUMSUB was ${subscribers.least} at the least, of ${counted(subscribers.samples, 'sample')}; ${subscribers.wanted} should listen`,
          SUBSCRIBERS,
        ),
        ...(delivery?.status === 'fail' ? [criterionProof(delivery)] : []),
        ...(canaries !== null && canaries.lost > 0 ? sourcesOf(run, missing, subscribers.wanted) : []),
        // That it was green all the same: it does not ask for the listener.
        ...(healthy?.status === 'pass' ? [checkProof(healthy)] : []),
      ],
      causes: [pubsubListener(run, window), redisOutputBuffer(run, window), redisRestarted(run, window)],
      watch: [
        'redis.pubsub.subscribers: it must be the number of replicas all the time',
        'the lines of pubsub_listener_error in the backends’ logs',
        'canaries before the load: a listener that is dead already shows there',
      ],
      explains: logLines(run, 'publish_failed').total > 0 ? ['lost-messages'] : ['lost-messages', 'publish-failures'],
    };
  },
};
