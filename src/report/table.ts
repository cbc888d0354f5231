import Table from 'cli-table3';
import { visible } from './text.js';

export type Colour = 'red' | 'green' | 'yellow' | 'bold' | 'dim';
const SGR: Record<Colour, number> = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 };

/** Puts a colour around text, or does nothing where none is wanted. */
export type Paint = (colour: Colour, text: string) => string;

export const painter =
  (colours: boolean): Paint =>
  (colour, text) =>
    colours ? `\u001b[${SGR[colour]}m${text}\u001b[0m` : text;

/**
 * A table for a terminal; empty without rows. The cells' text must be safe already.
 *
 * @param numbersFrom The column from which on all are aligned to the right.
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[], numbersFrom = head.length): string {
  if (rows.length === 0) return '';
  const made = new Table({
    head: [...head],
    colAligns: head.map((_, index) => (index >= numbersFrom ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) made.push([...row]);
  return made.toString();
}

/** Wraps at spaces, and inside of words that are longer than a line: a table that is wider than the terminal cannot be read. */
export function wrap(text: string, width: number): string {
  const words = visible(text)
    .split(' ')
    .flatMap((word) => (word.length > width ? (word.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []) : [word]));
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}
