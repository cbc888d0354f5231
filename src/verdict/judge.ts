import { compareText } from './accumulate/tally.js';
import { noFigures } from './criteria/foreign-load.js';
import { GENERATOR_HEALTH } from './criteria/generator-health.js';
import { criteria } from './criteria/index.js';
import { saturation } from './criteria/saturation.js';
import { customRows } from './custom/rows.js';
import { diagnose } from './diagnosis/diagnose.js';
import type { Judged } from './diagnosis/rule.js';
import { componentRows } from './identity.js';
import { logProof } from './log-proof.js';
import { runReasons } from './run-reasons.js';
import {
  type CheckRow,
  type CriterionRow,
  type HistorySecond,
  RESULT_VERSION,
  type Reason,
  type RunResult,
  type Verdict,
} from './run-result.js';
import { highestStep, stageResults } from './stages.js';
import { rateSeconds, statisticsOf } from './statistics.js';
import type { Summary } from './summarize.js';
import { timingRows } from './timings.js';
import { preflightWarnings, warningsOf } from './warnings.js';

/** Judges a run by its facts: a proven FAIL beats INCONCLUSIVE beats PASS. */
export function judge(summary: Summary): RunResult {
  const stages = stageResults(summary);
  const rows = [...criteria.flatMap((criterion) => criterion(summary)), ...customRows(summary, stages)];
  const { start, load, loadEnd, runEnd } = summary;
  const seconds = rateSeconds(summary.loadStart, load.lastRequestSecond, loadEnd?.t ?? null);
  const judged: Judged = {
    version: RESULT_VERSION,
    schema: start.schema,
    tool: start.tool,
    runId: start.runId,
    target: start.target,
    scenario: start.scenario,
    identity: start.identity,
    mode: start.mode,
    strict: start.strict,
    ...verdictOf(summary, rows),
    warnings: warningsOf(summary, rows),
    ended: runEnd && { reason: runEnd.reason, signal: runEnd.signal ?? null, message: runEnd.message ?? null },
    window: {
      runStart: start.t,
      loadStart: summary.loadStart,
      loadEnd: loadEnd?.t ?? null,
      runEnd: runEnd?.t ?? null,
      lastEvent: summary.lastEvent,
    },
    sampleIntervalMs: start.sampleIntervalMs,
    stages,
    highestStep: highestStep(stages),
    peakUsers: peakUsers(summary.history),
    events: summary.events,
    checks: summary.checks.map(checkRow),
    criteria: rows,
    tasks: [...load.tasks.values()].sort((a, b) => compareText(a.name, b.name)).map((task) => statisticsOf(task, seconds)),
    aggregated: statisticsOf(summary.aggregated, seconds),
    timings: timingRows(load.timings),
    failures: load.failures(),
    exceptions: Object.entries(load.exceptions.toRecord()).map(([message, occurrences]) => ({ message, occurrences })),
    pushes: load.pushes.toRecord(),
    closes: load.closes.toRecord(),
    drops: load.drops.toRecord(),
    unsent: load.unsent,
    generator: summary.generator,
    external: summary.external,
    components: componentRows(summary.target.identities),
    targetEvents: summary.target.events,
    clocks: summary.target.clocks,
    canaries: summary.canaries,
    logProof: logProof(summary),
    logExamples: summary.target.examples,
    samplerErrors: summary.samplerErrors,
    evidenceFiles: summary.target.files,
    history: summary.history,
    heat: summary.heat,
    canaryHistory: summary.canaryHistory,
    series: summary.series,
  };
  return { ...judged, findings: diagnose(judged) };
}

function verdictOf(summary: Summary, rows: readonly CriterionRow[]): { verdict: Verdict; reasons: Reason[] } {
  const failed = [...rows.filter((row) => fails(row, summary.start.strict)).map(reasonOf), ...strictChecks(summary, ['warn', 'fail'])];
  const open = [...runReasons(summary), ...openCriteria(summary, rows), ...strictChecks(summary, ['error']), ...strictPreflight(summary)];
  if (failed.length > 0) return { verdict: 'FAIL', reasons: [...failed, ...open] };
  if (open.length > 0) return { verdict: 'INCONCLUSIVE', reasons: open };
  const required = rows.filter((row) => row.required).length;
  return { verdict: 'PASS', reasons: [{ code: 'all_hold', text: `all ${required} required criteria hold` }] };
}

/** A recommended criterion only counts in a strict run, and there a warning is a failure. */
const fails = (row: CriterionRow, strict: boolean): boolean => row.status === 'fail' || (strict && row.status === 'warn');

function openCriteria(summary: Summary, rows: readonly CriterionRow[]): Reason[] {
  // Without load every criterion is open for the one reason that the run's own reason tells.
  if (summary.loadStart === null) return [];
  // What keeps every criterion of the load open is said once and not of each of them.
  const none = noFigures(summary);
  const reasons = [
    ...(none === null ? [] : [{ code: 'no_figures', text: `nothing is proven of how the target carries load: ${none}` }]),
    ...rows
      .filter((row) => row.status === 'inconclusive' && (row.required || summary.start.strict) && (none === null || row.evidence !== none))
      // A saturated generator is told of below.
      .filter((row) => row.id !== GENERATOR_HEALTH || !summary.generator.saturated)
      .map(reasonOf),
  ];
  return summary.generator.saturated ? [{ code: 'generator_saturated', text: saturation(summary.generator) }, ...reasons] : reasons;
}

/** In a strict run a check that warns counts, and so does one that nobody could evaluate. */
function strictChecks({ start, checks, loadStart }: Summary, statuses: readonly string[]): Reason[] {
  if (!start.strict || loadStart === null) return [];
  return checks
    .filter(({ status }) => statuses.includes(status))
    .map(({ check, title, observed }) => ({ code: `check.${check}`, text: `check "${title}": ${observed}` }));
}

/** Without a checklist nothing is known of the environment. */
const strictPreflight = (summary: Summary): Reason[] => (summary.start.strict ? preflightWarnings(summary) : []);

function reasonOf(row: CriterionRow): Reason {
  const text =
    row.status === 'inconclusive'
      ? `${row.title} is not proven: ${row.evidence}`
      : `${row.title} is ${row.observed}, must be ${row.threshold} (${row.evidence})`;
  return { code: row.id, text, cause: row.code };
}

function peakUsers(history: readonly HistorySecond[]): RunResult['peakUsers'] {
  const peak = { planned: 0, active: 0, connected: 0 };
  for (const { users } of history) {
    peak.planned = Math.max(peak.planned, users.planned);
    peak.active = Math.max(peak.active, users.active);
    peak.connected = Math.max(peak.connected, users.connected);
  }
  return peak;
}

function checkRow({ check, title, why, status, observed, expected, remedy, durationMs }: Summary['checks'][number]): CheckRow {
  return { check, title, why, status, observed, expected: expected ?? null, remedy: remedy ?? null, durationMs };
}
