import type { Comparison } from '../verdict/compare/comparison.js';
import type { HistorySecond, RunResult } from '../verdict/run-result.js';
import type { ComparisonModel, Language, OverlaidRun, Values } from './view/model.js';

/** A screen shows no more, and a day of several runs must not make the page slow. */
const MOST_TIMES = 3000;

/** What is overlaid of a run. */
export type Overlaid = Pick<RunResult, 'runId' | 'window' | 'tasks' | 'history'>;

/** What the page of a comparison shows: each run's load on one axis, the seconds since its own load began. @param runs In its order. */
export function comparisonModel(comparison: Comparison, runs: readonly Overlaid[], language: Language): ComparisonModel {
  const begins = runs.map(beginOf);
  const lengths = runs.map(({ history }, index) => (history.at(-1)?.second ?? -1) - (begins[index] ?? 0) + 1);
  const seconds = Math.max(0, ...lengths);
  const thinning = Math.max(1, Math.ceil(seconds / MOST_TIMES));
  const times = Array.from({ length: Math.ceil(seconds / thinning) }, (_, index) => index * thinning);
  return {
    ...{ version: 1, kind: 'comparison', language, comparison, times, thinning },
    runs: runs.map((run, index) => overlaid(run, begins[index] ?? 0, { thinning, count: times.length })),
  };
}

/** The second in which the load began: of Unix time, and the first that there is a record of where that is earlier. */
function beginOf({ window, history }: Overlaid): number {
  const first = history[0]?.second ?? 0;
  return window.loadStart === null ? first : Math.min(first, Math.floor(window.loadStart / 1000));
}

interface Axis {
  thinning: number;
  count: number;
}

function overlaid({ runId, tasks, history }: Overlaid, begin: number, axis: Axis): OverlaidRun {
  const line = (of: (row: HistorySecond) => number | null): Values => peaks(history, begin, axis, of);
  return {
    runId,
    connected: line(({ users }) => users.connected),
    requests: line(({ requests }) => requests),
    failures: line(({ failures, drops }) => failures + drops),
    tasks: tasks.map(({ name }) => ({ name, p95: line((row) => row.tasks[name]?.p95Ms ?? null) })),
  };
}

/** The greatest value at each time of the axis; a time of which there is no record is a gap. */
function peaks(history: readonly HistorySecond[], begin: number, axis: Axis, of: (row: HistorySecond) => number | null): Values {
  const values: Values = Array.from({ length: axis.count }, () => null);
  for (const row of history) {
    const value = of(row);
    if (value === null) continue;
    const index = Math.floor((row.second - begin) / axis.thinning);
    const before = values[index] ?? null;
    const rounded = Number(value.toFixed(2));
    values[index] = before === null ? rounded : Math.max(before, rounded);
  }
  return values;
}
