import { z } from 'zod';

/** Version of the journal's schema. A reader refuses a journal of a later one. */
export const SCHEMA_VERSION = 1;

const count = z.int().nonnegative();
const counts = z.record(z.string(), count);

/** What one check observed. `error` means that it could not be evaluated. */
export const checkStatus = z.enum(['pass', 'warn', 'fail', 'skip', 'error']);
export type CheckStatus = z.infer<typeof checkStatus>;

/** One step of the load plan: users climb (or fall) at `spawnRate` a second to `users`, then hold until `untilSeconds` after the load's start. */
export const stage = z.strictObject({
  name: z.string(),
  users: count,
  spawnRate: z.number().positive(),
  untilSeconds: z.number().positive(),
});
export type Stage = z.infer<typeof stage>;

/** One reading of one source. The unit of `value` is in the table of {@link ./metrics.ts}. */
export const sample = z.strictObject({
  name: z.string(),
  value: z.number(),
  attributes: z.record(z.string(), z.string()).optional(),
});
export type Sample = z.infer<typeof sample>;

/**
 * Latencies as alternating value and count: `[812, 3, 1003, 1]` is three of 812 µs and one of 1003 µs.
 * Values are HDR buckets of three significant digits, rising.
 */
export const latencies = z.array(count);

/** What happened to one task in one second. The pseudo task `connect` is the opening handshake. */
export const taskSecond = z.strictObject({
  /** Requests that came to an end in this second: replied, failed or timed out. */
  requests: count,
  /** Failures by kind: `timeout`, `http 403`, `close 1006`, `error NO_ACTIVE_SESSION`, … */
  failures: counts,
  /** Replies that were matched to this task, late ones included, by the reply's type. */
  replies: counts,
  /** Replies that came after the task's timeout, when their request had long been counted as failed. They are in `replies` too. */
  late: count,
  /** Bytes of all matched replies. */
  bytes: count,
  /** Sum, least and greatest latency in µs, not bucketed. */
  sum: count,
  min: count,
  max: count,
  /** From the actual send to the reply. */
  latency: latencies,
  /** From the intended send (the moment at which the think time was over) to the reply. */
  intended: latencies,
});
export type TaskSecond = z.infer<typeof taskSecond>;

const at = {
  /** When it was written: Unix time in milliseconds, of one clock that never goes back within a run. */
  t: z.number(),
};

const runStart = z.strictObject({
  type: z.literal('run.start'),
  ...at,
  schema: z.int().positive(),
  tool: z.string(),
  runId: z.string(),
  target: z.string(),
  scenario: z.string(),
  identity: z.string(),
  stages: z.array(stage),
  /** Seconds after a stage's begin that are left out of its results. */
  settleSeconds: z.number().nonnegative().default(0),
  strict: z.boolean(),
  /** Whose load it is: our own, another tool's, or nobody's (`watch`). */
  mode: z.enum(['load', 'external', 'watch']).default('load'),
  /** How canaries are judged; left out where none are sent. */
  canary: z
    .strictObject({ perSecond: z.number().positive(), limitMs: z.number().positive(), lostAfterMs: z.number().positive() })
    .optional(),
  /** Milliseconds between two samples of one sampler. */
  sampleIntervalMs: z.number().positive(),
  /** What must hold; its shape is `Criteria` of config/config.ts. */
  criteria: z.record(z.string(), z.unknown()),
  /** Replicas that the target is meant to have; 0: nobody said. */
  replicas: count.default(0),
  /** Backends whose logs and resources are to be read, by name. */
  backends: z.array(z.string()),
  /** Samplers that were started; one that is not here was not configured. */
  samplers: z.array(z.string()),
});

const checkResult = z.strictObject({
  type: z.literal('check.result'),
  ...at,
  check: z.string(),
  title: z.string(),
  why: z.string(),
  /** The load may be sent although it failed. */
  recommended: z.boolean().optional(),
  status: checkStatus,
  observed: z.string(),
  expected: z.string().optional(),
  remedy: z.string().optional(),
  durationMs: z.number().nonnegative(),
});
export type CheckResultEvent = z.infer<typeof checkResult>;

const preflightEnd = z.strictObject({ type: z.literal('preflight.end'), ...at, passed: z.boolean() });

const loadStart = z.strictObject({
  type: z.literal('load.start'),
  ...at,
  /** What made the choices of all users: with the same one they are the same again. */
  seed: z.int().nonnegative().optional(),
});

const stageStart = z.strictObject({ type: z.literal('stage.start'), ...at, index: count, ...stage.shape });

