import type { ReadableCounts } from '../accumulate/counts.js';
import type { CriterionRow, GeneratorHealth } from '../run-result.js';
import type { Summary } from '../summarize.js';
import type { Thresholds } from '../thresholds.js';

/** What the criteria of the load are judged by: a whole run's, a stage's, or the last minute's. */
export interface LoadFacts {
  thresholds: Thresholds;
  load: ReadableCounts;
  generator: GeneratorHealth;
}

/** What all criteria are judged by. */
export type Facts = LoadFacts &
  Pick<Summary, 'start' | 'series' | 'logs' | 'loadStart' | 'loadEnd' | 'measured' | 'target' | 'canaries' | 'canaryHistory' | 'external'>;

/** Judges one thing that must hold. One criterion may have a row for each task. */
export type Criterion = (facts: Facts) => CriterionRow[];

/** A criterion that the load alone can prove. */
export type LoadCriterion = (facts: LoadFacts) => CriterionRow[];

/** A row before its status is known. */
export type RowBase = Pick<CriterionRow, 'id' | 'title' | 'required' | 'threshold' | 'limit' | 'unit'>;

export const NOT_MEASURED = 'not measured';

/** A row for which the evidence is missing. */
export function inconclusive(base: RowBase, evidence: string, observed = NOT_MEASURED, value: number | null = null): CriterionRow {
  return { ...base, status: 'inconclusive', critical: false, observed, value, evidence };
}

/** A row that was measured. */
export function judged(base: RowBase, status: 'pass' | 'fail', observed: string, value: number, evidence: string): CriterionRow {
  return { ...base, status, critical: false, observed, value, evidence };
}

/** Evidence of a criterion whose limit the journal does not hold. */
export const NO_LIMIT = 'the journal holds no limit for it';
