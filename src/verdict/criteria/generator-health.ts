import { decimal, percent } from '../format.js';
import { BUILT_IN, baseOf, type Criterion, held, inconclusive, withData } from './criterion.js';
import { saturation } from './saturation.js';

export const GENERATOR_HEALTH = 'generator_health';

/**
 * The load generator kept up, so that what was measured is the target's. One that did not is no failure of the target: it leaves latency and
 * capacity open. Of another tool's generator nothing is known; `watch` has none.
 */
export const generatorHealth: Criterion = (facts) => {
  const { start, generator, recorded } = facts;
  if (start.mode === 'watch') return [];
  const { share } = generator.limits;
  const base = baseOf(facts, {
    id: GENERATOR_HEALTH,
    title: 'The load generator kept up',
    required: start.mode === 'load',
    threshold: `≤ ${percent(share)} of the seconds saturated`,
    limit: share,
    unit: '1',
    source: 'load',
    thresholdFrom: BUILT_IN,
    minSamples: 1,
    minCoverage: 1 - share,
  });
  if (start.mode === 'external') return [inconclusive(base, 'not_watched', 'whether the other tool kept up is not known')];
  const row = withData(base, generator.seconds - generator.missingSeconds, recorded);
  if (generator.seconds === 0) return [inconclusive(row, 'no_data', 'there is no second of load')];
  const value = generator.saturatedSeconds / generator.seconds;
  const observed = percent(value);
  if (generator.saturated) return [inconclusive(row, 'generator_saturated', saturation(generator), observed, value)];
  const { most } = generator;
  const worst =
    `at worst: event loop blocked for ${decimal(most.loopDelayMs, 1)} ms and busy for ${percent(most.utilization)} of a second, ` +
    `a message ${decimal(most.lagMs, 1)} ms late, ${decimal(most.gcMs, 1)} ms of garbage collection in a second`;
  return [held(row, observed, value, `${generator.saturatedSeconds} of ${generator.seconds} seconds saturated; ${worst}`)];
};
