import { counted, percent } from '../format.js';
import { baseOf, type Criterion, held, inconclusive, LOAD_COVERAGE, warned, withData } from './criterion.js';
import { CONNECT } from './latency.js';
import { rangeText } from './range.js';

/** Fewer connections prove no share. */
const MIN_CONNECTIONS = 5;

/** Connections that the target closes or loses while their user still wants them, as a share of all that were made. Our own load's alone. */
export const drops: Criterion = (facts) => {
  const { thresholds, load, start, recorded } = facts;
  const range = thresholds.resources.drops;
  if (range === null || start.mode !== 'load') return [];
  const rule = baseOf(facts, {
    id: 'drops',
    title: 'Dropped connections',
    required: false,
    threshold: rangeText(range, percent),
    limit: range.warning,
    criticalLimit: range.critical,
    unit: '1',
    source: 'load',
    minSamples: MIN_CONNECTIONS,
    ...LOAD_COVERAGE,
  });
  const made = load.tasks.get(CONNECT)?.successes ?? 0;
  const base = withData(rule, made, recorded);
  if (made === 0) return [inconclusive(base, 'no_data', 'no connection was made')];
  const share = load.dropped / made;
  const evidence = `the target dropped ${load.dropped} of ${counted(made, 'connection')}`;
  return [
    share > range.warning
      ? warned(base, share > range.critical, percent(share), share, evidence)
      : held(base, percent(share), share, evidence),
  ];
};
