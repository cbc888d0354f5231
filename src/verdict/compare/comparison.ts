import type { Verdict } from '../run-result.js';

/** Version of the shape of {@link Comparison}. */
export const COMPARISON_VERSION = 1;

/** One of the runs, as far as it has to be told apart from the others. */
export interface ComparedRun {
  runId: string;
  target: string;
  /** Unix ms. */
  start: number;
  verdict: Verdict;
  requests: number;
  /** Share of 1 of everything that failed; null when nothing was done. */
  errorRate: number | null;
  /** The stage that is compared and the seconds of it; null where there is none. */
  steady: { stage: string; users: number; seconds: number } | null;
}

/** Something that was not the same in all runs before their load. One value for each run; null where a run does not tell. */
export interface Difference {
  what: 'configuration' | 'image' | 'stages' | 'version';
  /** A dotted path of the configuration, or a component's name. */
  name: string;
  values: (string | null)[];
}

/** How a run compares with the first one. */
export type Standing = 'same' | 'differs' | 'unknown';

/** One metric of one run beside the same of the first. */
export interface MetricTest {
  standing: Standing;
  /** Two-sided, adjusted for the number of metrics; null where there are too few values. */
  p: number | null;
  /** −1 to 1: above 0 the values of this run are greater. */
  effect: number | null;
  /** By how much the typical value is off from the first run's, as a share of it; null where it cannot be said. */
  change: number | null;
}

/** One metric in all runs. */
export interface ComparedMetric {
  id: string;
  title: string;
  kind: 'latency' | 'rate' | 'errors' | 'resource';
  /** `ms`, `1` (a share of 1), `By`, `{count}`, `1/s`. */
  unit: string;
  /** The typical value of each run: the median of its blocks. Null where it was not measured. */
  values: (number | null)[];
  /** The same with their unit, for people. */
  shown: string[];
  /** How many blocks it is the median of. */
  blocks: number[];
  /** Greatest minus least as a share of their mean; null with fewer than two values, or around zero. */
  spread: number | null;
  /** One for each run but the first. */
  tests: MetricTest[];
}

/** Several runs beside each other. Plain data. */
export interface Comparison {
  version: number;
  runs: ComparedRun[];
  /** Said first: what differs here explains what differs below. */
  differences: Difference[];
  metrics: ComparedMetric[];
  /** How it was decided what is noise. */
  method: string;
  /** Whether the runs say the same. `unknown`: nobody can tell. */
  reproducible: 'yes' | 'no' | 'unknown';
  /** Why, the weightiest first. */
  reasons: string[];
}