/** One second of load as one worker saw it. Workers are added up, never averaged. */
export const loadSecond = z.strictObject({
  type: z.literal('load.second'),
  ...at,
  worker: count,
  /** The second that this record covers, in Unix time. */
  second: count,
  users: z.strictObject({ planned: count, active: count, connected: count }),
  tasks: z.record(z.string(), taskSecond),
  /**
   * How long other things took, by name: `handshake.dns`, `handshake.tcp`, `handshake.tls`, `handshake.upgrade` (the steps of
   * `connect`), and `reconnect` (from a drop to the next open socket).
   */
  timings: z.record(z.string(), latencies),
  /** Frames that nobody asked for, by type. */
  pushes: counts,
  /** Closed sockets, by `<code> <client|server>`. */
  closes: counts,
  /** Sockets that the target closed or lost while their user still wanted them, by `close <code>`: each is a failure of its own. */
  drops: counts,
  /** Tasks that were due and could not be sent because the user had no connection. */
  unsent: count,
  /** Errors thrown by the scenario itself, by message. */
  exceptions: counts,
  generator: z.strictObject({
    /** Longest time that the worker's event loop was blocked, in ms. */
    loopDelayMs: z.number().nonnegative(),
    /** Share of the second in which the worker's event loop was busy, 0 to 1. */
    utilization: z.number().min(0),
    /** Time in which the worker's garbage collector stopped it, in ms. */
    gcMs: z.number().nonnegative(),
    /** By how much the latest message left after it was intended, in ms. */
    lagMs: z.number().nonnegative(),
  }),
});
export type LoadSecond = z.infer<typeof loadSecond>;

const loadAdjust = z.strictObject({
  type: z.literal('load.adjust'),
  ...at,
  /** Users on top of the plan (or, below 0, taken from it) from now on. */
  users: z.int(),
});

const loadEnd = z.strictObject({
  type: z.literal('load.end'),
  ...at,
  reason: z.enum(['completed', 'stopped', 'error']),
  message: z.string().optional(),
});

const sampleEvent = z.strictObject({
  type: z.literal('sample'),
  ...at,
  sampler: z.string(),
  /** Milliseconds between two readings of this source, where it is not the run's `sampleIntervalMs`. */
  intervalMs: z.number().positive().optional(),
  samples: z.array(sample),
});

const samplerError = z.strictObject({ type: z.literal('sampler.error'), ...at, sampler: z.string(), message: z.string() });

/** What one component of the target was when it was looked at: two of these that differ are not the same one. */
export const componentIdentity = z.strictObject({
  name: z.string(),
  role: z.enum(['backend', 'redis', 'nginx']),
  source: z.enum(['docker', 'process']),
  /** Container id, or `<pid>@<start in clock ticks>`. */
  id: z.string(),
  /** Image digest. */
  image: z.string().optional(),
  /** ISO 8601, as its source gives it. */
  startedAt: z.string().optional(),
  restartCount: count.optional(),
  /** `healthy`, `unhealthy`, `starting`; left out where nobody checks. */
  health: z.string().optional(),
});
export type ComponentIdentity = z.infer<typeof componentIdentity>;

/** Every component that could be looked at, before and after the load. One that is missing could not be read; a `sampler.error` says why. */
const targetIdentity = z.strictObject({
  type: z.literal('target.identity'),
  ...at,
  phase: z.enum(['start', 'end']),
  components: z.array(componentIdentity),
});

/** Something that happened to the target: a restart, an OOM kill, a change of health, another container in the place of one. */
const targetEvent = z.strictObject({
  type: z.literal('target.event'),
  ...at,
  sampler: z.string(),
  component: z.string(),
  /** `die`, `start`, `oom`, `unhealthy`, `replaced`, `reconnected`, … */
  what: z.string(),
  detail: z.string().optional(),
  /** Unix ms by the source's own clock; `t` is by ours. */
  sourceTime: z.number().optional(),
});

/** How far the clock of a source is ahead of ours. */
const clockOffset = z.strictObject({
  type: z.literal('clock.offset'),
  ...at,
  /** `redis`, `docker`, `http`. */
  source: z.string(),
  /** Source minus ours. */
  offsetMs: z.number(),
  /** The true offset lies within plus or minus this. */
  uncertaintyMs: z.number().nonnegative(),
  /** What the source said, in Unix ms. */
  sourceTime: z.number(),
});

/** One of the first lines that matched a pattern. */
const logExample = z.strictObject({ type: z.literal('log.example'), ...at, backend: z.string(), pattern: z.string(), line: z.string() });

/** A file of the evidence that was collected from the target. */
const evidenceFile = z.strictObject({
  type: z.literal('evidence.file'),
  ...at,
  /** Relative to the run's folder, with `/`. */
  path: z.string(),
  /** Which sampler brought it. */
  source: z.string(),
  status: z.enum(['ok', 'partial', 'missing']),
  /** Why it is partial or missing. */
  reason: z.string().optional(),
  /** What was written, secrets taken out. Left out where nothing was. */
  bytes: count.optional(),
  /** Hex, of these bytes. */
  sha256: z.string().optional(),
});

