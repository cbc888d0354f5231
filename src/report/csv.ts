/** One cell: numbers as they are, not rounded. */
export type Cell = string | number;

/**
 * Rows in the dialect `excel` of Python's csv module, which Locust writes: CRLF after each row, and quotes only around cells
 * that hold a comma, a quote or a line break.
 */
export const toCsv = (rows: readonly (readonly Cell[])[]): string => rows.map((row) => `${row.map(quote).join(',')}\r\n`).join('');

function quote(cell: Cell): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
