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
  samples: z.array(sample),
});

const samplerError = z.strictObject({ type: z.literal('sampler.error'), ...at, sampler: z.string(), message: z.string() });

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
  identityError,
  runEnd,
]);
export type JournalEvent = z.infer<typeof journalEvent>;

/** An event before the journal has put its time on it. Producers know of nothing else. */
export type NewEvent = JournalEvent extends infer E ? (E extends JournalEvent ? Omit<E, 't'> & { t?: number } : never) : never;

/** How a producer tells what happened. */
export type Emit = (event: NewEvent) => void;
