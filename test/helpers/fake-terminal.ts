import stringWidth from 'string-width';
import type { Terminal } from '../../src/commands/screen.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what it is about
const TOKEN = /\x1b\[\d*[A-Za-z]|[\s\S][^\x1b\n\r]*/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what it is about
const CODE = /^\x1b\[(\d*)([A-Za-z])$/;

const SEGMENTER = new Intl.Segmenter();

/**
 * A terminal that does what it is told: it wraps at its width, scrolls at its height, knows the escape codes "up", "erase below", colours
 * (which it does not show) and carriage return, and wraps lines anew when it is resized. Anything else that begins with ESC is an error.
 */
export class FakeTerminal implements Terminal {
  readonly isTTY = true;
  /** Every row since the beginning; the screen is the last of them. `continues` is a row that the terminal wrapped into the next one. */
  #rows: { cells: string[]; continues: boolean }[] = [{ cells: [], continues: false }];
  #row = 0;
  #column = 0;
  #top = 0;
  #listener = () => {};

  constructor(
    public columns: number,
    public rows: number,
  ) {}

  on(_: 'resize', listener: () => void): void {
    this.#listener = listener;
  }

  /** What a person sees who scrolls up to the beginning, without the empty row that the cursor is in. */
  get text(): string[] {
    const rows = this.#rows.map(({ cells }) => cells.join('').trimEnd());
    return rows.at(-1) === '' ? rows.slice(0, -1) : rows;
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    const lines: string[] = [''];
    for (const { cells, continues } of this.#rows) {
      lines.push(`${lines.pop() ?? ''}${cells.join('')}`);
      if (!continues) lines.push('');
    }
    lines.pop();
    this.#rows = [{ cells: [], continues: false }];
    this.#row = 0;
    this.#column = 0;
    this.#top = 0;
    this.write(lines.join('\n'));
    this.#listener();
  }

  write(text: string): void {
    for (const token of text.match(TOKEN) ?? []) {
      const [, count, command] = CODE.exec(token) ?? [];
      if (command !== undefined) this.#obey(command, Number(count || '1'));
      else for (const { segment } of SEGMENTER.segment(token)) this.#put(segment);
    }
  }

  #obey(command: string, count: number): void {
    if (command === 'A') this.#row = Math.max(this.#top, this.#row - count);
    else if (command === 'J') this.#eraseBelow();
    else if (command === 'm') return;
    else throw new Error(`the fake terminal knows no ESC [ ${command}`);
  }

  #eraseBelow(): void {
    this.#rows.length = this.#row + 1;
    const row = this.#rows[this.#row];
    if (row) {
      row.cells.length = this.#column;
      row.continues = false;
    }
  }

  #put(segment: string): void {
    if (segment === '\n' || segment === '\r\n') return this.#nextRow(false);
    if (segment === '\r') {
      this.#column = 0;
      return;
    }
    const width = stringWidth(segment);
    if (this.#column + width > this.columns) this.#nextRow(true);
    const row = this.#rows[this.#row];
    if (!row) throw new Error('the cursor is nowhere');
    row.cells[this.#column] = segment;
    for (let extra = 1; extra < width; extra++) row.cells[this.#column + extra] = '';
    this.#column += width;
  }

  #nextRow(wraps: boolean): void {
    const row = this.#rows[this.#row];
    if (row) row.continues = wraps;
    this.#row++;
    this.#column = 0;
    this.#rows[this.#row] ??= { cells: [], continues: false };
    this.#top = Math.max(this.#top, this.#row - this.rows + 1);
  }
}
