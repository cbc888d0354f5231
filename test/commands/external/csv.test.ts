import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../../src/commands/external/csv.js';

describe('parseCsv', () => {
  it('reads quotes, commas, line ends within cells, and empty cells', () => {
    const text = '\uFEFFa,b,c\r\n1,"x, ""y""\nz",\n,2,"3"\n';
    expect(parseCsv(text)).toEqual([
      { a: '1', b: 'x, "y"\nz', c: '' },
      { a: '', b: '2', c: '3' },
    ]);
  });

  it.each([
    ['', []],
    ['a,b', []],
    ['a,b\n1', [{ a: '1' }]],
    ['a,b\n1,', [{ a: '1', b: '' }]],
    ['a\n\n1\n', [{ a: '1' }]],
  ])('reads %j', (text, rows) => {
    expect(parseCsv(text)).toEqual(rows);
  });

  it.each(['a\n"never closed', 'a\nx"y\n'])('refuses %j', (text) => {
    expect(() => parseCsv(text)).toThrow('no complete CSV file');
  });
});
