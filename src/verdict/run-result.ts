import type { CheckStatus, Stage } from '../journal/event.js';
import type { Finding } from './finding.js';
import type {
  CanaryOfSecond,
  CanaryTotals,
  ClockRow,
  ComponentRow,
  EvidenceFileRow,
  ExternalLoad,
  LogExampleRow,
  TargetEventRow,
} from './target-result.js';

export type * from './finding.js';
export type * from './full-history-result.js';
export type * from './target-result.js';

/** Version of the shape of {@link RunResult} and of verdict.json. */
export const RESULT_VERSION = 1;

export type Verdict = 'PASS' | 'FAIL' | 'INCONCLUSIVE';

/** `warn` is only for recommended criteria. */
export type CriterionStatus = 'pass' | 'warn' | 'fail' | 'inconclusive';

/** A statement with a name that programs can rely on. */
export interface Reason {
  /** A criterion's id, `check.<id>`, or a word of its own such as `cut_off` and `generator_saturated`. */
  code: string;
  text: string;
  /** Of a criterion: the code of its row. */
  cause?: CriterionCode;
}

/**
 * Why a criterion stands as it does.
 * - `held`, `beyond_limit`, `beyond_warning`, `beyond_critical`: it was measured.
 * - `no_data`: nothing was read. `too_few_samples`, `coverage`, `gap`: too little was, or with a hole. `too_short`: the load, or the stage, is
 *   shorter than the sliding window.
 * - `no_proof`: "none seen" with nothing that proves that one would have been seen. `no_success`: fast refusals alone.
 * - `generator_saturated`, `generator_failures`: it could be the load generator's own doing.
 * - `cut_off`: the journal does not hold the end. `no_load`, `no_figures`: no load was sent, or it was not ours and its tool does not tell.
 * - `no_limit`: the journal holds no limit for it. `no_rule`: the configuration names a criterion that nobody can judge. `not_watched`: of
 *   another tool's load generator nothing is known.
 */
export type CriterionCode =
  | 'held'
  | 'beyond_limit'
  | 'beyond_warning'
  | 'beyond_critical'
  | 'no_data'
  | 'too_few_samples'
  | 'coverage'
  | 'gap'
  | 'too_short'
  | 'no_proof'
  | 'no_success'
  | 'generator_saturated'
  | 'generator_failures'
  | 'cut_off'
  | 'no_load'
  | 'no_figures'
  | 'no_limit'
  | 'no_rule'
  | 'not_watched';

/** One line of the table of criteria. */
export interface CriterionRow {
  id: string;
  title: string;
  /** Whether the verdict depends on it also without `strict`. */
  required: boolean;
  status: CriterionStatus;
  code: CriterionCode;
  /** A recommended criterion beyond its critical limit. */
  critical: boolean;
  /** What was measured, for people; `not measured` when it was not. */
  observed: string;
  /** What must hold, for people. */
  threshold: string;
  /** What was measured and its limit, in `unit`; null when there is none. */
  value: number | null;
  limit: number | null;
  /** Of a recommended criterion: beyond this it is critical. Null when there is none. */
  criticalLimit: number | null;
  /** `1` is a share of 1, `ms`, `By`, `{count}`. */
  unit: string;
  /** What the status was computed from: counts, seconds, samples. */
  evidence: string;
  /** What it was read from: `load`, `canaries`, `logs`, a metric with its sampler (`redis.memory.used of redis`), another tool. */
  source: string;
  /** What was judged: `run`, `stage <name>`, `window of 60 s` (the worst one), `last 60 s`. */
  scope: string;
  /** From when to when that was, in Unix ms; null without load. */
  window: { from: number; to: number } | null;
  /** How many readings, requests or datapoints of the window there are (of several sources the one that was judged), and the fewest that say something. */
  samples: number;
  minSamples: number;
  /**
   * Share of the window of which there is data, 0 to 1, and the least that says something. Where the load's steady time, in which all users are
   * there, is covered worse than the whole, the share of that. Null where it does not apply.
   */
  coverage: number | null;
  minCoverage: number | null;
  /** The longest time without data in the window, and the longest that may be; null where it does not apply. */
  greatestGapMs: number | null;
  maxGapMs: number | null;
  /**
   * Where the limit came from: `profile kindmap` (the guide's), `file success_criteria.ws_connect_p95`, `flag --x`, `built in`. Null where the
   * journal does not tell.
   */
  thresholdFrom: string | null;
}

/** The percentiles of Locust's files, in their order. */
export const PERCENTILES = [
  ['50%', 0.5],
  ['66%', 0.66],
  ['75%', 0.75],
  ['80%', 0.8],
  ['90%', 0.9],
  ['95%', 0.95],
  ['98%', 0.98],
  ['99%', 0.99],
  ['99.9%', 0.999],
  ['99.99%', 0.9999],
  ['100%', 1],
] as const;

export type PercentileName = (typeof PERCENTILES)[number][0];

/** Milliseconds by percentile. */
export type Percentiles = Record<PercentileName, number>;

