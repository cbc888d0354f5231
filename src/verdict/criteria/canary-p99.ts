import { counted, millis } from '../format.js';
import { baseOf, type Criterion, held, inconclusive, shortage, warned } from './criterion.js';

/** Of fewer than 100 the percentile is the slowest, so that few err on the strict side; fewer than these say nothing. */
const MIN_CANARIES = 10;

/** Canaries come fast enough. Late ones have come, so this is only recommended. */
export const canaryP99: Criterion = (facts) => {
  const { start, canaries, generator } = facts;
  if (start.canary === undefined) return [];
  const { limitMs } = start.canary;
  const rule = baseOf(facts, {
    id: 'canary_p99',
    title: 'Time of messages between the backends (p99)',
    required: false,
    threshold: `≤ ${millis(limitMs)}`,
    limit: limitMs,
    unit: 'ms',
    source: 'canaries',
    minSamples: MIN_CANARIES,
  });
  if (!canaries || canaries.latency === null) return [inconclusive(rule, 'no_data', 'no canary arrived')];
  const base = { ...rule, samples: canaries.received + canaries.late };
  const p99 = canaries.latency['99%'];
  const observed = millis(p99);
  const evidence = `99th percentile of ${counted(base.samples, 'canary', 'canaries')}, ${canaries.late} of them late`;
  if (generator.saturated) {
    return [inconclusive(base, 'generator_saturated', `${evidence}; the load generator itself was saturated`, observed, p99)];
  }
  if (p99 <= limitMs) return [held(base, observed, p99, evidence)];
  const short = shortage(base);
  if (short) return [inconclusive(base, short.code, `${evidence}; ${short.text}`, observed, p99)];
  return [warned(base, false, observed, p99, evidence)];
};
