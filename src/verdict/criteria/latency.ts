import { counted, millis } from '../format.js';
import type { CriterionRow } from '../run-result.js';
import type { LoadFacts } from './criterion.js';
import { baseOf, failed, held, inconclusive, LOAD_COVERAGE, NO_LIMIT, shortage, withData } from './criterion.js';
import { generatorFailures } from './generator-failures.js';
import { saturation } from './saturation.js';

/** The pseudo task of opening handshakes. */
export const CONNECT = 'connect';

/** Of fewer than 20 the percentile is the slowest, so that few err on the strict side; fewer than these say nothing either way. */
const MIN_REQUESTS = 5;

/** Judges the 95th percentile of one task by the clock that starts at the actual send, which is the clock of Locust's numbers. */
export function latencyRow(facts: LoadFacts, task: string, id: string, title: string, limit: number | null): CriterionRow {
  const { load, generator, recorded } = facts;
  const rule = baseOf(facts, {
    id,
    title,
    required: true,
    threshold: limit === null ? '' : `< ${millis(limit)}`,
    limit,
    unit: 'ms',
    source: 'load',
    minSamples: MIN_REQUESTS,
    ...LOAD_COVERAGE,
  });
  if (limit === null) return inconclusive(rule, 'no_limit', NO_LIMIT);
  const totals = load.tasks.get(task);
  const micros = totals?.latency.percentile(0.95);
  if (!totals || totals.requests === 0 || micros === undefined) {
    return inconclusive(withData(rule, 0, recorded), 'no_data', `no ${task} was measured`);
  }
  const base = withData(rule, totals.requests, recorded);
  const p95 = micros / 1000;
  const intended = (totals.intended.percentile(0.95) ?? 0) / 1000;
  const some = totals.failures > 0 ? `, ${totals.failures} of them failed` : '';
  const evidence = `95th percentile of ${counted(totals.requests, 'request')}${some}; ${millis(intended)} from the intended send`;
  const holds = p95 < limit;
  if (generator.saturated) return inconclusive(base, 'generator_saturated', `${evidence}; ${saturation(generator)}`, millis(p95), p95);
  // A connect that the own machine refuses took no time: it would make the others look faster than they were.
  const own = generatorFailures([totals]);
  if (own) return inconclusive(base, 'generator_failures', `${evidence}; ${own.text}`, millis(p95), p95);
  // A refusal is fast: without one success a low percentile says nothing of the target's speed, while a high one is a wait that was really seen.
  if (holds && totals.successes === 0) return inconclusive(base, 'no_success', `${evidence}; not one succeeded`, millis(p95), p95);
  if (holds) return held(base, millis(p95), p95, evidence);
  const short = shortage(base);
  // One slow reply of three is no 95th percentile.
  if (short?.code === 'too_few_samples') return inconclusive(base, short.code, `${evidence}; ${short.text}`, millis(p95), p95);
  return failed(base, millis(p95), p95, evidence);
}
