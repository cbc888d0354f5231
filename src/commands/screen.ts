import stringWidth from 'string-width';

/** What is said to people: lines that stay, and below them lines that are replaced while they can be. */
export interface Screen {
  /** Writes one line for good. */
  say(line: string): void;
  /** Writes a line that the next call replaces and anything else leaves where it is. */
  progress(line: string): void;
  /** Shows these lines below everything else, in place of those that were shown before; what is said meanwhile goes above them. */
  block(lines: readonly string[]): void;
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
  let wanted: readonly string[] = [];
  let drawn: readonly string[] = [];
  let isProgress = false;
  const size = () => ({ columns: stream.columns || 80, rows: stream.rows || 24 });

  /** One write a change, or the erased state would flicker. */
  const show = (lines: readonly string[], above = ''): void => {
    const up = heightOf(drawn, size().columns);
    wanted = lines;
    drawn = fitted(lines, size());
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
    block(lines) {
      if (isProgress) keep();
      if (lines.length > 0 || drawn.length > 0) show(lines);
    },
  };
}

/** Makes each line one row, and all of them no more rows than there are: the cursor cannot go back above the first one. */
function fitted(lines: readonly string[], { columns, rows }: { columns: number; rows: number }): string[] {
  const most = Math.max(1, rows - 1);
  const hidden = lines.length - most + 1;
  const shown = lines.length <= most ? lines : [...lines.slice(0, most - 1), `  … and ${hidden} more`];
  // One column for terminals that wrap in the last one already, one for those that draw the ellipsis wide.
  return shown.map((line) => cut(line, Math.max(1, columns - 2)));
}

const SEGMENTER = new Intl.Segmenter();

function cut(line: string, width: number): string {
  if (stringWidth(line) <= width) return line;
  let kept = '';
  let used = 0;
  for (const { segment } of SEGMENTER.segment(line)) {
    used += stringWidth(segment);
    if (used >= width) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Rows that lines take which were drawn when the terminal was wider: terminals wrap them anew. */
function heightOf(lines: readonly string[], columns: number): number {
  return lines.reduce((sum, line) => sum + rowsOf(line, columns), 0);
}

function rowsOf(line: string, columns: number): number {
  let rows = 1;
  let used = 0;
  for (const { segment } of SEGMENTER.segment(line)) {
    const width = stringWidth(segment);
    if (used + width > columns) {
      rows++;
      used = 0;
    }
    used += width;
  }
  return rows;
}
