import { escapeHtml } from '../text.js';

/** A piece of finished HTML, told apart from text that is yet to be escaped. */
export class Html {
  constructor(readonly source: string) {}
}

export interface Column {
  title: string;
  number?: true;
}

/** A column of words. */
export const text = (title: string): Column => ({ title });

/** A column of numbers. */
export const number = (title: string): Column => ({ title, number: true });

export type TableCell = string | number | Html;

const render = (cell: TableCell): string => (cell instanceof Html ? cell.source : escapeHtml(String(cell)));

/** A label with the colour of its word. */
export const tag = (word: string): Html => new Html(`<span class="tag ${escapeHtml(word)}">${escapeHtml(word)}</span>`);

/**
 * A section with a table; empty without rows.
 *
 * @param options.stack On a narrow screen each row becomes a block, its cells under one another.
 * @param options.sum The last row is a sum.
 */
export function tableSection(
  title: string,
  columns: readonly Column[],
  rows: readonly (readonly TableCell[])[],
  options: { stack?: boolean; sum?: boolean } = {},
): string {
  if (rows.length === 0) return '';
  const head = columns.map(({ title: name, number }) => `<th${number ? ' class="num"' : ''}>${escapeHtml(name)}</th>`).join('');
  const body = rows.map((row, index) => {
    const cells = row.map((cell, at) => {
      const column = columns[at];
      const label = options.stack && column?.title ? ` data-label="${escapeHtml(column.title)}"` : '';
      return `<td${column?.number ? ' class="num"' : ''}${label}>${render(cell)}</td>`;
    });
    return `<tr${options.sum && index === rows.length - 1 ? ' class="sum"' : ''}>${cells.join('')}</tr>`;
  });
  return `<section><h2>${escapeHtml(title)}</h2><div class="card scroll"><table${options.stack ? ' class="stack"' : ''}>
<thead><tr>${head}</tr></thead>
<tbody>
${body.join('\n')}
</tbody></table></div></section>`;
}
