import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { ColumnHead } from './column-head.js';
import { type Order, sortRows } from './sort-rows.js';

export interface Column<Row> {
  id: string;
  title: string;
  cell(row: Row): ComponentChildren;
  /** By what the column sorts; left out: it does not. */
  by?(row: Row): number | string;
  isNumber?: boolean;
  /** Sentences, which need room. */
  isWide?: boolean;
  /** The row's name: a heading of its own. */
  isHead?: boolean;
}

interface TableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf(row: Row, index: number): string;
  /** Stays below all others, however they are sorted. */
  sum?: Row | undefined;
  /** On a narrow screen each row becomes a block, its cells under one another. Left out: the table is moved sideways. */
  isStacked?: boolean;
}

/** A table that scrolls within itself. */
export function Table<Row>({ label, columns, rows, keyOf, sum, isStacked = false }: TableProps<Row>) {
  const [order, setOrder] = useState<Order | null>(null);
  const sortedBy = columns.find(({ id }) => id === order?.column)?.by;
  const sorted = order && sortedBy ? sortRows(rows, sortedBy, order.isDescending) : rows;
  const line = (row: Row, key: string, isSum = false) => (
    <tr key={key} class={isSum ? 'sum' : undefined}>
      {columns.map((column) => (
        <Cell key={column.id} column={column} row={row} />
      ))}
    </tr>
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard.
    // biome-ignore lint/a11y/useSemanticElements: a section of its own would be in the outline twice.
    <div class="card scroll" tabIndex={0} role="region" aria-label={label}>
      <table class={isStacked ? 'stack' : undefined}>
        <thead>
          <tr>
            {columns.map((column) => (
              <ColumnHead key={column.id} column={column} order={order} setOrder={setOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row, index) => line(row, keyOf(row, index)))}
          {sum !== undefined && line(sum, 'sum', true)}
        </tbody>
      </table>
    </div>
  );
}

function Cell<Row>({ column: { title, cell, isNumber, isWide, isHead }, row }: { column: Column<Row>; row: Row }) {
  const content = cell(row);
  const isEmpty =
    content === null || content === undefined || content === false || content === '' || (Array.isArray(content) && content.length === 0);
  const classes = [isNumber && 'num', isWide && 'wide', isEmpty && 'empty'].filter((one) => one);
  const attributes = { class: classes.join(' ') || undefined, 'data-label': title };
  return isHead ? (
    <th scope="row" {...attributes}>
      {content}
    </th>
  ) : (
    <td {...attributes}>{content}</td>
  );
}
