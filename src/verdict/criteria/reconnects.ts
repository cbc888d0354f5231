import { percentileRank } from '../distribution.js';
import { counted, millis } from '../format.js';
import { baseOf, type Criterion, held, inconclusive, LOAD_COVERAGE, warned, withData } from './criterion.js';
import { rangeText } from './range.js';

const RECONNECT = 'reconnect';

/**
 * Users whom the target dropped are soon back: the 95th percentile from the drop to the next open socket, where who never came back takes
 * longer than anybody. With the users' own wait before they try again. Our own load's alone.
 */
export const reconnects: Criterion = (facts) => {
  const { thresholds, load, start, recorded, generator } = facts;
  const range = thresholds.resources.reconnectMs;
  if (range === null || start.mode !== 'load') return [];
  const rule = baseOf(facts, {
    id: 'reconnects',
    title: 'Reconnect time (p95)',
    required: false,
    threshold: rangeText(range, millis),
    limit: range.warning,
    criticalLimit: range.critical,
    unit: 'ms',
    source: 'load',
    minSamples: 0,
    ...LOAD_COVERAGE,
  });
  const times = load.timings.get(RECONNECT);
  const back = times?.count ?? 0;
  const dropped = Math.max(load.dropped, back);
  const base = withData(rule, dropped, recorded);
  if (facts.measured === null) return [inconclusive(base, 'no_load', 'no load was sent')];
  if (dropped === 0) return [held(base, 'none', 0, 'no connection was dropped, so nobody had to reconnect')];
  const rank = percentileRank(dropped, 0.95);
  const evidence = `${back} of ${counted(dropped, 'dropped user')} came back`;
  if (rank >= back) return [warned(base, true, 'not back', null, evidence)];
  const p95 = (times?.percentile((rank + 0.5) / back) ?? 0) / 1000;
  const observed = millis(p95);
  if (generator.saturated) {
    return [inconclusive(base, 'generator_saturated', `${evidence}; the load generator itself was saturated`, observed, p95)];
  }
  return [p95 > range.warning ? warned(base, p95 > range.critical, observed, p95, evidence) : held(base, observed, p95, evidence)];
};
