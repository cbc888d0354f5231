import { counted, percent } from '../format.js';
import type { LoadCriterion } from './criterion.js';
import { baseOf, failed, held, inconclusive, LOAD_COVERAGE, NO_LIMIT, withData } from './criterion.js';
import { generatorFailures } from './generator-failures.js';
import { CONNECT } from './latency.js';
import { saturation } from './saturation.js';

/** Fewer handshakes prove no rate. A user has one, so a plan with fewer users proves none. */
const MIN_CONNECTS = 5;

/**
 * More than this share of all opening handshakes succeeded. Those that the generator's own machine refused are left out, and keep the
 * rate from passing.
 */
export const connectSuccessRate: LoadCriterion = (facts) => {
  const { load, thresholds, generator, recorded } = facts;
  const limit = thresholds.connectSuccessRate;
  const rule = baseOf(facts, {
    id: 'connect_success_rate',
    title: 'WebSocket connect success rate',
    required: true,
    // Nothing is more than all: a limit of 100 % asks for all.
    threshold: limit === null ? '' : limit >= 1 ? '100 %' : `> ${percent(limit)}`,
    limit,
    unit: '1',
    source: 'load',
    minSamples: MIN_CONNECTS,
    ...LOAD_COVERAGE,
  });
  if (limit === null) return [inconclusive(rule, 'no_limit', NO_LIMIT)];
  const connect = load.tasks.get(CONNECT);
  if (!connect || connect.requests === 0) return [inconclusive(withData(rule, 0, recorded), 'no_data', 'no connection was attempted')];
  const own = generatorFailures([connect]);
  const attempts = connect.requests - (own?.count ?? 0);
  const base = withData(rule, attempts, recorded);
  if (own && attempts === 0) return [inconclusive(base, 'generator_failures', own.text)];
  const rate = connect.successes / attempts;
  const evidence = `${connect.successes} of ${counted(attempts, 'connect')} succeeded`;
  const holds = rate > limit || (limit >= 1 && connect.successes === attempts);
  // Refusals that were seen were seen, however few or however busy the generator was.
  if (!holds) return [failed(base, percent(rate), rate, evidence)];
  if (own) return [inconclusive(base, 'generator_failures', `${evidence}; ${own.text}`, percent(rate), rate)];
  if (generator.saturated) {
    return [inconclusive(base, 'generator_saturated', `${evidence}; ${saturation(generator)}`, percent(rate), rate)];
  }
  return [held(base, percent(rate), rate, evidence)];
};
