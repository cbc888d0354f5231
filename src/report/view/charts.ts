import type { HistorySecond, RunResult, SampleSeries } from '../../verdict/run-result.js';

/** One line of a chart. */
export interface Line {
  label: string;
  /** One for each time of the chart; null is a gap. */
  values: (number | null)[];
  /** A line that should be at 0. */
  bad?: true;
}

/** A chart over time, ready to be drawn. */
export interface Chart {
  title: string;
  unit: string;
  /** Unix seconds, rising. */
  times: number[];
  lines: Line[];
}

/** Everything that the page's script gets to know. */
export interface PageData {
  charts: Chart[];
  /** Unix seconds at which a stage of the plan ends. */
  marks: number[];
}

/** All charts that have something to show. */
export function pageData(result: RunResult): PageData {
  const charts = [...loadCharts(result), ...sampleCharts(result), ...generatorCharts(result)];
  const { loadStart } = result.window;
  return {
    charts: charts.filter(({ times, lines }) => times.length > 0 && lines.length > 0),
    marks: loadStart === null ? [] : result.stages.slice(0, -1).map(({ untilSeconds }) => loadStart / 1000 + untilSeconds),
  };
}

function loadCharts(result: RunResult): Chart[] {
  const rows = withGaps(result.history);
  const names = result.tasks.map(({ name }) => name);
  const users = ['planned', 'active', 'connected'] as const;
  return [
    historyChart('Users', '', rows, [...users.map((kind) => ({ label: kind, of: (row: HistorySecond) => row.users[kind] }))]),
    historyChart('Requests and failures a second', '/s', rows, [
      { label: 'requests', of: (row) => row.requests },
      { label: 'failures', of: (row) => row.failures + row.drops, bad: true },
    ]),
    ...names.map((name) =>
      historyChart(`Response time of ${name}`, 'ms', rows, [
        { label: 'p50', of: (row) => row.tasks[name]?.p50Ms ?? null },
        { label: 'p95', of: (row) => row.tasks[name]?.p95Ms ?? null },
      ]),
    ),
  ];
}

function generatorCharts(result: RunResult): Chart[] {
  const rows = withGaps(result.history);
  return [
    historyChart('Load generator: what held it up', 'ms', rows, [
      { label: 'event loop blocked', of: (row) => row.generator.loopDelayMs },
      { label: 'latest message', of: (row) => row.generator.lagMs },
      { label: 'garbage collection', of: (row) => row.generator.gcMs },
    ]),
    historyChart('Load generator: event loop busy', '%', rows, [{ label: 'busiest worker', of: (row) => row.generator.utilization * 100 }]),
  ];
}

const MIB = 2 ** -20;

function sampleCharts(result: RunResult): Chart[] {
  const of = (...names: string[]): SampleSeries[] => names.flatMap((name) => result.series.filter((series) => series.name === name));
  const backend = ({ attributes }: SampleSeries): string => attributes.backend ?? 'backend';
  const tail = ({ name }: SampleSeries): string => name.split('.').slice(1).join(' ');
  return [
    sampleChart('Connections by backend', '', of('backend.connections'), backend),
    sampleChart('CPU by backend, one core is 100 %', '%', of('process.cpu.utilization'), backend, 100),
    sampleChart('Memory by backend', 'MiB', of('process.memory.usage'), backend, MIB),
    sampleChart('Redis clients', '', of('redis.clients.connected', 'redis.clients.blocked'), tail),
    sampleChart('Redis memory', 'MiB', of('redis.memory.used', 'redis.memory.rss'), tail, MIB),
    sampleChart('Redis Pub/Sub subscribers', '', of('redis.pubsub.subscribers'), ({ attributes }) => attributes.channel ?? 'channel'),
    sampleChart('nginx connections', '', of('nginx.connections_current'), ({ attributes }) => attributes.state ?? 'all'),
    logChart(of('log.matches')),
  ];
}

interface HistoryLine {
  label: string;
  of: (row: HistorySecond) => number | null;
  bad?: true;
}

function historyChart(title: string, unit: string, rows: readonly (HistorySecond | number)[], lines: readonly HistoryLine[]): Chart {
  return {
    title,
    unit,
    times: rows.map((row) => (typeof row === 'number' ? row : row.second)),
    lines: lines.map(({ of, ...line }) => ({ ...line, values: rows.map((row) => (typeof row === 'number' ? null : rounded(of(row)))) })),
  };
}

/** The rows, with a bare second where at least one is missing: the line breaks there. */
function withGaps(history: readonly HistorySecond[]): (HistorySecond | number)[] {
  return history.flatMap((row, index) => {
    const before = history[index - 1];
    return before && row.second - before.second > 1 ? [before.second + 1, row] : [row];
  });
}

function sampleChart(title: string, unit: string, series: readonly SampleSeries[], label: (one: SampleSeries) => string, scale = 1): Chart {
  const times = unionOf(series);
  const lines = series.map((one) => ({
    label: label(one),
    values: onTimes(one, times).map((value) => (value === null ? null : rounded(value * scale))),
  }));
  return { title, unit, times: times.map((t) => t / 1000), lines };
}

/** Counted lines by pattern, all backends together. Where one backend's reading is missing, the sum is not known. */
function logChart(series: readonly SampleSeries[]): Chart {
  const times = unionOf(series);
  const patterns = [...new Set(series.map(({ attributes }) => attributes.pattern ?? ''))];
  const lines = patterns.map((pattern) => {
    const parts = series.filter(({ attributes }) => attributes.pattern === pattern).map((one) => onTimes(one, times));
    return { label: pattern, values: times.map((_, index) => sumOrGap(parts.map((values) => values[index] ?? null))) };
  });
  return { title: 'Log lines by pattern (counted since the start)', unit: '', times: times.map((t) => t / 1000), lines };
}

const sumOrGap = (values: readonly (number | null)[]): number | null =>
  values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);

const unionOf = (series: readonly SampleSeries[]): number[] => [...new Set(series.flatMap(({ times }) => times))].sort((a, b) => a - b);

function onTimes({ times, values }: SampleSeries, union: readonly number[]): (number | null)[] {
  const byTime = new Map(times.map((t, index) => [t, values[index] ?? null]));
  return union.map((t) => byTime.get(t) ?? null);
}

/** Three decimals are finer than a pixel and keep the page small. */
const rounded = (value: number | null): number | null => (value === null ? null : Number(value.toFixed(3)));
