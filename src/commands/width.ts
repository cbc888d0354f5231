import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';

const SEGMENTER = new Intl.Segmenter();

/** ASCII and the signs that the live view is drawn with: one column each. Most of what is measured is nothing else. */
const NARROW = /^[\x20-\x7e·…│▁-█░▒✔✘]*$/;

/** Columns that text takes on a terminal; escape codes take none. */
export function widthOf(text: string): number {
  const shown = text.includes('\u001b') ? stripVTControlCharacters(text) : text;
  return NARROW.test(shown) ? shown.length : stringWidth(shown);
}

/** Text in at most so many columns, with an ellipsis where some of it had to go. Not for text with escape codes. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return '';
  if (NARROW.test(text)) return `${text.slice(0, width - 1)}…`;
  let kept = '';
  let used = 0;
  for (const { segment } of SEGMENTER.segment(text)) {
    used += widthOf(segment);
    if (used >= width) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Text in exactly so many columns. */
export function pad(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const kept = cut(text, width);
  const space = ' '.repeat(Math.max(0, width - widthOf(kept)));
  return side === 'left' ? `${kept}${space}` : `${space}${kept}`;
}

/** Rows that a line takes on a terminal that wraps at so many columns. Not for text with escape codes. */
export function rowsOf(line: string, columns: number): number {
  if (widthOf(line) <= columns) return 1;
  let rows = 1;
  let used = 0;
  for (const { segment } of SEGMENTER.segment(line)) {
    const width = widthOf(segment);
    if (used + width > columns) {
      rows++;
      used = 0;
    }
    used += width;
  }
  return rows;
}
