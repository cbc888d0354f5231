import { counted } from '../format.js';
import { logProof, matchesOf } from '../log-proof.js';
import type { LogProof } from '../run-result.js';
import type { Criterion, Facts, RowBase } from './criterion.js';
import { inconclusive, judged, NO_LIMIT } from './criterion.js';

/** The log counter of messages that a backend could not publish on Redis: `LogPattern.publishFailed` of the configuration. */
const PUBLISH_FAILED = 'publish_failed';

/**
 * No backend failed to publish a message on Redis. None seen is a pass only with proof that all logs were read for the whole load;
 * one that was seen is a failure however badly they were read.
 */
export const publishFailures: Criterion = (facts) => {
  const limit = facts.thresholds.publishFailures;
  const base: RowBase = {
    id: 'publish_failures',
    title: 'Redis Pub/Sub publish failures',
    required: true,
    threshold: limit === null ? '' : limit === 0 ? '0' : `≤ ${limit}`,
    limit,
    unit: '{count}',
  };
  if (limit === null) return [inconclusive(base, NO_LIMIT)];
  const proof = logProof(facts);
  const seen = matchesOf(proof.backends, PUBLISH_FAILED);
  const where = proof.backends
    .filter(({ matches }) => (matches[PUBLISH_FAILED] ?? 0) > 0)
    .map(({ backend, matches }) => `${backend} ${matches[PUBLISH_FAILED]}`);
  const lines = `${counted(seen, 'line')} of ${PUBLISH_FAILED}${where.length > 0 ? ` (${where.join(', ')})` : ''}`;
  if (seen > limit) return [judged(base, 'fail', String(seen), seen, `${lines} in the backends' logs`)];
  const problem = problemOf(facts, proof);
  const observed = proof.backends.some(({ samples }) => samples > 0) ? seen : null;
  if (problem !== null) return [inconclusive(base, problem, observed === null ? undefined : `${seen} seen`, observed)];
  return [judged(base, 'pass', String(seen), seen, `${lines}; ${proofText(proof)}`)];
};

/** Why "none seen" proves nothing; null when it does. */
function problemOf(facts: Facts, proof: LogProof): string | null {
  const readings = proof.backends.filter(({ backend }) => facts.start.backends.includes(backend));
  if (readings.length === 0) return 'no backend is configured whose log could be read';
  const uncovered = readings.filter(({ problem }) => problem !== null);
  if (uncovered.length > 0) return uncovered.map(({ backend, problem }) => `${backend}: ${problem}`).join('; ');
  const uncounted = readings.filter(({ matches }) => !Object.hasOwn(matches, PUBLISH_FAILED));
  if (uncounted.length > 0) return `${PUBLISH_FAILED} was not counted in the log of ${uncounted.map(({ backend }) => backend).join(', ')}`;
  if (proof.pattern === '')
    return 'monitoring.log_proof names no line that the load is known to cause, so nothing proves that the logs were really read';
  if (facts.start.mode !== 'load') {
    return `only our own users tell how many ${proof.replyType} they received, so nothing proves that the logs were really read`;
  }
  if (proof.replies === 0) return `users received no ${proof.replyType}, so nothing proves that the logs were really read`;
  if (proof.lines < proof.replies) {
    return `the logs held ${counted(proof.lines, 'line')} of ${proof.pattern} for ${proof.replies} ${proof.replyType} that users received: they were not read in full`;
  }
  return null;
}

function proofText({ backends, pattern, replyType, lines, replies }: LogProof): string {
  const other = lines > replies ? ` (${lines - replies} more: other traffic, or replies that no user waited for any more)` : '';
  return `the logs of ${counted(backends.length, 'backend')} were read over the whole load: ${lines} lines of ${pattern} for ${replies} ${replyType} received${other}`;
}
