import { type Checklist, countStatuses } from './checklist.js';

/** Raised when a reader of an older version could misread it. */
const SCHEMA = 1;

/** The pre-flight as JSON, for programs. Times are ISO 8601 and milliseconds. */
export function checklistJson({ tool, target, startedAt, passed, strict, items }: Checklist): string {
  const checks = items.map(({ check, title, why, status, observed, expected, remedy, recommended, durationMs }) => ({
    id: check,
    title,
    required: recommended !== true,
    status,
    observed,
    expected: expected ?? null,
    why,
    remedy: remedy ?? null,
    durationMs: Math.round(durationMs),
  }));
  const document = {
    schema: SCHEMA,
    tool,
    target,
    startedAt: new Date(startedAt).toISOString(),
    passed,
    strict,
    counts: countStatuses(items),
    checks,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