/** Numbers of one task, or of all together, over the whole run. Times are in ms. */
export interface TaskStatistics {
  /** The task's name; `connect` is the opening handshake; `Aggregated` is the sum. */
  name: string;
  requests: number;
  failures: number;
  /** Replies that came after the task's timeout. */
  late: number;
  /** Matched replies by type. */
  replies: Record<string, number>;
  /** Bytes of all matched replies. */
  bytes: number;
  averageMs: number;
  minMs: number;
  maxMs: number;
  medianMs: number;
  /** From the actual send; null without requests. */
  latency: Percentiles | null;
  /** From the intended send: shows what users wait when the target holds up the load. Null without requests. */
  intended: Percentiles | null;
  /** Per second, from the load's start to the last request of the run. */
  requestsPerSecond: number;
  failuresPerSecond: number;
}

/** Failures of one kind of one task. `first` and `last` are seconds in Unix time. */
export interface FailureRow {
  task: string;
  kind: string;
  occurrences: number;
  first: number;
  last: number;
}

/** Errors thrown by the scenario itself. */
export interface ExceptionRow {
  message: string;
  occurrences: number;
}

/** What one sampler could not read. `first` and `last` are Unix ms. */
export interface SamplerErrorRow {
  sampler: string;
  message: string;
  occurrences: number;
  first: number;
  last: number;
}

export interface CheckRow {
  check: string;
  title: string;
  why: string;
  status: CheckStatus;
  observed: string;
  expected: string | null;
  remedy: string | null;
  durationMs: number;
}

/** Numbers of one task in one second. Percentiles are of this second alone, in ms; null without requests. */
export interface TaskOfSecond {
  requests: number;
  failures: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  /** From the intended send. */
  intendedP95Ms: number | null;
}

/** One second of the load, all workers together. */
export interface HistorySecond {
  /** Unix seconds. */
  second: number;
  users: { planned: number; active: number; connected: number };
  requests: number;
  failures: number;
  /** Sockets that the target closed or lost: failures of their own, in no task. */
  drops: number;
  /** The same by `close <code>`. */
  dropsBy: Readonly<Record<string, number>>;
  unsent: number;
  tasks: Record<string, TaskOfSecond>;
  generator: GeneratorSecond;
  /** All tasks from the load's start up to and including this second. Percentiles in the order of {@link PERCENTILES}; null without requests. */
  total: {
    requests: number;
    failures: number;
    percentilesMs: number[] | null;
    medianMs: number;
    averageMs: number;
    minMs: number;
    maxMs: number;
    averageBytes: number;
  };
}

/** How many requests of one task took how long, over time: at most {@link HEAT_COLUMNS} columns of equal length. */
export interface HeatMapOfTask {
  task: string;
  /** Upper edges of the rows in ms, rising. What is in a row is no greater than its edge and greater than the one before; the last row is open. */
  edgesMs: number[];
  secondsPerColumn: number;
  /** Unix seconds of the begin of each column, rising; columns without a request are left out. */
  times: number[];
  /** By column, then row: one row more than there are edges. */
  counts: number[][];
}

/** The most columns of a {@link HeatMapOfTask}. */
export const HEAT_COLUMNS = 300;

/** All readings of one metric with the same attributes. */
export interface SampleSeries {
  sampler: string;
  name: string;
  attributes: Record<string, string>;
  /** `1`, `By`, `{count}`, `s`, `{counter}`; empty for a metric that this version does not know. */
  unit: string;
  /** Milliseconds between two readings when none is missing. */
  intervalMs: number;
  /** Unix ms, rising. */
  times: number[];
  /** One for each time; null marks a gap. */
  values: (number | null)[];
}

/** How the load generator itself fared in one second: the worst of all workers. */
export interface GeneratorSecond {
  /** Longest time that an event loop was blocked. */
  loopDelayMs: number;
  /** Share of the second in which the busiest event loop was busy. */
  utilization: number;
  /** By how much the latest message left after it was intended. */
  lagMs: number;
  /** Time in which garbage collection stopped a worker. */
  gcMs: number;
  /** Connects that the generator's own machine refused (`generator EMFILE`, …), all workers together. */
  failures: number;
}

/** How the load generator itself fared. */
export interface GeneratorHealth {
  /** Seconds from the first to the last record of load. */
  seconds: number;
  /** Seconds of these in which a worker was beyond a limit, or of which there is no record. */
  saturatedSeconds: number;
  missingSeconds: number;
  saturated: boolean;
  /** Connects that the generator's own machine refused. */
  failures: number;
  /** The worst second by each measure. */
  most: GeneratorSecond;
  /** Seconds beyond each limit; one second can be beyond several. */
  beyond: GeneratorSecond;
  /** A second is saturated beyond any of these, and the run when more than `share` of its seconds are. */
  limits: GeneratorSecond & { share: number };
}

/** The percentiles that are told where there is no room for all. */
export type FewPercentiles = Pick<Percentiles, '50%' | '95%' | '99%'>;

/** Numbers of one task in one stage. */
export interface StageTask {
  name: string;
  requests: number;
  failures: number;
  /** From the actual send; null without requests. */
  latency: FewPercentiles | null;
  /** From the intended send; null without requests. */
  intended: FewPercentiles | null;
}

