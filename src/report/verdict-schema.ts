import { z } from 'zod';
import { PERCENTILES, type PercentileName } from '../verdict/run-result.js';
import { VERDICT_SCHEMA_ID } from './verdict-schema-id.js';

const count = z.int().nonnegative();
const counts = z.record(z.string(), count);
const unixMs = z.number().describe('Unix time in milliseconds');
const unixSeconds = z.int().describe('Unix time in whole seconds');
const shareOfOne = z.number().describe('Share of 1');
const ms = z.number().describe('Milliseconds');

const reason = z.object({
  code: z.string().describe("A criterion's id, check.<id>, or a word of its own"),
  text: z.string(),
  cause: z.string().optional().describe('Of a criterion: the code of its row'),
});

const criterionCode = z.enum([
  ...(['held', 'beyond_limit', 'beyond_warning', 'beyond_critical', 'no_data', 'too_few_samples', 'coverage', 'gap', 'too_short'] as const),
  ...(['no_proof', 'no_success', 'generator_saturated', 'generator_failures', 'cut_off', 'no_load', 'no_figures', 'no_limit'] as const),
  ...(['no_rule', 'not_watched'] as const),
]);

const criterion = z
  .object({
    id: z.string(),
    title: z.string(),
    required: z.boolean().describe('Whether the verdict depends on it also without strict'),
    status: z.enum(['pass', 'warn', 'fail', 'inconclusive']),
    code: criterionCode.describe('Why it stands as it does'),
    critical: z.boolean().describe('A recommended criterion beyond its critical limit'),
    observed: z.string(),
    threshold: z.string(),
    value: z.number().nullable().describe('What was measured, in unit'),
    limit: z.number().nullable().describe('What must hold, in unit'),
    criticalLimit: z.number().nullable().describe('Of a recommended criterion: beyond this it is critical'),
    unit: z.string().describe('1 is a share of 1; ms, By, {count}'),
    evidence: z.string(),
    source: z.string(),
    scope: z.string(),
    window: z.object({ from: unixMs, to: unixMs }).nullable(),
    samples: count,
    minSamples: count,
    coverage: shareOfOne.nullable(),
    minCoverage: shareOfOne.nullable(),
    greatestGapMs: ms.nullable(),
    maxGapMs: ms.nullable(),
    thresholdFrom: z.string().nullable().describe('profile, file, flag or built in'),
  })
  .meta({ id: 'Criterion' });

const byPercentile = Object.fromEntries(PERCENTILES.map(([name]) => [name, z.number()])) as Record<PercentileName, z.ZodNumber>;
const percentiles = z.object(byPercentile).meta({ id: 'Percentiles', description: 'Milliseconds by percentile' });
const fewPercentiles = z
  .object({ '50%': z.number(), '95%': z.number(), '99%': z.number() })
  .meta({ id: 'FewPercentiles', description: 'Milliseconds by percentile' });

const taskStatistics = z
  .object({
    name: z.string(),
    requests: count,
    failures: count,
    late: count.describe('Replies after the timeout of the task'),
    replies: counts.describe('By type'),
    bytes: count,
    averageMs: ms,
    minMs: ms,
    maxMs: ms,
    medianMs: ms,
    latency: percentiles.nullable().describe('From the actual send; null without requests'),
    intended: percentiles.nullable().describe('From the intended send; null without requests'),
    requestsPerSecond: z.number(),
    failuresPerSecond: z.number(),
  })
  .meta({ id: 'Task' });

const stage = z.object({
  name: z.string(),
  users: count,
  spawnRate: z.number().positive(),
  untilSeconds: z.number().positive(),
  status: z.enum(['pass', 'fail', 'inconclusive']),
  reasons: z.array(z.string()),
  window: z.object({ from: unixSeconds, to: unixSeconds }).nullable(),
  seconds: count,
  heldSeconds: count,
  usersReached: count,
  requests: count,
  failures: count,
  drops: count,
  errorRate: shareOfOne.nullable(),
  saturatedSeconds: count,
  tasks: z.array(
    z.object({
      name: z.string(),
      requests: count,
      failures: count,
      latency: fewPercentiles.nullable(),
      intended: fewPercentiles.nullable(),
    }),
  ),
  criteria: z.array(criterion),
});

