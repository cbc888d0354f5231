import { stripVTControlCharacters } from 'node:util';
import { cut, rowsOf, widthOf } from './width.js';

/** How much there is room for. */
export interface Size {
  columns: number;
  rows: number;
}

/** Lines, or how to draw them on a terminal of some size: it is asked again whenever they are drawn. */
export type Block = readonly string[] | ((size: Size) => readonly string[]);

/** What is said to people: lines that stay, and below them lines that are replaced while they can be. */
export interface Screen {
  /** Writes one line for good. */
  say(line: string): void;
  /** Writes a line that the next call replaces and anything else leaves where it is. */
  progress(line: string): void;
  /** Shows these lines below everything else, in place of those that were shown before; what is said meanwhile goes above them. */
  block(lines: Block): void;
}

/** The part of a stream to a terminal that is used. */
export interface Terminal {
  isTTY?: boolean | undefined;
  /** Zero where a terminal does not tell. */
  columns?: number | undefined;
  rows?: number | undefined;
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
}

/** A stream as a screen. On something that is no terminal nothing can be replaced: then {@link Screen.block} shows nothing. */
export function createScreen(stream: Terminal): Screen {
  if (stream.isTTY !== true) {
    const say = (line: string): void => void stream.write(`${line}\n`);
    return { say, progress: say, block: () => {} };
  }
  let wanted: Block = [];
  let drawn: readonly string[] = [];
  let isProgress = false;
  const size = (): Size => ({ columns: stream.columns || 80, rows: stream.rows || 24 });

  /** One write a change, or the erased state would flicker. */
  const show = (block: Block, above = ''): void => {
    const up = heightOf(drawn, size().columns);
    wanted = block;
    drawn = fitted(typeof block === 'function' ? block(size()) : block, size());
    stream.write(`${up > 0 ? `\x1b[${up}A\r\x1b[J` : ''}${above}${drawn.map((line) => `${line}\n`).join('')}`);
  };
  /** Leaves what is shown where it is. */
  const keep = (): void => {
    wanted = [];
    drawn = [];
    isProgress = false;
  };
  stream.on('resize', () => {
    if (drawn.length > 0) show(wanted);
  });
  return {
    say(line) {
      if (isProgress) keep();
      show(wanted, `${line}\n`);
    },
    progress(line) {
      if (!isProgress) keep();
      show([line]);
      isProgress = true;
    },
    block(block) {
      if (isProgress) keep();
      if (typeof block === 'function' || block.length > 0 || drawn.length > 0) show(block);
    },
  };
}

/** Rows and columns that a block can have on a terminal of this size. */
export const roomOf = ({ columns, rows }: Size): Size => ({
  // One column for terminals that wrap in the last one already, one for those that draw the ellipsis wide.
  columns: Math.max(1, columns - 2),
  // The cursor is in the row below.
  rows: Math.max(1, rows - 1),
});

/** Makes each line one row, and all of them no more rows than there are: the cursor cannot go back above the first one. */
function fitted(lines: readonly string[], size: Size): string[] {
  const room = roomOf(size);
  const hidden = lines.length - room.rows + 1;
  const shown = lines.length <= room.rows ? lines : [...lines.slice(0, room.rows - 1), `  … and ${hidden} more`];
  return shown.map((line) => (widthOf(line) <= room.columns ? line : cut(stripVTControlCharacters(line), room.columns)));
}

/** Rows that lines take which were drawn when the terminal was wider: terminals wrap them anew. */
function heightOf(lines: readonly string[], columns: number): number {
  return lines.reduce((sum, line) => sum + rowsOf(stripVTControlCharacters(line), columns), 0);
}
