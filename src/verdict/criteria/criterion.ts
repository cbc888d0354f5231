import type { CriterionRow } from '../run-result.js';
import type { Summary } from '../summarize.js';

/** Judges one thing that must hold. One criterion may have a row for each task. */
export type Criterion = (summary: Summary) => CriterionRow[];

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
