import { type HistorySecond, PERCENTILES, type Percentiles, type RunResult, type TaskStatistics } from '../verdict/run-result.js';
import { type Cell, toCsv } from './csv.js';

const TYPE = 'WebSocket';
const PERCENTILE_NAMES = PERCENTILES.map(([name]) => name);
const NO_PERCENTILES: Cell[] = PERCENTILE_NAMES.map(() => 'N/A');

/** The name of a task in Locust's files. */
const locustName = (task: string): string => `ws_${task}`;

/** `<prefix>_stats.csv`: one row a task, then the sum. */
export function statsCsv({ tasks, aggregated }: RunResult): string {
  const header = [
    ...['Type', 'Name', 'Request Count', 'Failure Count', 'Median Response Time', 'Average Response Time', 'Min Response Time'],
    ...['Max Response Time', 'Average Content Size', 'Requests/s', 'Failures/s', ...PERCENTILE_NAMES],
  ];
  const rows = tasks.map((task) => [TYPE, locustName(task.name), ...statsOf(task)]);
  return toCsv([header, ...rows, ['', 'Aggregated', ...statsOf(aggregated)]]);
}

/** `<prefix>_stats_history.csv`: one row a second of everything together, percentiles since the start. */
export function historyCsv({ history }: RunResult): string {
  const header = [
    ...['Timestamp', 'User Count', 'Type', 'Name', 'Requests/s', 'Failures/s', ...PERCENTILE_NAMES],
    ...['Total Request Count', 'Total Failure Count', 'Total Median Response Time', 'Total Average Response Time'],
    ...['Total Min Response Time', 'Total Max Response Time', 'Total Average Content Size'],
  ];
  const rates = currentRates(history);
  const rows = history.map(({ second, users, total }, index) => [
    ...[second, users.active, '', 'Aggregated', ...(rates[index] ?? [])],
    ...(total.percentilesMs ?? NO_PERCENTILES),
    ...[total.requests, total.failures, total.medianMs, total.averageMs, total.minMs, total.maxMs, total.averageBytes],
  ]);
  return toCsv([header, ...rows]);
}

/** `<prefix>_failures.csv`. Times are ISO 8601 in UTC. */
export function failuresCsv({ failures }: RunResult): string {
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

/**
 * Locust's current rates for each row, with six decimals: the mean over the ten seconds that end two seconds before the last second
 * with a request (`current_rps` in its stats.py), or over fewer at the start.
 */
function currentRates(history: readonly HistorySecond[]): [string, string][] {
  const start = history[0]?.second ?? 0;
  const bySecond = new Map(history.map((row) => [row.second, row]));
  let last: number | null = null;
  return history.map(({ second, requests: now }) => {
    if (now > 0) last = second;
    if (last === null) return ['0.000000', '0.000000'];
    const from = Math.max(last - 12, start);
    const to = last - 2;
    let requests = 0;
    let failures = 0;
    for (let at = from; at < to; at++) {
      requests += bySecond.get(at)?.requests ?? 0;
      failures += bySecond.get(at)?.failures ?? 0;
    }
    const seconds = Math.max(to - from, 1);
    return [(requests / seconds).toFixed(6), (failures / seconds).toFixed(6)];
  });
}

const iso = (unixSeconds: number): string => new Date(unixSeconds * 1000).toISOString();
