import type { Comparison } from '../../verdict/compare/comparison.js';
import type { RunResult, SampleSeries } from '../../verdict/run-result.js';

/** A result without its series, which the page gets in a form of its own. */
export type PageResult = Omit<RunResult, 'history' | 'heat' | 'canaryHistory' | 'series'>;

/** One line of one chart: values at the times of its {@link Track}. Null is a gap. */
export type Values = (number | null)[];

/** Lines that share their times. Times are Unix seconds, rising. */
export interface Track {
  times: number[];
  lines: Record<string, Values>;
}

/** What happened to one task, second by second. Latencies in ms, of each second alone. */
export interface TaskTrack {
  name: string;
  requests: Values;
  failures: Values;
  p50: Values;
  p95: Values;
  p99: Values;
  /** From the intended send. */
  intendedP95: Values;
}

/** The load, second by second. All lists are as long as `times`. */
export interface LoadTrack {
  times: number[];
  planned: Values;
  active: Values;
  connected: Values;
  requests: Values;
  failures: Values;
  drops: Values;
  /** Drops by close code, as in `close 1006`. */
  dropsBy: Record<string, Values>;
  unsent: Values;
  tasks: TaskTrack[];
  generator: { loopDelayMs: Values; utilization: Values; lagMs: Values; gcMs: Values };
}

/** How many replies of a task took how long, over time. */
export interface HeatMap {
  task: string;
  /** Upper edges of the rows in ms, rising; the last row is open. */
  edges: number[];
  /** Unix seconds of the begin of each column, and how long a column is. */
  times: number[];
  secondsPerColumn: number;
  /** By column, then row. */
  counts: number[][];
}

/** A file of the evidence. */
export interface PageFile {
  path: string;
  bytes: number | null;
  sha256: string | null;
  status: 'ok' | 'partial' | 'missing';
  reason: string | null;
}

export type Language = 'en' | 'ko';

/**
 * Everything that the page shows: plain data, one JSON. A finished run has been thinned to what a screen can show, with its peaks and its
 * gaps; a live one comes as it is.
 */
export interface PageModel {
  version: 1;
  /** `report`: finished and frozen. `live`: a page of the server, which goes on. */
  kind: 'report' | 'live';
  /** The language to begin with; the page can change it. */
  language: Language;
  result: PageResult;
  load: LoadTrack;
  canaries: Track;
  series: SampleSeries[];
  heat: HeatMap[];
  files: PageFile[];
  /** How many readings stand behind each point that is shown, at most; 1: nothing was thinned. */
  thinning: number;
}

/** One of several runs whose lines are drawn over each other. All lists are as long as the page's `times`. */
export interface OverlaidRun {
  runId: string;
  connected: Values;
  requests: Values;
  /** Drops included. */
  failures: Values;
  /** 95th percentile of each second alone, in ms. */
  tasks: { name: string; p95: Values }[];
}

/** Several runs beside each other: what the page of a comparison shows. */
export interface ComparisonModel {
  version: 1;
  kind: 'comparison';
  language: Language;
  comparison: Comparison;
  /** Seconds since the load of each run began, rising. */
  times: number[];
  /** In the order of the comparison. */
  runs: OverlaidRun[];
  /** How many seconds stand behind each time, of which the greatest value is told; 1: nothing was thinned. */
  thinning: number;
}
