import { IDENTITY } from './criteria/identity.js';
import { saturation } from './criteria/saturation.js';
import { taskP95Id } from './criteria/task-p95.js';
import { counted, millis } from './format.js';
import type { CriterionRow, Reason } from './run-result.js';
import type { Summary } from './summarize.js';

/** What should be known of a run and does not change its verdict (unless it is strict). */
export function warningsOf(summary: Summary, criteria: readonly CriterionRow[]): Reason[] {
  return [
    ...preflightWarnings(summary),
    ...checkWarnings(summary),
    ...criterionWarnings(criteria),
    ...clockWarnings(summary, criteria),
    ...generatorWarnings(summary),
    ...loadWarnings(summary),
    ...externalWarnings(summary),
    ...finalizeWarnings(summary),
    ...tornWarnings(summary),
    ...samplerWarnings(summary),
  ];
}

/** A check that nobody made is no check that passed. */
export function preflightWarnings({ preflightPassed, loadStart }: Summary): Reason[] {
  if (preflightPassed !== null || loadStart === null) return [];
  return [{ code: 'no_preflight', text: 'no pre-flight was made: nothing is known of the environment' }];
}

function checkWarnings({ checks, loadStart }: Summary): Reason[] {
  const words = { warn: 'warns', error: 'could not be evaluated', fail: 'failed, and load was sent all the same' } as const;
  return checks.flatMap(({ check, title, status, observed }) => {
    if (status === 'pass' || status === 'skip') return [];
    // Without load a failed check is the reason of the verdict.
    if (status === 'fail' && loadStart === null) return [];
    return [{ code: `check.${check}`, text: `check "${title}" ${words[status]}: ${observed}` }];
  });
}

function criterionWarnings(criteria: readonly CriterionRow[]): Reason[] {
  return criteria
    .filter(({ required, status }) => !required && status === 'warn')
    .map(({ id, title, critical, observed, threshold, evidence }) => ({
      code: id,
      text:
        id === IDENTITY
          ? `the target did not stay the same: ${evidence}`
          : `${title} ${critical ? 'is critical' : 'is beyond its normal range'}: ${observed}, should be ${threshold}`,
    }));
}

/** What is not known of another tool's load. It is a suspect like our own generator, and nobody watched it. */
function externalWarnings({ start, external, loadStart }: Summary): Reason[] {
  if (start.mode !== 'external' || loadStart === null) return [];
  const tool = external?.tool ?? 'the other tool';
  const unwatched = {
    code: 'external_generator',
    text: `whether ${tool} and its machine kept up is not known: times that it tells can be its own and not the target's`,
  };
  const { exitCode, signal } = external?.ended ?? { exitCode: null, signal: null };
  if (signal !== null) return [unwatched, { code: 'external_end', text: `${tool} was ended by ${signal}` }];
  if (exitCode === null || exitCode === 0) return [unwatched];
  const failures = external?.rows.reduce((sum, row) => sum + (row.failures ?? 0), 0) ?? 0;
  const why = tool === 'locust' && exitCode === 1 && failures > 0 ? `, as it does when requests failed (${failures} did)` : '';
  return [unwatched, { code: 'external_end', text: `${tool} ended with exit code ${exitCode}${why}` }];
}

const finalizeWarnings = ({ finalized }: Summary): Reason[] =>
  finalized.map((message) => ({ code: 'finalized', text: `late data were added after the run: ${message}` }));

/** The criteria take the clock of the actual send. Where the other one would change the answer, that has to be known. */
function clockWarnings({ load, thresholds }: Summary, criteria: readonly CriterionRow[]): Reason[] {
  return [...thresholds.taskP95Ms].flatMap(([task, limit]) => {
    const id = taskP95Id(task);
    const row = criteria.find((one) => one.id === id);
    const micros = load.tasks.get(task)?.intended.percentile(0.95);
    if (limit === null || micros === undefined || row?.status !== 'pass' || micros / 1000 < limit) return [];
    const text =
      `${row.title} is ${row.observed} from the actual send, but ${millis(micros / 1000)} from the intended one, which would not be ` +
      `${row.threshold}: messages left late, and users wait longer than the criterion sees`;
    return [{ code: `intended.${id}`, text }];
  });
}

function generatorWarnings({ generator }: Summary): Reason[] {
  if (generator.saturated || generator.saturatedSeconds === 0) return [];
  return [{ code: 'generator', text: saturation(generator) }];
}

function loadWarnings({ load, aggregated, history, loadEnd, adjustments }: Summary): Reason[] {
  const warnings: Reason[] = [];
  if (aggregated.late > 0) {
    warnings.push({ code: 'late_replies', text: `${counted(aggregated.late, 'reply', 'replies')} came after the timeout of their task` });
  }
  if (load.unsent > 0) {
    warnings.push({ code: 'unsent', text: `${counted(load.unsent, 'task')} could not be sent, since the user had no connection` });
  }
  const exceptions = Object.values(load.exceptions.toRecord()).reduce((sum, count) => sum + count, 0);
  if (exceptions > 0) warnings.push({ code: 'exceptions', text: `the scenario itself threw ${counted(exceptions, 'error')}` });
  if (adjustments.length > 0) {
    const [least, most] = [Math.min(...adjustments), Math.max(...adjustments)];
    const range = least === most ? signed(most) : `${signed(least)} to ${signed(most)}`;
    warnings.push({
      code: 'adjusted',
      text: `the plan was changed ${counted(adjustments.length, 'time')} while it ran, by ${range} users`,
    });
  }
  const planned = history.reduce((max, { users }) => Math.max(max, users.planned), 0);
  const connected = history.reduce((max, { users }) => Math.max(max, users.connected), 0);
  if (loadEnd !== null && connected < planned) {
    warnings.push({ code: 'users', text: `at most ${connected} of ${counted(planned, 'planned user')} were connected at once` });
  }
  return warnings;
}

const signed = (users: number): string => (users > 0 ? `+${users}` : String(users));

function tornWarnings({ tornBytes }: Summary): Reason[] {
  if (tornBytes === 0) return [];
  const what = `the journal's last line is torn: its ${counted(tornBytes, 'byte')} were left out`;
  return [{ code: 'torn_line', text: `${what}, and whatever came after them was never written` }];
}

function samplerWarnings({ samplerErrors }: Summary): Reason[] {
  const bySampler = new Map<string, { occurrences: number; message: string }>();
  for (const { sampler, message, occurrences } of samplerErrors) {
    const known = bySampler.get(sampler);
    bySampler.set(sampler, { occurrences: (known?.occurrences ?? 0) + occurrences, message: known?.message ?? message });
  }
  return [...bySampler].map(([sampler, { occurrences, message }]) => ({
    code: `sampler.${sampler}`,
    text: `sampler ${sampler} had ${counted(occurrences, 'error')}, which left gaps: ${message}`,
  }));
}
