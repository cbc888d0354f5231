import { counted, percent } from '../format.js';
import type { LoadCriterion, RowBase } from './criterion.js';
import { inconclusive, judged, NO_LIMIT } from './criterion.js';
import { generatorFailures } from './generator-failures.js';
import { CONNECT } from './latency.js';
import { saturation } from './saturation.js';

/**
 * More than this share of all opening handshakes succeeded. Those that the generator's own machine refused are left out, and keep the
 * rate from passing.
 */
export const connectSuccessRate: LoadCriterion = ({ load, thresholds, generator }) => {
  const limit = thresholds.connectSuccessRate;
  const base: RowBase = {
    id: 'connect_success_rate',
    title: 'WebSocket connect success rate',
    required: true,
    // Nothing is more than all: a limit of 100 % asks for all.
    threshold: limit === null ? '' : limit >= 1 ? '100 %' : `> ${percent(limit)}`,
    limit,
    unit: '1',
  };
  if (limit === null) return [inconclusive(base, NO_LIMIT)];
  const connect = load.tasks.get(CONNECT);
  if (!connect || connect.requests === 0) return [inconclusive(base, 'no connection was attempted')];
  const own = generatorFailures([connect]);
  const attempts = connect.requests - (own?.count ?? 0);
  if (own && attempts === 0) return [inconclusive(base, own.text)];
  const rate = connect.successes / attempts;
  const evidence = `${connect.successes} of ${counted(attempts, 'connect')} succeeded`;
  const holds = rate > limit || (limit >= 1 && connect.successes === attempts);
  const doubt = own?.text ?? (generator.saturated ? saturation(generator) : undefined);
  if (holds && doubt !== undefined) return [inconclusive(base, `${evidence}; ${doubt}`, percent(rate), rate)];
  return [judged(base, holds ? 'pass' : 'fail', percent(rate), rate, evidence)];
};
