/** Rows of a CSV file (RFC 4180) as objects by the names in its first line. Cells that a row lacks are left out. */
export function parseCsv(text: string): Record<string, string>[] {
  const [header = [], ...rows] = rowsOf(text.replace(/^\uFEFF/, ''));
  return rows.map((row) => Object.fromEntries(header.flatMap((name, index) => (row[index] === undefined ? [] : [[name, row[index]]]))));
}

/** One cell with what ends it: a comma, a line's end, or nothing at the very end. */
const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|\r|$)/y;

function rowsOf(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  CELL.lastIndex = 0;
  while (CELL.lastIndex < text.length) {
    const match = CELL.exec(text);
    // A quote in the middle of a cell, or one that is never closed: the file is still being written, or is none.
    if (match === null) throw new Error('it is no complete CSV file');
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') {
      // A comma at the very end has an empty cell behind it.
      if (CELL.lastIndex === text.length) row.push('');
      else continue;
    }
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows.filter((cells) => cells.length > 1 || cells[0] !== '');
}
