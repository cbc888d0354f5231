import type { RunResult, StageResult, StageTask, TaskStatistics } from '../verdict/run-result.js';
import { apartRows } from './apart.js';
import { highestStep } from './headline.js';
import { type Paint, table, wrap } from './table.js';
import { clock, counted, decimal, ms, percent, visible } from './text.js';

/** Percentiles from the intended send are marked with this. */
const INTENDED = '*';

/** Title of the table that {@link statistics} makes. */
export const STATISTICS_TITLE = `Statistics (ms; ${INTENDED} from the intended send, the others from the actual one)`;

export function statistics({ tasks, aggregated }: RunResult): string {
  if (aggregated.requests === 0) return '';
  const latencies = ['Avg', 'Min', 'Max', 'Med', '95%', '99%', `95%${INTENDED}`, `99%${INTENDED}`];
  return table(['Name', '# reqs', '# fails', ...latencies, 'req/s', 'failures/s'], [...tasks, aggregated].map(statisticsRow), 1);
}

function statisticsRow(row: TaskStatistics): string[] {
  const share = row.requests > 0 ? ((row.failures / row.requests) * 100).toFixed(2) : '0.00';
  const { latency, intended } = row;
  return [
    ...[visible(row.name), String(row.requests), `${row.failures} (${share}%)`],
    ...[ms(row.averageMs), ms(row.minMs), ms(row.maxMs), ms(row.medianMs)],
    ...(latency ? [ms(latency['95%']), ms(latency['99%'])] : ['N/A', 'N/A']),
    ...(intended ? [ms(intended['95%']), ms(intended['99%'])] : ['N/A', 'N/A']),
    ...[row.requestsPerSecond.toFixed(2), row.failuresPerSecond.toFixed(2)],
  ];
}

export function timings(result: RunResult): string {
  const rows = result.timings.map(({ name, count, latency }) => [
    ...[visible(name), String(count)],
    ...[ms(latency['50%']), ms(latency['95%']), ms(latency['99%']), ms(latency['100%'])],
  ]);
  return table(['Name', '# times', 'Med', '95%', '99%', 'Max'], rows, 1);
}

/** Each stage on its own, and the highest that held. Empty without load. */
export function stages(result: RunResult, paint: Paint): string {
  if (result.window.loadStart === null || result.stages.length === 0) return '';
  const head = ['', 'Stage', 'Reached', `95% and 95%${INTENDED} (ms)`, 'Why'];
  return `${table(
    head,
    result.stages.map((stage) => stageRow(stage, paint)),
  )}\n${visible(highestStep(result))}`;
}

function stageRow(stage: StageResult, paint: Paint): string[] {
  const colours = { pass: 'green', fail: 'red', inconclusive: 'yellow' } as const;
  return [
    paint(colours[stage.status], stage.status),
    wrap(stage.name, 18),
    reached(stage).join('\n'),
    stage.tasks.map(taskLine).join('\n'),
    stage.reasons.map((reason) => wrap(reason, 40)).join('\n'),
  ];
}

const reached = ({ usersReached, users, requests, errorRate }: StageResult): string[] => [
  `${usersReached} of ${counted(users, 'user')}`,
  counted(requests, 'request'),
  ...(errorRate === null ? [] : [`${percent(errorRate)} failed`]),
];

const taskLine = ({ name, latency, intended }: StageTask): string =>
  wrap(`${name} ${latency && intended ? `${ms(latency['95%'])} ${ms(intended['95%'])}${INTENDED}` : 'N/A'}`, 34);

export function failures(result: RunResult): string {
  const rows = result.failures.map(({ task, kind, occurrences, first, last }) => [
    ...[String(occurrences), visible(task), wrap(kind, 60)],
    ...[clock(first * 1000), clock(last * 1000)],
  ]);
  return table(['# occurrences', 'Name', 'Failure', 'First (UTC)', 'Last (UTC)'], rows);
}

export function exceptions(result: RunResult): string {
  return table(
    ['# occurrences', 'Exception'],
    result.exceptions.map(({ message, occurrences }) => [String(occurrences), wrap(message, 90)]),
  );
}

/** What belongs to no task, or came too late for it. */
export function apart(result: RunResult): string {
  return table(
    ['#', 'What', 'Kind'],
    apartRows(result).map(({ what, kind, count }) => [decimal(count, 0), what, wrap(kind, 80)]),
  );
}
