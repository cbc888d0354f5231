import { counted, millis } from '../format.js';
import type { CriterionRow } from '../run-result.js';
import type { LoadFacts, RowBase } from './criterion.js';
import { inconclusive, judged, NO_LIMIT } from './criterion.js';
import { generatorFailures } from './generator-failures.js';
import { saturation } from './saturation.js';

/** The pseudo task of opening handshakes. */
export const CONNECT = 'connect';

/** Judges the 95th percentile of one task by the clock that starts at the actual send, which is the clock of Locust's numbers. */
export function latencyRow({ load, generator }: LoadFacts, task: string, id: string, title: string, limit: number | null): CriterionRow {
  const base: RowBase = { id, title, required: true, threshold: limit === null ? '' : `< ${millis(limit)}`, limit, unit: 'ms' };
  if (limit === null) return inconclusive(base, NO_LIMIT);
  const totals = load.tasks.get(task);
  const micros = totals?.latency.percentile(0.95);
  if (!totals || totals.requests === 0 || micros === undefined) return inconclusive(base, `no ${task} was measured`);

  const p95 = micros / 1000;
  const intended = (totals.intended.percentile(0.95) ?? 0) / 1000;
  const failed = totals.failures > 0 ? `, ${totals.failures} of them failed` : '';
  const evidence = `95th percentile of ${counted(totals.requests, 'request')}${failed}; ${millis(intended)} from the intended send`;
  const holds = p95 < limit;
  // A connect that the own machine refuses took no time: it would make the others look faster than they were.
  const doubt = generator.saturated ? saturation(generator) : generatorFailures([totals])?.text;
  if (doubt !== undefined) return inconclusive(base, `${evidence}; ${doubt}`, millis(p95), p95);
  // A refusal is fast: without one success a low percentile says nothing of the target's speed, while a high one is a wait that was really seen.
  if (holds && totals.successes === 0) return inconclusive(base, `${evidence}; not one succeeded`, millis(p95), p95);
  return judged(base, holds ? 'pass' : 'fail', millis(p95), p95, evidence);
}
