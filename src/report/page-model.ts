import type { HistorySecond, RunResult } from '../verdict/run-result.js';
import { thinModel } from './thin-model.js';
import type { Language, LoadTrack, PageFile, PageModel, TaskTrack, Values } from './view/model.js';

export interface PageOptions {
  kind: PageModel['kind'];
  language: Language;
  /** What is known of the files; left out: what the journal says of those that were collected. */
  files?: readonly PageFile[];
}

/** Everything that the page shows of a result: of a finished run thinned to what a page has room for. */
export function pageModel(result: RunResult, options: PageOptions): PageModel {
  const model = fullModel(result, options);
  return options.kind === 'report' ? thinModel(model) : model;
}

function fullModel(result: RunResult, { kind, language, files }: PageOptions): PageModel {
  const { history, heat, canaryHistory, series, ...rest } = result;
  return {
    ...{ version: 1, kind, language, result: rest, thinning: 1, series },
    load: loadTrack(history),
    heat: heat.map(({ edgesMs, ...map }) => ({ ...map, edges: edgesMs })),
    canaries: canaryTrack(canaryHistory),
    files: [...(files ?? result.evidenceFiles.map(({ source: _source, ...file }) => file))],
  };
}

/** A row of one second; a bare second stands for those of which there is no record. */
type Row<T> = T | number;

/** Where records are missing, a bare second in their place: the lines break there. */
function withGaps<T extends { second: number }>(rows: readonly T[]): Row<T>[] {
  return rows.flatMap((row, index) => {
    const before = rows[index - 1];
    return before && row.second - before.second > 1 ? [before.second + 1, row] : [row];
  });
}

const timesOf = (rows: readonly Row<{ second: number }>[]): number[] => rows.map((row) => (typeof row === 'number' ? row : row.second));

const lineOf = <T>(rows: readonly Row<T>[], of: (row: T) => number | null): Values =>
  rows.map((row) => (typeof row === 'number' ? null : of(row)));

const CANARY_COUNTS = ['published', 'received', 'late', 'lost', 'refused', 'duplicates', 'reordered'] as const;
const CANARY_TIMES = ['p50Ms', 'p99Ms'] as const;

/** The second in which the load began, or ended, has a row of each of its two phases. Of two percentiles the worse one is kept. */
function oneASecond(history: RunResult['canaryHistory']): RunResult['canaryHistory'] {
  const rows = new Map<number, RunResult['canaryHistory'][number]>();
  for (const row of history) {
    const before = rows.get(row.second);
    const both = { ...row };
    if (before) {
      for (const name of CANARY_COUNTS) both[name] += before[name];
      for (const name of CANARY_TIMES) if (before[name] !== null) both[name] = Math.max(before[name], row[name] ?? 0);
    }
    rows.set(row.second, both);
  }
  return [...rows.values()];
}

function canaryTrack(history: RunResult['canaryHistory']): PageModel['canaries'] {
  const rows = withGaps(oneASecond(history));
  const names = [...CANARY_COUNTS, ...CANARY_TIMES];
  return { times: timesOf(rows), lines: Object.fromEntries(names.map((name) => [name, lineOf(rows, (row) => row[name])])) };
}

function loadTrack(history: readonly HistorySecond[]): LoadTrack {
  const rows = withGaps(history);
  const line = (of: (row: HistorySecond) => number | null): Values => lineOf(rows, of);
  const names = [...new Set(history.flatMap(({ tasks }) => Object.keys(tasks)))].sort();
  const codes = [...new Set(history.flatMap(({ dropsBy }) => Object.keys(dropsBy)))].sort();
  const task = (name: string): TaskTrack => ({
    name,
    requests: line(({ tasks }) => tasks[name]?.requests ?? 0),
    failures: line(({ tasks }) => tasks[name]?.failures ?? 0),
    p50: line(({ tasks }) => tasks[name]?.p50Ms ?? null),
    p95: line(({ tasks }) => tasks[name]?.p95Ms ?? null),
    p99: line(({ tasks }) => tasks[name]?.p99Ms ?? null),
    intendedP95: line(({ tasks }) => tasks[name]?.intendedP95Ms ?? null),
  });
  return {
    times: timesOf(rows),
    planned: line(({ users }) => users.planned),
    active: line(({ users }) => users.active),
    connected: line(({ users }) => users.connected),
    requests: line(({ requests }) => requests),
    failures: line(({ failures }) => failures),
    drops: line(({ drops }) => drops),
    dropsBy: Object.fromEntries(codes.map((code) => [code, line(({ dropsBy }) => dropsBy[code] ?? 0)])),
    unsent: line(({ unsent }) => unsent),
    tasks: names.map(task),
    generator: {
      loopDelayMs: line(({ generator }) => generator.loopDelayMs),
      utilization: line(({ generator }) => generator.utilization),
      lagMs: line(({ generator }) => generator.lagMs),
      gcMs: line(({ generator }) => generator.gcMs),
    },
  };
}
