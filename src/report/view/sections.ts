import { PERCENTILES, type RunResult, type TaskStatistics } from '../../verdict/run-result.js';
import { highestStep, tested } from '../headline.js';
import { targetTables } from '../target-tables.js';
import { counted, decimal, duration, escapeHtml, ms, utc } from '../text.js';
import { Html, number, type TableCell, tableSection, tag, text } from './html-table.js';
import { apart, events, generator, stages, timings } from './load-sections.js';

/** The verdict, why, and what the run was. */
export function headSection(result: RunResult): string {
  const warnings =
    result.warnings.length > 0 ? `<p class="muted">Also to be known:</p>${list(result.warnings.map((warning) => warning.text))}` : '';
  const facts = factsOf(result).map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`);
  return `<header class="card head ${result.verdict.toLowerCase()}">
<h1>${escapeHtml(tested(result))}</h1>
<p class="verdict">${result.verdict}</p>
${list(result.reasons.map((reason) => reason.text))}
${warnings}
<dl class="facts">${facts.join('')}</dl>
</header>`;
}

const list = (items: readonly string[]): string => `<ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;

function factsOf(result: RunResult): [string, string][] {
  const { window, ended } = result;
  const signal = ended?.signal ? ` (${ended.signal})` : '';
  const load = window.loadStart === null ? 'none' : duration((window.loadEnd ?? window.lastEvent) - window.loadStart);
  return [
    ['Run', result.runId],
    ['Started', utc(window.runStart)],
    ['Ended', ended ? `${utc(window.runEnd ?? window.lastEvent)}, ${ended.reason}${signal}` : 'cut off'],
    ['Load', load],
    ...(window.loadStart === null || result.stages.length === 0 ? [] : [['Held', highestStep(result)] satisfies [string, string]]),
    ...(result.mode === 'load' ? ownLoad(result) : [['Load by', result.external?.tool ?? 'nobody'] satisfies [string, string]]),
    ['Tool', `${result.tool}, journal schema ${result.schema}${result.strict ? ', strict' : ''}`],
  ];
}

const ownLoad = ({ peakUsers, identity, generator }: RunResult): [string, string][] => [
  ['Users at most', `${peakUsers.connected} connected of ${peakUsers.planned} planned`],
  ['Identity', identity],
  ['Generator', `${generator.saturatedSeconds} of ${counted(generator.seconds, 'second')} saturated`],
];

/** Every table of the page, in its order. */
export function tableSections(result: RunResult): string {
  const sections = [
    ...[criteria, checks, stages, statistics, responseTimes, timings, failures, exceptions, apart],
    ...[target, logs, generator, samplerErrors, events],
  ];
  return sections
    .map((section) => section(result))
    .filter((html) => html !== '')
    .join('\n');
}

function criteria(result: RunResult): string {
  const rows = result.criteria.map((row) => [
    tag(row.critical ? 'critical' : row.status),
    new Html(`${escapeHtml(row.title)}${row.required ? '' : ' <span class="muted">(recommended)</span>'}`),
    row.observed,
    row.threshold,
    row.evidence,
  ]);
  return tableSection('Criteria', [text(''), text(''), text('Observed'), text('Must be'), text('Evidence')], rows, { stack: true });
}

function checks(result: RunResult): string {
  const rows = result.checks.map((check) => [tag(check.status), check.title, check.observed, check.expected ?? '', check.remedy ?? '']);
  return tableSection('Pre-flight checks', [text(''), text(''), text('Observed'), text('Expected'), text('What to do')], rows, {
    stack: true,
  });
}

const withSum = ({ tasks, aggregated }: RunResult): TaskStatistics[] => [...tasks, aggregated];

function statistics(result: RunResult): string {
  if (result.aggregated.requests === 0) return '';
  const columns = ['Requests', 'Failures', 'Late', 'Average ms', 'Min ms', 'Max ms', 'Average bytes', 'Requests/s', 'Failures/s'];
  const rows = withSum(result).map((row): TableCell[] => [
    ...[row.name, row.requests, row.failures, row.late, ms(row.averageMs), ms(row.minMs), ms(row.maxMs)],
    ...[decimal(row.requests > 0 ? row.bytes / row.requests : 0, 1), row.requestsPerSecond.toFixed(2), row.failuresPerSecond.toFixed(2)],
    repliesOf(row),
  ]);
  return tableSection('Request statistics', [text('Task'), ...columns.map(number), text('Replies')], rows, { sum: true });
}

const repliesOf = ({ replies }: TaskStatistics): string =>
  Object.entries(replies)
    .map(([type, count]) => `${type} ${count}`)
    .join(', ');

function responseTimes(result: RunResult): string {
  if (result.aggregated.requests === 0) return '';
  const clocks = [
    ['actual send', 'latency'],
    ['intended send', 'intended'],
  ] as const;
  const rows = withSum(result).flatMap((row) =>
    clocks.map(([name, key]): TableCell[] => [
      row.name,
      name,
      ...PERCENTILES.map(([percentile]) => (row[key] ? ms(row[key][percentile]) : 'N/A')),
    ]),
  );
  const columns = [text('Task'), text('From the'), ...PERCENTILES.map(([percentile]) => number(percentile))];
  return tableSection('Response times (ms)', columns, rows);
}

function failures(result: RunResult): string {
  const rows = result.failures.map(({ task, kind, occurrences, first, last }) => [
    task,
    kind,
    occurrences,
    utc(first * 1000),
    utc(last * 1000),
  ]);
  return tableSection('Failures', [text('Task'), text('Failure'), number('Occurrences'), text('First seen'), text('Last seen')], rows);
}

function exceptions(result: RunResult): string {
  const rows = result.exceptions.map(({ message, occurrences }) => [message, occurrences]);
  return tableSection('Errors of the scenario', [text('Message'), number('Occurrences')], rows);
}

/** What was seen of the target beside its readings. */
const target = (result: RunResult): string =>
  targetTables(result)
    .map(({ title, columns, numbersFrom = columns.length, rows }) =>
      tableSection(
        title,
        columns.map((name, index) => (index < numbersFrom ? text(name) : number(name))),
        rows,
      ),
    )
    .join('\n');

function logs({ logProof }: RunResult): string {
  const rows = logProof.backends.map(({ backend, lines, matches, samples, problem }): TableCell[] => [
    tag(problem === null ? 'pass' : 'inconclusive'),
    backend,
    lines,
    Object.entries(matches)
      .map(([pattern, count]) => `${pattern} ${count}`)
      .join(', '),
    problem ?? `read ${counted(samples, 'time')}, over the whole load`,
  ]);
  return tableSection(
    'Logs of the backends during the load',
    [text(''), text('Backend'), text('Lines'), text('Counted'), text('Reading')],
    rows,
    { stack: true },
  );
}

function samplerErrors(result: RunResult): string {
  const rows = result.samplerErrors.map(({ sampler, message, occurrences, first, last }) => [
    sampler,
    message,
    occurrences,
    utc(first),
    utc(last),
  ]);
  return tableSection('Readings that failed', [text('Sampler'), text('Message'), number('Occurrences'), text('First'), text('Last')], rows);
}
