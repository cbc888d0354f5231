import type { CriterionRow, RunResult, Verdict } from '../verdict/run-result.js';
import { APART_TITLE } from './apart.js';
import { checklistTable, isProblem } from './checklist-terminal.js';
import { diagnosisLines } from './diagnosis-terminal.js';
import { tested } from './headline.js';
import { type Paint, painter, table, wrap } from './table.js';
import { apart, exceptions, failures, STATISTICS_TITLE, stages, statistics, timings } from './terminal-load.js';
import { targetLines } from './terminal-target.js';
import { visible } from './text.js';

const VERDICT_COLOURS: Record<Verdict, 'red' | 'green' | 'yellow'> = { PASS: 'green', FAIL: 'red', INCONCLUSIVE: 'yellow' };

/**
 * The result as tables for a terminal. The criteria and the verdict come last, since the end is what people see.
 *
 * @param options.colour Whether to use ANSI colours.
 */
export function renderTerminal(result: RunResult, options: { colour: boolean }): string {
  const paint = painter(options.colour);
  const parts = [
    visible(tested(result)),
    section('Checks', checks(result, paint)),
    section(STATISTICS_TITLE, statistics(result)),
    section('Handshakes and reconnects (ms)', timings(result)),
    section('Failures', failures(result)),
    section('Exceptions', exceptions(result)),
    section(APART_TITLE, apart(result)),
    section('Stages', stages(result, paint)),
    section('Target', targetLines(result)),
    section('Criteria', criteria(result, paint)),
    section('Diagnosis', diagnosisLines(result, paint)),
    ...result.warnings.map(({ text }) => `${paint('yellow', 'warning:')} ${visible(text)}`),
    verdict(result, paint),
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}

const section = (title: string, table: string): string => (table === '' ? '' : `\n${title}\n${table}`);

/** Only what did not pass: a checklist of its own shows the rest before the load. */
function checks(result: RunResult, paint: Paint): string {
  return checklistTable(result.checks.filter(isProblem), paint);
}

function criteria(result: RunResult, paint: Paint): string {
  const rows = result.criteria.map((row) => [
    paintStatus(row, paint),
    wrap(row.required ? row.title : `${row.title} (recommended)`, 24),
    wrap(row.observed, 12),
    wrap(row.threshold, 16),
    wrap(row.evidence, 44),
  ]);
  return table(['', 'Criterion', 'Observed', 'Must be', 'Evidence'], rows);
}

function paintStatus({ status, critical }: CriterionRow, paint: Paint): string {
  if (critical) return paint('red', 'critical');
  const colours = { pass: 'green', warn: 'yellow', fail: 'red', inconclusive: 'yellow' } as const;
  return paint(colours[status], status);
}

function verdict({ verdict: word, reasons }: RunResult, paint: Paint): string {
  const lines = reasons.map(({ text }) => `  - ${visible(text)}`);
  return ['', `Verdict: ${paint(VERDICT_COLOURS[word], paint('bold', word))}`, ...lines].join('\n');
}