/**
 * One second of canaries: messages that are published on the target's channel for virtual users of this run. Every canary that is published
 * ends as exactly one of received in time, late, lost or withdrawn, in the second in which that was known.
 */
export const canarySecond = z.strictObject({
  type: z.literal('canary.second'),
  ...at,
  /** Unix seconds. */
  second: count,
  /** Before the load, during it, or after it. */
  phase: z.enum(['before', 'load', 'after']),
  published: count,
  /** Canaries that were due while no user was connected. */
  unaddressed: count,
  /** Publishes that Redis refused, by message. */
  failures: counts,
  /** Arrived within the limit. */
  received: count,
  /** Arrived after the limit and before they were given up. */
  late: count,
  /** Never arrived, although the recipient's socket stayed open. */
  lost: count,
  /** Lost ones by the recipient's source address (`default` where the system chose it). */
  lostBy: counts,
  /** The recipient's socket closed before they arrived: they say nothing. */
  withdrawn: count,
  /** Arrived once more. */
  duplicates: count,
  /** Arrived after a later one of the same user. */
  reordered: count,
  /** Arrived when they had long been counted: as lost, or as failures since Redis did not answer in time. Left out when there were none. */
  overdue: count.optional(),
  /** Publish to arrival of received and late ones, in µs. */
  latency: latencies,
  /** Least number of subscribers that Redis gave a message of this second to; left out when none was published. */
  subscribers: count.optional(),
});
export type CanarySecond = z.infer<typeof canarySecond>;

/** Another tool's load began. */
const externalStart = z.strictObject({
  type: z.literal('external.start'),
  ...at,
  /** Its name as far as it is known: `locust`, `k6`, or the program's. */
  tool: z.string(),
  /** The command as typed, secrets redacted. */
  command: z.array(z.string()),
});

/** What another tool says of one kind of request. Times in ms. */
export const externalRow = z.strictObject({
  name: z.string(),
  requests: count,
  /** Left out where the tool does not count them: that is not none. */
  failures: count.optional(),
  /** By percentile as a share of 1: `{"0.5": 12, "0.95": 80}`. Those that the tool does not tell are left out. */
  percentiles: z.record(z.string(), z.number().nonnegative()),
  /** Failures by message. */
  errors: counts,
});

/** The figures of another tool, taken from its own files. */
const externalSummary = z.strictObject({
  type: z.literal('external.summary'),
  ...at,
  tool: z.string(),
  /** The files that the figures are from. */
  files: z.array(z.string()),
  rows: z.array(externalRow),
});

/** Another tool's load has ended. */
const externalEnd = z.strictObject({
  type: z.literal('external.end'),
  ...at,
  exitCode: z.int().optional(),
  signal: z.string().optional(),
});

/** Late data were added to a finished run. */
const runFinalize = z.strictObject({ type: z.literal('run.finalize'), ...at, message: z.string() });

/** A token that could not be renewed: users who reconnect after its end are refused. */
const identityError = z.strictObject({ type: z.literal('identity.error'), ...at, message: z.string() });

const runEnd = z.strictObject({
  type: z.literal('run.end'),
  ...at,
  /** `aborted`: an abort rule stopped the load; `message` names the criterion that failed. */
  reason: z.enum(['completed', 'preflight_failed', 'signal', 'aborted', 'error']),
  signal: z.string().optional(),
  message: z.string().optional(),
});

/** Everything that a journal can hold, one event a line. */
export const journalEvent = z.discriminatedUnion('type', [
  runStart,
  checkResult,
  preflightEnd,
  loadStart,
  stageStart,
  loadSecond,
  loadAdjust,
  loadEnd,
  sampleEvent,
  samplerError,
  targetIdentity,
  targetEvent,
  clockOffset,
  logExample,
  evidenceFile,
  canarySecond,
  externalStart,
  externalSummary,
  externalEnd,
  identityError,
  runEnd,
  runFinalize,
]);
export type JournalEvent = z.infer<typeof journalEvent>;

/** An event before the journal has put its time on it. Producers know of nothing else. */
export type NewEvent = JournalEvent extends infer E ? (E extends JournalEvent ? Omit<E, 't'> & { t?: number } : never) : never;

/** What is known of a journal when its last event was read. */
export interface JournalEnd {
  /** Bytes behind its last whole line: an event that was being written when the tool was killed, or the disk was full. 0: none. */
  tornBytes: number;
}

/** How a producer tells what happened. */
export type Emit = (event: NewEvent) => void;
