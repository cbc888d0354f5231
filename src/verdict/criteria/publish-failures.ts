import { worseCover } from '../coverage.js';
import { counted } from '../format.js';
import { logCover, logProof, MAX_GAP_INTERVALS, matchesOf } from '../log-proof.js';
import type { CriterionCode, LogProof, LogReading } from '../run-result.js';
import type { Criterion, Facts, RowData } from './criterion.js';
import { baseOf, failed, held, inconclusive, NO_LIMIT } from './criterion.js';

/** The log counter of messages that a backend could not publish on Redis: `LogPattern.publishFailed` of the configuration. */
const PUBLISH_FAILED = 'publish_failed';

/** Of each log: one at the load's begin and one at its end. */
const MIN_READINGS = 2;

/**
 * No backend failed to publish a message on Redis. None seen is a pass only with proof that all logs were read for the whole load;
 * one that was seen is a failure however badly they were read.
 */
export const publishFailures: Criterion = (facts) => {
  const limit = facts.thresholds.publishFailures;
  const rule = baseOf(facts, {
    id: 'publish_failures',
    title: 'Redis Pub/Sub publish failures',
    required: true,
    threshold: limit === null ? '' : limit === 0 ? '0' : `≤ ${limit}`,
    limit,
    unit: '{count}',
    source: 'logs',
    minSamples: MIN_READINGS,
    minCoverage: 1,
    maxGapMs: MAX_GAP_INTERVALS * intervalOf(facts),
  });
  if (limit === null) return [inconclusive(rule, 'no_limit', NO_LIMIT)];
  const proof = logProof(facts);
  const base = { ...rule, ...readingData(facts, proof) };
  const seen = matchesOf(proof.backends, PUBLISH_FAILED);
  const where = proof.backends
    .filter(({ matches }) => (matches[PUBLISH_FAILED] ?? 0) > 0)
    .map(({ backend, matches }) => `${backend} ${matches[PUBLISH_FAILED]}`);
  const lines = `${counted(seen, 'line')} of ${PUBLISH_FAILED}${where.length > 0 ? ` (${where.join(', ')})` : ''}`;
  if (seen > limit) return [failed(base, String(seen), seen, `${lines} in the backends' logs`)];
  const problem = problemOf(facts, proof);
  const observed = proof.backends.some(({ samples }) => samples > 0) ? seen : null;
  if (problem !== null) {
    return [inconclusive(base, problem.code, problem.text, observed === null ? undefined : `${seen} seen`, observed)];
  }
  return [held(base, String(seen), seen, `${lines}; ${proofText(proof)}`)];
};

const intervalOf = ({ logs, start }: Pick<Facts, 'logs' | 'start'>): number => logs.intervalMs ?? start.sampleIntervalMs;

/** The least that there is of any backend's log: readings in the load, and how much of it they cover. */
function readingData({ logs, start, measured, loadEnd }: Facts, { backends }: LogProof): Partial<RowData> {
  if (measured === null || backends.length === 0) return { samples: 0, coverage: null, greatestGapMs: null };
  const samples = Math.min(...backends.map(({ samples: count }) => count));
  const window = { from: measured.from, to: loadEnd?.t ?? measured.to };
  const cover = [...logs.backends.values()].map((log) => logCover(log, window, intervalOf({ logs, start }))).reduce(worseCover);
  return { samples, ...cover };
}

/** Why "none seen" proves nothing; null when it does. */
function problemOf(facts: Facts, proof: LogProof): { code: CriterionCode; text: string } | null {
  const readings = proof.backends.filter(({ backend }) => facts.start.backends.includes(backend));
  if (readings.length === 0) return { code: 'no_data', text: 'no backend is configured whose log could be read' };
  const uncovered = readings.filter(({ problem }) => problem !== null);
  if (uncovered.length > 0) {
    const text = uncovered.map(({ backend, problem }) => `${backend}: ${problem}`).join('; ');
    return { code: uncoveredCode(facts, uncovered), text };
  }
  const uncounted = readings.filter(({ matches }) => !Object.hasOwn(matches, PUBLISH_FAILED));
  if (uncounted.length > 0) {
    return {
      code: 'no_data',
      text: `${PUBLISH_FAILED} was not counted in the log of ${uncounted.map(({ backend }) => backend).join(', ')}`,
    };
  }
  const unproven = unprovenReading(facts, proof);
  return unproven === null ? null : { code: 'no_proof', text: unproven };
}

function uncoveredCode({ loadStart, loadEnd }: Facts, uncovered: readonly LogReading[]): CriterionCode {
  if (loadStart === null) return 'no_load';
  if (loadEnd === null) return 'cut_off';
  return uncovered.some(({ samples }) => samples === 0) ? 'no_data' : 'gap';
}

/** Why nothing proves that the logs were really read; null when something does. */
function unprovenReading(facts: Facts, proof: LogProof): string | null {
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
