import { failureShare, sumOfTasks } from '../accumulate/counts.js';
import { counted, percent } from '../format.js';
import type { LoadCriterion } from './criterion.js';
import { baseOf, failed, held, inconclusive, LOAD_COVERAGE, NO_LIMIT, withData } from './criterion.js';
import { generatorFailures } from './generator-failures.js';

/** Fewer requests prove no rate. */
const MIN_REQUESTS = 10;

/**
 * Less than this share of everything that users did failed: connects, tasks, and sockets that the target dropped. What failed for want
 * of something on the generator's own machine is left out, and keeps the rate from passing.
 */
export const errorRate: LoadCriterion = (facts) => {
  const { load, thresholds, recorded } = facts;
  const limit = thresholds.errorRate;
  const rule = baseOf(facts, {
    id: 'error_rate',
    title: 'Error rate',
    required: true,
    // Nothing is less than none: a limit of 0 asks for none.
    threshold: limit === null ? '' : limit === 0 ? '0 %' : `< ${percent(limit)}`,
    limit,
    unit: '1',
    source: 'load',
    minSamples: MIN_REQUESTS,
    ...LOAD_COVERAGE,
  });
  if (limit === null) return [inconclusive(rule, 'no_limit', NO_LIMIT)];
  const own = generatorFailures([...load.tasks.values()]);
  const { failed: failures, total, rate } = failureShare(load);
  const base = withData(rule, total, recorded);
  if (rate === null)
    return [own ? inconclusive(base, 'generator_failures', own.text) : inconclusive(base, 'no_data', 'no request was made')];
  const sum = sumOfTasks(load);
  const dropped = load.dropped > 0 ? `, and ${counted(load.dropped, 'dropped connection')}` : '';
  const evidence = `${failures - load.dropped} of ${counted(sum.requests - sum.generatorFailures, 'request')} failed${dropped}`;
  if (rate >= limit && failures > 0) return [failed(base, percent(rate), rate, evidence)];
  if (own) return [inconclusive(base, 'generator_failures', `${evidence}; ${own.text}`, percent(rate), rate)];
  return [held(base, percent(rate), rate, evidence)];
};