const check = z.object({
  check: z.string(),
  title: z.string(),
  why: z.string(),
  status: z.enum(['pass', 'warn', 'fail', 'skip', 'error']),
  observed: z.string(),
  expected: z.string().nullable(),
  remedy: z.string().nullable(),
  durationMs: ms,
});

const proof = z.object({ text: z.string(), source: z.string() }).meta({ id: 'Proof' });

const finding = z.object({
  rule: z.string(),
  title: z.string(),
  symptom: z.string(),
  from: unixMs.nullable(),
  to: unixMs.nullable(),
  evidence: z.array(proof),
  causes: z
    .array(
      z.object({
        id: z.string(),
        title: z.string(),
        standing: z.enum(['confirmed', 'likely', 'possible', 'ruled_out']),
        for: z.array(proof),
        against: z.array(proof),
        unknown: z.array(z.string()),
        actions: z.array(z.object({ text: z.string(), command: z.string().nullable() })),
      }),
    )
    .describe('The best supported first'),
  watch: z.array(z.string()),
});

const generatorSecond = z
  .object({ loopDelayMs: ms, utilization: shareOfOne, lagMs: ms, gcMs: ms, failures: count })
  .meta({ id: 'GeneratorSecond' });

const generator = z.object({
  seconds: count,
  saturatedSeconds: count,
  missingSeconds: count,
  saturated: z.boolean(),
  failures: count,
  most: generatorSecond,
  beyond: generatorSecond,
  limits: generatorSecond.extend({ share: shareOfOne }).meta({ id: 'GeneratorLimits' }),
});

const componentState = z
  .object({
    id: z.string(),
    image: z.string().optional(),
    startedAt: z.string().optional(),
    restartCount: count.optional(),
    health: z.string().optional(),
  })
  .meta({ id: 'ComponentState' });

const component = z.object({
  name: z.string(),
  role: z.enum(['backend', 'redis', 'nginx']),
  source: z.enum(['docker', 'process']),
  start: componentState.nullable(),
  end: componentState.nullable(),
  status: z.enum(['same', 'changed', 'unknown']),
  change: z.string().nullable(),
});

const canaryCounts = z
  .object({
    published: count,
    unaddressed: count,
    refused: count,
    received: count,
    late: count,
    lost: count,
    withdrawn: count,
    duplicates: count,
    reordered: count,
    overdue: count,
  })
  .meta({ id: 'CanaryCounts' });

const canaries = canaryCounts
  .extend({
    perSecond: z.number().nullable(),
    limitMs: ms.nullable(),
    lostAfterMs: ms.nullable(),
    phases: z.partialRecord(z.enum(['before', 'load', 'after']), canaryCounts),
    lostBy: counts.describe("By the recipient's source address"),
    refusals: counts.describe('By message'),
    firstLost: unixSeconds.nullable(),
    firstDuplicate: unixSeconds.nullable(),
    leastSubscribers: count.nullable(),
    latency: z.object({ '50%': z.number(), '95%': z.number(), '99%': z.number(), '100%': z.number() }).nullable(),
  })
  .meta({ id: 'Canaries' });

const external = z.object({
  tool: z.string(),
  command: z.array(z.string()),
  ended: z.object({ exitCode: z.int().nullable(), signal: z.string().nullable() }).nullable(),
  files: z.array(z.string()).nullable(),
  rows: z.array(
    z.object({
      name: z.string(),
      requests: count,
      failures: count.nullable().describe('Null where the tool does not count them'),
      percentiles: z.record(z.string(), z.number()).describe('Milliseconds by percentile as a share of 1'),
      errors: counts,
    }),
  ),
});

