import type { CriterionRow, RunResult } from '../verdict/run-result.js';
import { tested, why } from './headline.js';
import { escapeMarkdown, ms } from './text.js';

const statusOf = ({ status, critical }: CriterionRow): string => (critical ? 'critical' : status);

/** summary.md. Its first three lines are what was tested, the verdict, and why. */
export function summaryMarkdown(result: RunResult): string {
  const lines = [
    `Tested: ${escapeMarkdown(tested(result))}  `,
    `Verdict: **${result.verdict}**  `,
    `Why: ${escapeMarkdown(why(result))}`,
    ...section('Criteria', ['Criterion', 'Status', 'Observed', 'Must be', 'Evidence'], criteriaCells(result)),
    ...section('Statistics (ms)', ['Task', 'Requests', 'Failures', 'Median', 'p95', 'p99', 'Max', 'Requests/s'], statisticsCells(result)),
    ...section('Failures', ['Task', 'Failure', 'Occurrences'], failureCells(result)),
    ...section(
      'Warnings',
      ['Warning'],
      result.warnings.map(({ text }) => [text]),
    ),
    ...section(
      'Checks',
      ['Check', 'Status', 'Observed', 'Expected'],
      result.checks.map((c) => [c.title, c.status, c.observed, c.expected ?? '']),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

const criteriaCells = ({ criteria }: RunResult): string[][] =>
  criteria.map((row) => [
    row.required ? row.title : `${row.title} (recommended)`,
    statusOf(row),
    row.observed,
    row.threshold,
    row.evidence,
  ]);

const statisticsCells = ({ tasks, aggregated }: RunResult): string[][] =>
  [...tasks, aggregated].map((row) => [
    ...[row.name, String(row.requests), String(row.failures), ms(row.medianMs)],
    ...(row.latency ? [ms(row.latency['95%']), ms(row.latency['99%'])] : ['N/A', 'N/A']),
    ...[ms(row.maxMs), row.requestsPerSecond.toFixed(2)],
  ]);

const failureCells = ({ failures }: RunResult): string[][] =>
  failures.map(({ task, kind, occurrences }) => [task, kind, String(occurrences)]);

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return ['', `## ${title}`, '', line(head), line(head.map(() => '---')), ...rows.map((row) => line(row.map(escapeMarkdown)))];
}
