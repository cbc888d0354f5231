import { useTexts } from '../i18n/context.js';
import { nextOrder, type Order } from './sort-rows.js';
import type { Column } from './table.js';

interface ColumnHeadProps<Row> {
  column: Column<Row>;
  order: Order | null;
  setOrder(order: Order | null): void;
}

/** The head of a column, which sorts it where it can. */
export function ColumnHead<Row>({ column: { id, title, by, isNumber = false }, order, setOrder }: ColumnHeadProps<Row>) {
  const t = useTexts();
  const numeric = isNumber ? 'num' : undefined;
  if (by === undefined) {
    return (
      <th scope="col" class={numeric}>
        {title}
      </th>
    );
  }
  const isSorted = order?.column === id;
  const sort = isSorted ? (order.isDescending ? 'descending' : 'ascending') : 'none';
  return (
    <th scope="col" class={numeric} aria-sort={sort}>
      <button type="button" class="sort" title={t.statistics.sortBy(title)} onClick={() => setOrder(nextOrder(order, id, isNumber))}>
        {title}
        <span aria-hidden="true">{isSorted ? (order.isDescending ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}