const logProof = z.object({
  pattern: z.string(),
  replyType: z.string(),
  lines: count,
  replies: count,
  backends: z.array(
    z.object({
      backend: z.string(),
      lines: count,
      matches: counts,
      samples: count,
      first: unixMs.nullable(),
      last: unixMs.nullable(),
      problem: z.string().nullable(),
    }),
  ),
});

const users = z.object({ planned: count, active: count, connected: count });

/**
 * The shape of verdict.json: everything of a run but its series over time. The JSON Schema that is published is made of it. Within one id
 * fields are only added, never changed or taken away.
 */
export const verdictSchema = z
  .object({
    $schema: z.literal(VERDICT_SCHEMA_ID),
    version: z.int().positive().describe('Of this shape'),
    schema: z.int().positive().describe("Of the journal's shape"),
    tool: z.string().describe('Version of loadwitness'),
    runId: z.string(),
    target: z.string(),
    scenario: z.string(),
    identity: z.string(),
    mode: z.enum(['load', 'external', 'watch']),
    strict: z.boolean(),
    verdict: z.enum(['PASS', 'FAIL', 'INCONCLUSIVE']),
    reasons: z.array(reason.extend({ cause: criterionCode.exactOptional() })).describe('The weightiest first'),
    warnings: z.array(reason.extend({ cause: criterionCode.exactOptional() })),
    ended: z.object({ reason: z.string(), signal: z.string().nullable(), message: z.string().nullable() }).nullable(),
    window: z.object({
      runStart: unixMs,
      loadStart: unixMs.nullable(),
      loadEnd: unixMs.nullable(),
      runEnd: unixMs.nullable(),
      lastEvent: unixMs,
    }),
    sampleIntervalMs: ms,
    stages: z.array(stage),
    highestStep: z.object({ index: count, name: z.string(), users: count }).nullable(),
    peakUsers: users,
    events: z.array(z.object({ t: unixMs, type: z.string(), text: z.string() })),
    checks: z.array(check),
    criteria: z.array(criterion),
    findings: z.array(finding),
    tasks: z.array(taskStatistics),
    aggregated: taskStatistics,
    timings: z.array(z.object({ name: z.string(), count, latency: percentiles })),
    failures: z.array(z.object({ task: z.string(), kind: z.string(), occurrences: count, first: unixSeconds, last: unixSeconds })),
    exceptions: z.array(z.object({ message: z.string(), occurrences: count })),
    pushes: counts,
    closes: counts,
    drops: counts,
    unsent: count,
    generator,
    external: external.nullable(),
    components: z.array(component),
    targetEvents: z.array(
      z.object({
        t: unixMs,
        sampler: z.string(),
        component: z.string(),
        what: z.string(),
        detail: z.string().nullable(),
        sourceTime: unixMs.nullable(),
      }),
    ),
    clocks: z.array(z.object({ source: z.string(), readings: count, offsetMs: ms, uncertaintyMs: ms, minMs: ms, maxMs: ms })),
    canaries: canaries.nullable(),
    logProof,
    logExamples: z.array(z.object({ t: unixMs, backend: z.string(), pattern: z.string(), line: z.string() })),
    samplerErrors: z.array(z.object({ sampler: z.string(), message: z.string(), occurrences: count, first: unixMs, last: unixMs })),
    evidenceFiles: z.array(
      z.object({
        path: z.string(),
        source: z.string(),
        status: z.enum(['ok', 'partial', 'missing']),
        reason: z.string().nullable(),
        bytes: count.nullable().describe('As it was written; null where nothing was, or nobody told'),
        sha256: z.string().nullable().describe('Hex, of these bytes'),
      }),
    ),
  })
  .meta({ title: 'The verdict of a run of loadwitness' });

export type VerdictDocument = z.infer<typeof verdictSchema>;

/** The JSON Schema as it is published. What it does not know is allowed: a later version may tell more. */
export const verdictJsonSchema = (): object => ({ $id: VERDICT_SCHEMA_ID, ...z.toJSONSchema(verdictSchema, { io: 'input' }) });
