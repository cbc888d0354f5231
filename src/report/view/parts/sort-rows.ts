/** By which column a table is sorted. */
export interface Order {
  column: string;
  isDescending: boolean;
}

/** The rows in order; equal ones stay as they were. */
export function sortRows<Row>(rows: readonly Row[], by: (row: Row) => number | string, isDescending: boolean): Row[] {
  const sign = isDescending ? -1 : 1;
  return [...rows].sort((one, other) => sign * compare(by(one), by(other)));
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [one, other] = [String(a), String(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

/** What a press of a column's head makes of the order: numbers begin with the greatest, words with the first, and the third press ends it. */
export function nextOrder(order: Order | null, column: string, isNumber: boolean): Order | null {
  if (order?.column !== column) return { column, isDescending: isNumber };
  return order.isDescending === isNumber ? { column, isDescending: !isNumber } : null;
}
