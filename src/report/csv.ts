/** One cell: numbers as they are, not rounded. */
export type Cell = string | number;

/**
 * Rows in the dialect `excel` of Python's csv module, which Locust writes: CRLF after each row, and quotes only around cells
 * that hold a comma, a quote or a line break. A text that a spreadsheet would take for a formula gets an apostrophe before it, with which
 * it shows it as it is.
 */
export const toCsv = (rows: readonly (readonly Cell[])[]): string => rows.map((row) => `${row.map(quote).join(',')}\r\n`).join('');

/** What a spreadsheet would take for a formula: a text of the target's must not become one. */
const FORMULA = /^[=+\-@\t\r]/;

function quote(cell: Cell): string {
  const text = typeof cell === 'string' && FORMULA.test(cell) ? `'${cell}` : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
