import { type Checklist, type ChecklistItem, titleOf } from './checklist.js';
import { type JunitCase, type JunitOutcome, renderJunit } from './junit.js';

const OUTCOMES: Record<ChecklistItem['status'], JunitOutcome> = {
  pass: 'pass',
  warn: 'note',
  fail: 'failure',
  error: 'error',
  skip: 'skipped',
};

/**
 * The pre-flight as JUnit's XML, which every CI shows: fail is a failure, error an error, skip skipped; a warning is a test that passed and
 * has something to say. A check that is only recommended keeps its result here, and says in its name that the exit code does not heed it.
 */
export const checklistJunit = ({ startedAt, items }: Checklist): string =>
  renderJunit([{ name: 'preflight', startedAt, cases: items.map(checkCase) }]);

/** One check as a test. */
export function checkCase(item: ChecklistItem): JunitCase {
  const { check, status, observed, durationMs } = item;
  return {
    classname: `preflight.${check}`,
    name: titleOf(item),
    durationMs,
    outcome: OUTCOMES[status],
    message: observed,
    details: details(item),
  };
}

function details({ status, observed, expected, why, remedy }: ChecklistItem): string[] {
  const parts = [
    ['observed', observed],
    ['expected', expected],
    ['why it matters', why],
    ['what to do', remedy],
  ];
  const lines = parts.flatMap(([name, text]) => (text ? [`${name}: ${text}`] : []));
  return status === 'warn' ? [`warning: ${lines[0]}`, ...lines.slice(1)] : lines;
}
