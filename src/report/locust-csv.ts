import {
  type EntryOfSecond,
  type FullHistorySecond,
  PERCENTILES,
  type Percentiles,
  type RunResult,
  type TaskStatistics,
} from '../verdict/run-result.js';
import { type Cell, toCsv } from './csv.js';
import { CurrentRates } from './locust-rates.js';

const TYPE = 'WebSocket';
const PERCENTILE_NAMES = PERCENTILES.map(([name]) => name);
const NO_PERCENTILES: Cell[] = PERCENTILE_NAMES.map(() => 'N/A');

/** The name of a task in Locust's files. */
const locustName = (task: string): string => `ws_${task}`;

/** `<prefix>_stats.csv`: one row a task, then the sum. */
export function statsCsv({ tasks, aggregated }: Pick<RunResult, 'tasks' | 'aggregated'>): string {
  const header = [
    ...['Type', 'Name', 'Request Count', 'Failure Count', 'Median Response Time', 'Average Response Time', 'Min Response Time'],
    ...['Max Response Time', 'Average Content Size', 'Requests/s', 'Failures/s', ...PERCENTILE_NAMES],
  ];
  const rows = tasks.map((task) => [TYPE, locustName(task.name), ...statsOf(task)]);
  return toCsv([header, ...rows, ['', 'Aggregated', ...statsOf(aggregated)]]);
}

const HISTORY_HEADER = [
  ...['Timestamp', 'User Count', 'Type', 'Name', 'Requests/s', 'Failures/s', ...PERCENTILE_NAMES],
  ...['Total Request Count', 'Total Failure Count', 'Total Median Response Time', 'Total Average Response Time'],
  ...['Total Min Response Time', 'Total Max Response Time', 'Total Average Content Size'],
];

/** `<prefix>_stats_history.csv`: one row a second of everything together, percentiles since the start. */
export const historyCsv = (result: RunResult): string => [...historyCsvRows(result)].join('');

/** The same row by row: a day of them takes much memory. */
export function* historyCsvRows({ history }: RunResult): Generator<string> {
  yield toCsv([HISTORY_HEADER]);
  const rates = new CurrentRates();
  for (const row of history) {
    rates.begin(row.second, row.requests);
    const { second, users, total } = row;
    const percentiles = total.percentilesMs ?? NO_PERCENTILES;
    yield toCsv([[second, users.active, '', 'Aggregated', ...rates.of('', row), ...percentiles, ...totalsOf(total)]]);
  }
}

/** The same with full history: a row for each task, too, and percentiles of the last ten seconds. */
export function* fullHistoryCsv(seconds: Iterable<FullHistorySecond>): Generator<string> {
  yield toCsv([HISTORY_HEADER]);
  const rates = new CurrentRates();
  for (const { second, users, tasks, all } of seconds) {
    rates.begin(second, all.requests);
    const rows = tasks.map((task) => [second, users, TYPE, locustName(task.name), ...rates.of(task.name, task), ...entryOf(task)]);
    yield toCsv([...rows, [second, users, '', 'Aggregated', ...rates.of('', all), ...entryOf(all)]]);
  }
}

/** Locust has nothing of an entry without requests, and 0 where the last seconds had none. */
function entryOf({ total, percentilesMs }: EntryOfSecond): Cell[] {
  const percentiles = total.requests === 0 ? NO_PERCENTILES : (percentilesMs ?? PERCENTILE_NAMES.map(() => 0));
  return [...percentiles, ...totalsOf(total)];
}

const totalsOf = (total: EntryOfSecond['total']): Cell[] => [
  ...[total.requests, total.failures, total.medianMs, total.averageMs, total.minMs, total.maxMs, total.averageBytes],
];

/** `<prefix>_failures.csv`. Times are ISO 8601 in UTC. */
export function failuresCsv({ failures }: Pick<RunResult, 'failures'>): string {
  const rows = failures.map(({ task, kind, occurrences, first, last }) => [
    TYPE,
    locustName(task),
    kind,
    occurrences,
    iso(first),
    iso(last),
  ]);
  return toCsv([['Method', 'Name', 'Error', 'Occurrences', 'First Seen', 'Last Seen'], ...rows]);
}

/** `<prefix>_exceptions.csv`. The journal keeps no tracebacks. */
export function exceptionsCsv({ exceptions }: RunResult): string {
  return toCsv([
    ['Count', 'Message', 'Traceback', 'Nodes'],
    ...exceptions.map(({ message, occurrences }) => [occurrences, message, '', 'local']),
  ]);
}

function statsOf(row: TaskStatistics): Cell[] {
  return [
    ...[row.requests, row.failures, row.medianMs, row.averageMs, row.minMs, row.maxMs],
    ...[row.requests > 0 ? row.bytes / row.requests : 0, row.requestsPerSecond, row.failuresPerSecond],
    ...percentileCells(row.latency),
  ];
}

const percentileCells = (percentiles: Percentiles | null): Cell[] =>
  percentiles === null ? NO_PERCENTILES : PERCENTILE_NAMES.map((name) => percentiles[name]);

const iso = (unixSeconds: number): string => new Date(unixSeconds * 1000).toISOString();
