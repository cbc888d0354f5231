import type { Colour, Paint } from '../../report/table.js';
import { pad, widthOf } from '../width.js';

/** One cell, plain or in a colour. */
export type Cell = string | { text: string; colour: Colour };

/** One column of a grid, its heading and a cell for each row. */
export interface Column {
  head: string;
  cells: readonly Cell[];
  /** What columns side by side have in common: it is told with the first of them that is shown. */
  group?: string;
  /** Left out where there is no room: the greatest number first. Columns without it stay. */
  drop?: number;
}

const GAP = 2;
const LEAST_NAME = 16;

/** Columns without borders, the first to the left and the others to the right: a heading and a line for each row, none wider than `width`. */
export function grid(columns: readonly Column[], width: number, paint: Paint): string[] {
  const shown = titled(fitting(columns, width));
  const rows = Math.max(0, ...shown.map(({ cells }) => cells.length));
  const [first = 0, ...others] = shown.map(naturalWidth);
  const room = width - sumOf([0, ...others]);
  const widths = [Math.min(first, room), ...others];
  const line = (cellOf: (column: Column) => Cell): string =>
    shown
      .map((column, index) => drawn(cellOf(column), widths[index] ?? 0, index === 0 ? 'left' : 'right', paint))
      .join(' '.repeat(GAP))
      .trimEnd();
  const head = line(({ head: text }) => ({ text, colour: 'dim' }));
  return [head, ...Array.from({ length: rows }, (_, row) => line(({ cells }) => cells[row] ?? ''))];
}

const titled = (columns: readonly Column[]): Column[] =>
  columns.map((column, index) =>
    column.group === undefined || columns[index - 1]?.group === column.group
      ? column
      : { ...column, head: `${column.group} ${column.head}` },
  );

/** The columns that there is room for. Names are cut before a column is left out, but not to nothing. */
function fitting(columns: readonly Column[], width: number): readonly Column[] {
  const [first = 0, ...others] = titled(columns).map(naturalWidth);
  if (columns.length < 2 || sumOf([Math.min(first, LEAST_NAME), ...others]) <= width) return columns;
  const dropped = columns.reduce<Column | undefined>(
    (most, column) => (column.drop !== undefined && column.drop > (most?.drop ?? -1) ? column : most),
    undefined,
  );
  const kept = dropped === undefined ? columns.slice(0, -1) : columns.filter((column) => column !== dropped);
  return fitting(kept, width);
}

const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text);

const naturalWidth = ({ head, cells }: Column): number => Math.max(widthOf(head), ...cells.map((cell) => widthOf(textOf(cell))));

/** With the gaps between them. */
const sumOf = (widths: readonly number[]): number => widths.reduce((sum, one) => sum + one, 0) + GAP * Math.max(0, widths.length - 1);

function drawn(cell: Cell, width: number, side: 'left' | 'right', paint: Paint): string {
  const text = pad(textOf(cell), width, side);
  return typeof cell === 'string' || text.trim() === '' ? text : paint(cell.colour, text);
}
