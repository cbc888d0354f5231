import { counted } from './format.js';
import type { CriterionRow, Reason } from './run-result.js';
import type { Summary } from './summarize.js';

/** What should be known of a run and does not change its verdict (unless it is strict). */
export function warningsOf(summary: Summary, criteria: readonly CriterionRow[]): Reason[] {
  return [
    ...checkWarnings(summary),
    ...criterionWarnings(criteria),
    ...generatorWarnings(summary),
    ...loadWarnings(summary),
    ...samplerWarnings(summary),
  ];
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
    .map(({ id, title, critical, observed, threshold }) => ({
      code: id,
      text: `${title} ${critical ? 'is critical' : 'is above its normal range'}: ${observed}, should be ${threshold}`,
    }));
}

function generatorWarnings({ generator }: Summary): Reason[] {
  const { saturated, saturatedSeconds, seconds } = generator;
  if (saturated || saturatedSeconds === 0) return [];
  return [{ code: 'generator', text: `the load generator was saturated in ${saturatedSeconds} of ${counted(seconds, 'second')}` }];
}

function loadWarnings({ load, aggregated, history, loadEnd }: Summary): Reason[] {
  const warnings: Reason[] = [];
  if (aggregated.late > 0) {
    warnings.push({ code: 'late_replies', text: `${counted(aggregated.late, 'reply', 'replies')} came after the timeout of their task` });
  }
  if (load.unsent > 0) {
    warnings.push({ code: 'unsent', text: `${counted(load.unsent, 'task')} could not be sent, since the user had no connection` });
  }
  const exceptions = Object.values(load.exceptions.toRecord()).reduce((sum, count) => sum + count, 0);
  if (exceptions > 0) warnings.push({ code: 'exceptions', text: `the scenario itself threw ${counted(exceptions, 'error')}` });
  const planned = history.reduce((max, { users }) => Math.max(max, users.planned), 0);
  const connected = history.reduce((max, { users }) => Math.max(max, users.connected), 0);
  if (loadEnd !== null && connected < planned) {
    warnings.push({ code: 'users', text: `at most ${connected} of ${counted(planned, 'planned user')} were connected at once` });
  }
  return warnings;
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
