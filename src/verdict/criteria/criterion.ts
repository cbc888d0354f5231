import type { ReadableCounts } from '../accumulate/counts.js';
import type { Cover, Span } from '../coverage.js';
import { counted, percent, seconds } from '../format.js';
import type { CriterionCode, CriterionRow, GeneratorHealth } from '../run-result.js';
import type { Summary } from '../summarize.js';
import type { Thresholds } from '../thresholds.js';

/** What the criteria of the load are judged by: a whole run's, a stage's, or the last minute's. */
export interface LoadFacts {
  thresholds: Thresholds;
  load: ReadableCounts;
  generator: GeneratorHealth;
  /** What is judged, in the words of a row's `scope`. */
  scope: string;
  /** When that was; null without load. */
  measured: Span | null;
  /** How much of it the records of the load cover; null without load, and of a load that is not our own. */
  recorded: Cover | null;
}

/** What all criteria are judged by. */
export type Facts = LoadFacts &
  Pick<Summary, 'start' | 'series' | 'logs' | 'loadStart' | 'loadEnd' | 'steady' | 'target' | 'canaries' | 'canaryHistory' | 'external'>;

/** Judges one thing that must hold. One criterion may have a row for each task. */
export type Criterion = (facts: Facts) => CriterionRow[];

/** A criterion that the load alone can prove. */
export type LoadCriterion = (facts: LoadFacts) => CriterionRow[];

/** What a row says of its data. */
export type RowData = Pick<
  CriterionRow,
  'source' | 'scope' | 'window' | 'samples' | 'minSamples' | 'coverage' | 'minCoverage' | 'greatestGapMs' | 'maxGapMs'
>;

/** A row before its status is known. */
export type RowBase = Pick<CriterionRow, 'id' | 'title' | 'required' | 'threshold' | 'limit' | 'criticalLimit' | 'unit' | 'thresholdFrom'> &
  RowData;

/** What a criterion says of itself. */
export type RowRule = Pick<CriterionRow, 'id' | 'title' | 'required' | 'threshold' | 'limit' | 'unit'> &
  Pick<Partial<RowData>, 'minSamples' | 'minCoverage' | 'maxGapMs'> & {
    source: string;
    criticalLimit?: number | null;
    thresholdFrom?: string;
  };

export const NOT_MEASURED = 'not measured';

/** Where a limit is the tool's own. */
export const BUILT_IN = 'built in';

/** What is read from the load's own records must have one for nearly every second. */
export const LOAD_COVERAGE = { minCoverage: 0.95, maxGapMs: 10_000 } as const;

/** The beginning of a row: what must hold, over what, and what of it there must be. Nothing of it is measured yet. */
export function baseOf({ scope, measured, thresholds }: Pick<LoadFacts, 'scope' | 'measured' | 'thresholds'>, rule: RowRule): RowBase {
  return {
    scope,
    criticalLimit: null,
    window: measured && { from: measured.from, to: measured.to },
    samples: 0,
    minSamples: 1,
    coverage: null,
    minCoverage: null,
    greatestGapMs: null,
    maxGapMs: null,
    thresholdFrom: thresholds.from.get(rule.id) ?? null,
    ...rule,
  };
}

/** The same row with what there is of its data. */
export const withData = (base: RowBase, samples: number, cover: Cover | null): RowBase => ({
  ...base,
  samples,
  coverage: cover === null ? null : cover.coverage,
  greatestGapMs: cover === null ? null : cover.greatestGapMs,
});

/** A row for which the evidence is missing. */
export function inconclusive(
  base: RowBase,
  code: CriterionCode,
  evidence: string,
  observed = NOT_MEASURED,
  value: number | null = null,
): CriterionRow {
  return { ...base, status: 'inconclusive', code, critical: false, observed, value, evidence };
}

/** A required row that was measured, and fails. */
export function failed(base: RowBase, observed: string, value: number, evidence: string): CriterionRow {
  return { ...base, status: 'fail', code: 'beyond_limit', critical: false, observed, value, evidence };
}

/** A recommended row that was measured, and is beyond its range. */
export function warned(base: RowBase, critical: boolean, observed: string, value: number | null, evidence: string): CriterionRow {
  return { ...base, status: 'warn', code: critical ? 'beyond_critical' : 'beyond_warning', critical, observed, value, evidence };
}

/** A row that was measured and holds; open where there is too little of its data. */
export function held(base: RowBase, observed: string, value: number, evidence: string): CriterionRow {
  const short = shortage(base);
  if (short) return inconclusive(base, short.code, `${evidence}; ${short.text}`, observed, value);
  return { ...base, status: 'pass', code: 'held', critical: false, observed, value, evidence };
}

/** What keeps a row's data from proving that something holds: too few, too little of the window, or a hole in it. Null when nothing does. */
export function shortage(data: RowData): { code: 'too_few_samples' | 'coverage' | 'gap'; text: string } | null {
  const { samples, minSamples, coverage, minCoverage, greatestGapMs, maxGapMs } = data;
  if (samples < minSamples) return { code: 'too_few_samples', text: `${counted(samples, 'sample')}, ${minSamples} are needed` };
  if (coverage !== null && minCoverage !== null && coverage < minCoverage) {
    return { code: 'coverage', text: `there are data of ${percent(coverage)} of the time, ${percent(minCoverage)} are needed` };
  }
  if (greatestGapMs !== null && maxGapMs !== null && greatestGapMs > maxGapMs) {
    return { code: 'gap', text: `there are no data for ${seconds(greatestGapMs)}, the most that may be missing is ${seconds(maxGapMs)}` };
  }
  return null;
}

/** Evidence of a criterion whose limit the journal does not hold. */
export const NO_LIMIT = 'the journal holds no limit for it';

/** Evidence of a run without load. */
export const NO_LOAD = 'no load was sent';
