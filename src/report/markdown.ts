import type { CriterionRow, RunResult } from '../verdict/run-result.js';
import { APART_TITLE, apartRows } from './apart.js';
import { diagnosisMarkdown } from './diagnosis-markdown.js';
import { highestStep, tested, why } from './headline.js';
import { targetTables } from './target-tables.js';
import { counted, escapeMarkdown, ms, percent, utc } from './text.js';

/** What is open says why in one word. */
const statusOf = ({ status, critical, code }: CriterionRow): string =>
  critical ? 'critical' : status === 'inconclusive' ? `${status} (${code})` : status;

/** What a row was read from, and of what part of the run. */
function sourceOf({ source, scope, samples, coverage }: CriterionRow): string {
  const covered = coverage === null ? '' : `, ${percent(coverage)} of the time`;
  return `${source}${scope === 'run' ? '' : `, ${scope}`}${samples === 0 ? '' : ` (${counted(samples, 'sample')}${covered})`}`;
}

/** summary.md. Its first three lines are what was tested, the verdict, and why. */
export function summaryMarkdown(result: RunResult): string {
  const lines = [
    `Tested: ${escapeMarkdown(tested(result))}  `,
    `Verdict: **${result.verdict}**  `,
    `Why: ${escapeMarkdown(why(result))}`,
    ...section('Criteria', ['Criterion', 'Status', 'Observed', 'Must be', 'Limit from', 'Read from', 'Evidence'], criteriaCells(result)),
    ...diagnosisMarkdown(result),
    ...stages(result),
    ...section(
      'Statistics (ms)',
      ['Task', 'Requests', 'Failures', 'Median', 'p95', 'p99', 'Max', 'p95 intended', 'p99 intended', 'Requests/s'],
      statisticsCells(result),
    ),
    ...section('Handshakes and reconnects (ms)', ['Name', 'Times', 'Median', 'p95', 'p99', 'Max'], timingCells(result)),
    ...section('Failures', ['Task', 'Failure', 'Occurrences', 'First seen', 'Last seen'], failureCells(result)),
    ...section(
      APART_TITLE,
      ['What', 'Kind', 'Count'],
      apartRows(result).map(({ what, kind, count }) => [what, kind, String(count)]),
    ),
    ...targetTables(result).flatMap(({ title, columns, rows }) => section(title, columns, rows)),
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
    row.thresholdFrom ?? 'not told',
    sourceOf(row),
    row.evidence,
  ]);

const statisticsCells = ({ tasks, aggregated }: RunResult): string[][] =>
  [...tasks, aggregated].map((row) => [
    ...[row.name, String(row.requests), String(row.failures), ms(row.medianMs)],
    ...(row.latency ? [ms(row.latency['95%']), ms(row.latency['99%'])] : ['N/A', 'N/A']),
    ms(row.maxMs),
    ...(row.intended ? [ms(row.intended['95%']), ms(row.intended['99%'])] : ['N/A', 'N/A']),
    row.requestsPerSecond.toFixed(2),
  ]);

const timingCells = ({ timings }: RunResult): string[][] =>
  timings.map(({ name, count, latency }) => [
    ...[name, String(count)],
    ...[ms(latency['50%']), ms(latency['95%']), ms(latency['99%']), ms(latency['100%'])],
  ]);

function stages(result: RunResult): string[] {
  if (result.window.loadStart === null || result.stages.length === 0) return [];
  const rows = result.stages.map((stage) => [
    ...[stage.name, stage.status, `${stage.usersReached} of ${stage.users}`, String(stage.requests)],
    stage.errorRate === null ? 'N/A' : percent(stage.errorRate),
    stage.tasks.map(({ name, latency, intended }) => `${name} ${bothClocks(latency?.['95%'], intended?.['95%'])}`).join(', '),
    stage.reasons.join('; '),
  ]);
  const head = ['Stage', 'Status', 'Users reached', 'Requests', 'Error rate', 'p95 (from the intended send)', 'Why'];
  return [...section('Stages', head, rows), '', escapeMarkdown(highestStep(result))];
}

const bothClocks = (actual: number | undefined, intended: number | undefined): string =>
  actual === undefined || intended === undefined ? 'N/A' : `${ms(actual)} (${ms(intended)})`;

const failureCells = ({ failures }: RunResult): string[][] =>
  failures.map(({ task, kind, occurrences, first, last }) => [task, kind, String(occurrences), utc(first * 1000), utc(last * 1000)]);

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    '',
    `## ${escapeMarkdown(title)}`,
    '',
    line(head),
    line(head.map(() => '---')),
    ...rows.map((row) => line(row.map(escapeMarkdown))),
  ];
}