/** One stage of the plan, judged on its own by what the load alone can prove. Its settle time is left out of all numbers. */
export interface StageResult extends Stage {
  /** `pass`: it reached its users and every criterion held. */
  status: 'pass' | 'fail' | 'inconclusive';
  /** Why it is not a pass. */
  reasons: string[];
  /** Unix seconds of the first second that counts and of the first that does not any more; null without load. */
  window: { from: number; to: number } | null;
  /** Seconds of the window of which there is a record, and those of them in which all users of the stage were connected. */
  seconds: number;
  heldSeconds: number;
  /** Most users connected at once. */
  usersReached: number;
  requests: number;
  failures: number;
  /** Sockets that the target closed or lost. */
  drops: number;
  /** Share of 1 of everything that failed through the target, drops included; null when nothing was done. */
  errorRate: number | null;
  saturatedSeconds: number;
  /** By name. */
  tasks: StageTask[];
  criteria: CriterionRow[];
}

/** The stage with the most users that held. */
export interface HighestStep {
  /** Position in the plan, from 0. */
  index: number;
  name: string;
  users: number;
}

/** How long something other than a task took, over the whole run. Times are in ms. */
export interface TimingRow {
  /** `handshake.dns`, `handshake.tcp`, `handshake.tls`, `handshake.upgrade`, `reconnect`. */
  name: string;
  count: number;
  latency: Percentiles;
}

/** Something that happened to the run as a whole. `t` is Unix ms. */
export interface RunEvent {
  t: number;
  type: string;
  text: string;
}

/** What was read of one backend's log while the load ran. Times are Unix ms. */
export interface LogReading {
  backend: string;
  lines: number;
  /** Counted since the load's start, by the pattern's name. */
  matches: Record<string, number>;
  samples: number;
  first: number | null;
  last: number | null;
  /** Why this reading proves nothing; null when it covers the whole load. */
  problem: string | null;
}

/** Evidence that the logs were really read. */
export interface LogProof {
  pattern: string;
  replyType: string;
  /** Lines of `pattern` in all backends' logs. */
  lines: number;
  /** Replies that users received and that cause such a line, late ones included. */
  replies: number;
  backends: LogReading[];
}

/** Everything that a report says of a run, and all that it may know. Plain data: it survives JSON. */
export interface RunResult {
  version: number;
  /** The journal's schema. */
  schema: number;
  tool: string;
  runId: string;
  target: string;
  scenario: string;
  identity: string;
  /** Whose load it was: our own, another tool's, or nobody's. */
  mode: 'load' | 'external' | 'watch';
  strict: boolean;
  verdict: Verdict;
  /** Why the verdict is what it is, the weightiest first. */
  reasons: Reason[];
  /** What does not change the verdict and should be known. */
  warnings: Reason[];
  /** How the run ended; null when it was cut off. */
  ended: { reason: string; signal: string | null; message: string | null } | null;
  /** Unix ms; null for what did not happen. `lastEvent` is the last event of the journal. */
  window: { runStart: number; loadStart: number | null; loadEnd: number | null; runEnd: number | null; lastEvent: number };
  sampleIntervalMs: number;
  stages: StageResult[];
  /** The highest number of users that held; stages after the first that failed do not count. Null when none is proven to. */
  highestStep: HighestStep | null;
  /** Greatest numbers of users in one second. */
  peakUsers: { planned: number; active: number; connected: number };
  /** What happened to the run as a whole, in the order of time. */
  events: RunEvent[];
  checks: CheckRow[];
  criteria: CriterionRow[];
  /** What went wrong and why; empty for a healthy run. */
  findings: Finding[];
  /** By name, without the sum. */
  tasks: TaskStatistics[];
  aggregated: TaskStatistics;
  /** Steps of the opening handshake and the time to reconnect. */
  timings: TimingRow[];
  failures: FailureRow[];
  exceptions: ExceptionRow[];
  /** Unsolicited frames by type. */
  pushes: Record<string, number>;
  /** Closed sockets by `<code> <client|server>`. */
  closes: Record<string, number>;
  /** Sockets that the target closed or lost while their user still wanted them, by `close <code>`. Also in `failures`, under `connection`. */
  drops: Record<string, number>;
  /** Tasks that were due and not sent, since the user had no connection. */
  unsent: number;
  generator: GeneratorHealth;
  /** Another tool's load; null where there was none. */
  external: ExternalLoad | null;
  /** What the target was before and after the load. */
  components: ComponentRow[];
  /** What happened to the target, in the order of time. */
  targetEvents: TargetEventRow[];
  /** By source. */
  clocks: ClockRow[];
  /** Null where none were sent. */
  canaries: CanaryTotals | null;
  logProof: LogProof;
  logExamples: LogExampleRow[];
  samplerErrors: SamplerErrorRow[];
  /** By path. */
  evidenceFiles: EvidenceFileRow[];
  history: HistorySecond[];
  /** By the task's name. */
  heat: HeatMapOfTask[];
  canaryHistory: CanaryOfSecond[];
  series: SampleSeries[];
}
