import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCsv } from '../../src/report/csv.js';

/** A reader of Python's excel dialect, written apart from the writer. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (text[at] === '"') at++;
        cell += text[at];
      }
      at++;
    } else {
      while (text[at] !== ',' && text[at] !== '\r') cell += text[at++];
    }
    row.push(cell);
    if (text[at] === ',') {
      at++;
    } else {
      expect(text.slice(at, at + 2)).toBe('\r\n');
      at += 2;
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

/** A text that would be taken for a formula, as it is shown. */
const shown = (cell: string): string => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell);

describe('toCsv', () => {
  it('can be read back whatever is in the cells', () => {
    const cell = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: fc.constantFrom(',', '"', '\r', '\n', 'a', ' ', '=', '-') }));
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { maxLength: 6 }), (rows) => {
        expect(parse(toCsv(rows))).toEqual(rows.map((row) => row.map(shown)));
      }),
    );
  });

  it('gives numbers that are the same numbers when they are read back', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), (row) => {
        expect(parse(toCsv([row]))[0]?.map(Number)).toEqual(row.map((value) => value + 0));
      }),
    );
  });

  it('lets no text become a formula, wherever a spreadsheet would see one', () => {
    const begin = fc.constantFrom('=', '+', '-', '@', '\t', '\r');
    fc.assert(
      fc.property(begin, fc.string(), fc.constantFrom('', 'a', ','), (sign, rest, before) => {
        for (const cell of parse(toCsv([[before, `${sign}${rest}`]]))[0] ?? []) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
    expect(toCsv([['=HYPERLINK("http://x")', -1.5, '-1']])).toBe('"\'=HYPERLINK(""http://x"")",-1.5,\'-1\r\n');
  });

  it('quotes only what has to be quoted', () => {
    expect(toCsv([['plain', 'a b', 1.5, '', 'a,b', 'say "x"', 'two\nlines']])).toBe('plain,a b,1.5,,"a,b","say ""x""","two\nlines"\r\n');
  });
});
