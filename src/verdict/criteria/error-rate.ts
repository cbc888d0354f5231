import { sumOf } from '../accumulate/tally.js';
import { counted, percent } from '../format.js';
import type { Criterion, RowBase } from './criterion.js';
import { inconclusive, judged, NO_LIMIT } from './criterion.js';

/** Less than this share of everything that users did failed: connects, tasks, and sockets that the target dropped. */
export const errorRate: Criterion = ({ aggregated, load, thresholds }) => {
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
  const drops = sumOf(load.drops.toRecord());
  const failures = aggregated.failures + drops;
  const total = aggregated.requests + drops;
  if (total === 0) return [inconclusive(base, 'no request was made')];
  const rate = failures / total;
  const dropped = drops > 0 ? `, and ${counted(drops, 'dropped connection')}` : '';
  const evidence = `${aggregated.failures} of ${counted(aggregated.requests, 'request')} failed${dropped}`;
  return [judged(base, rate < limit || failures === 0 ? 'pass' : 'fail', percent(rate), rate, evidence)];
};
