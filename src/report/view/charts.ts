import type { CanaryOfSecond, HistorySecond, RunResult } from '../../verdict/run-result.js';
import { type Chart, rounded } from './chart.js';
import { sampleCharts } from './sample-charts.js';

/** Everything that the page's script gets to know. */
export interface PageData {
  charts: Chart[];
  /** Unix seconds at which a stage of the plan ends. */
  marks: number[];
  /** Unix seconds at which something happened to the target. */
  alerts: number[];
}

/** All charts that have something to show. */
export function pageData(result: RunResult): PageData {
  const charts = [...loadCharts(result), ...canaryCharts(result), ...sampleCharts(result), ...generatorCharts(result)];
  const { loadStart } = result.window;
  return {
    charts: charts.filter(({ times, lines }) => times.length > 0 && lines.length > 0),
    marks: loadStart === null ? [] : result.stages.slice(0, -1).map(({ untilSeconds }) => loadStart / 1000 + untilSeconds),
    alerts: result.targetEvents.map(({ t }) => t / 1000),
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

function canaryCharts({ canaryHistory }: RunResult): Chart[] {
  const rows = withGaps(canaryHistory);
  return [
    historyChart('Canaries: messages between the backends, a second', '/s', rows, [
      { label: 'published', of: (row) => row.published },
      { label: 'received', of: (row) => row.received },
      { label: 'late', of: (row) => row.late },
      { label: 'lost', of: (row) => row.lost, bad: true },
    ]),
    historyChart('Canaries: from publish to arrival', 'ms', rows, [
      { label: 'p50', of: (row: CanaryOfSecond) => row.p50Ms },
      { label: 'p99', of: (row) => row.p99Ms },
    ]),
  ];
}

interface HistoryLine<Row> {
  label: string;
  of: (row: Row) => number | null;
  bad?: true;
}

function historyChart<Row extends { second: number }>(
  title: string,
  unit: string,
  rows: readonly (Row | number)[],
  lines: readonly HistoryLine<Row>[],
): Chart {
  return {
    title,
    unit,
    times: rows.map((row) => (typeof row === 'number' ? row : row.second)),
    lines: lines.map(({ of, ...line }) => ({ ...line, values: rows.map((row) => (typeof row === 'number' ? null : rounded(of(row)))) })),
  };
}

/** The rows, with a bare second where at least one is missing: the line breaks there. */
function withGaps<Row extends { second: number }>(history: readonly Row[]): (Row | number)[] {
  return history.flatMap((row, index) => {
    const before = history[index - 1];
    return before && row.second - before.second > 1 ? [before.second + 1, row] : [row];
  });
}
