import { failureShare, sumOfTasks } from '../accumulate/counts.js';
import { counted, percent } from '../format.js';
import type { LoadCriterion, RowBase } from './criterion.js';
import { inconclusive, judged, NO_LIMIT } from './criterion.js';
import { generatorFailures } from './generator-failures.js';

/**
 * Less than this share of everything that users did failed: connects, tasks, and sockets that the target dropped. What failed for want
 * of something on the generator's own machine is left out, and keeps the rate from passing.
 */
export const errorRate: LoadCriterion = ({ load, thresholds }) => {
  const limit = thresholds.errorRate;
  const base: RowBase = {
    id: 'error_rate',
    title: 'Error rate',
    required: true,
    // Nothing is less than none: a limit of 0 asks for none.
    threshold: limit === null ? '' : limit === 0 ? '0 %' : `< ${percent(limit)}`,
    limit,
    unit: '1',
  };
  if (limit === null) return [inconclusive(base, NO_LIMIT)];
  const own = generatorFailures([...load.tasks.values()]);
  const { failed, rate } = failureShare(load);
  if (rate === null) return [inconclusive(base, own?.text ?? 'no request was made')];
  const sum = sumOfTasks(load);
  const dropped = load.dropped > 0 ? `, and ${counted(load.dropped, 'dropped connection')}` : '';
  const evidence = `${failed - load.dropped} of ${counted(sum.requests - sum.generatorFailures, 'request')} failed${dropped}`;
  const holds = rate < limit || failed === 0;
  if (own && holds) return [inconclusive(base, `${evidence}; ${own.text}`, percent(rate), rate)];
  return [judged(base, holds ? 'pass' : 'fail', percent(rate), rate, evidence)];
};
