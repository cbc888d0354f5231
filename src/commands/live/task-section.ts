import { decimal, ms, visible } from '../../report/text.js';
import type { Thresholds } from '../../verdict/thresholds.js';
import { cut } from '../width.js';
import { asRate, type Drawing, NOTHING, type Standing, shown, signOf } from './drawing.js';
import { type Cell, type Column, grid } from './grid.js';
import type { Section } from './layout.js';
import { LAST_SECONDS } from './load-figures.js';
import type { TaskFigures } from './task-figures.js';

/** The pseudo task of opening handshakes. */
const CONNECT = 'connect';

/** Of columns side by side; times are in ms. */
const LAST = `${LAST_SECONDS} s`;
const RUN = 'run';

/** Head and sum. */
const FRAME = 2;

/** A row for each task and one for all, and below them what failed most often. */
export function taskSections(drawing: Drawing): Section[] {
  const { state } = drawing;
  if (state.run?.mode !== 'load') return [];
  const tasks = tasksOf(drawing);
  const most = tasks.length + FRAME;
  return [
    { rank: 3, least: Math.min(most, 6), most, apart: true, draw: (rows) => taskTable(drawing, tasks, rows) },
    { rank: 6, least: 1, most: state.load.failures.size > 0 ? 1 : 0, draw: () => [failureLine(drawing)] },
  ];
}

interface Row {
  name: string;
  figures: TaskFigures | undefined;
  limit: number | undefined;
}

/** Those that have a limit are there before their first request. */
function tasksOf({ state: { load, run } }: Drawing): Row[] {
  const thresholds = run?.thresholds;
  const names = new Set([CONNECT, ...(thresholds?.taskP95Ms.keys() ?? []), ...load.tasks.keys()]);
  return [...names].map((name) => ({ name, figures: load.tasks.get(name), limit: limitOf(name, thresholds) }));
}

function limitOf(task: string, thresholds: Thresholds | undefined): number | undefined {
  return (task === CONNECT ? thresholds?.connectP95Ms : thresholds?.taskP95Ms.get(task)) ?? undefined;
}

function taskTable({ state: { load }, columns, paint }: Drawing, tasks: readonly Row[], rows: number): string[] {
  const isCut = tasks.length > rows - FRAME;
  const kept = isCut ? tasks.slice(0, rows - FRAME - 1) : tasks;
  const all: Row = { name: 'All', figures: load.all, limit: undefined };
  const lines = grid(
    columnsOf([...kept, all], (count) => load.perSecond(count)),
    columns,
    paint,
  );
  return isCut ? [...lines.slice(0, -1), `… and ${tasks.length - kept.length} more tasks`, ...lines.slice(-1)] : lines;
}

function columnsOf(rows: readonly Row[], perSecond: (count: number) => number): Column[] {
  const column = (what: Omit<Column, 'cells'>, cell: (row: Row) => Cell): Column => ({ ...what, cells: rows.map(cell) });
  const of = (value: (figures: TaskFigures) => number | undefined, format: (value: number) => string) => (row: Row) =>
    shown(row.figures && value(row.figures), format);
  const rate = (count: number): string => asRate(perSecond(count));
  return [
    column({ head: 'Task' }, ({ name }) => visible(name)),
    column(
      { head: 'Requests', drop: 3 },
      of(({ requests }) => requests, String),
    ),
    column({ head: 'Fails', drop: 0 }, failuresOf),
    column(
      { head: 'Req/s', drop: 4 },
      of(({ lastRequests }) => lastRequests, rate),
    ),
    column(
      { head: 'p50', group: LAST, drop: 9 },
      of(({ last }) => last?.p50, ms),
    ),
    column(
      { head: 'p95', group: LAST, drop: 5 },
      of(({ last }) => last?.p95, ms),
    ),
    column(
      { head: 'p99', group: LAST, drop: 8 },
      of(({ last }) => last?.p99, ms),
    ),
    column(
      { head: 'p50', group: RUN, drop: 7 },
      of(({ run }) => run?.p50, ms),
    ),
    column(
      { head: 'p95', group: RUN, drop: 1 },
      of(({ run }) => run?.p95, ms),
    ),
    column(
      { head: 'p99', group: RUN, drop: 6 },
      of(({ run }) => run?.p99, ms),
    ),
    column({ head: 'limit', drop: 2 }, ({ limit }) => (limit === undefined ? '' : `< ${decimal(limit, 2)}`)),
    column({ head: '' }, markOf),
  ];
}

function failuresOf({ figures }: Row): Cell {
  if (!figures) return NOTHING;
  return figures.failures > 0 ? { text: String(figures.failures), colour: 'red' } : '0';
}

function markOf({ figures, limit }: Row): Cell {
  const standing = limit === undefined ? undefined : standingOf(limit, figures?.run?.p95, figures?.last?.p95);
  return standing === undefined ? '' : signOf(standing);
}

/** Of the run so far, as the criterion judges it; `near` where it still holds and the last seconds alone would not. */
function standingOf(limit: number, run: number | undefined, last: number | undefined): Standing | undefined {
  if (run === undefined) return undefined;
  if (run >= limit) return 'bad';
  return last !== undefined && last >= limit ? 'near' : 'good';
}

function failureLine({ state: { load }, columns, paint }: Drawing): string {
  const kinds = [...load.failures].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${count} × ${visible(kind)}`);
  return paint('red', cut(`Failures  ${kinds.slice(0, 5).join(' · ')}`, columns));
}
