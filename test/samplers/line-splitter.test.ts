import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineSplitter } from '../../src/samplers/line-splitter.js';

describe('lineSplitter', () => {
  it('gives the same lines, however the bytes are cut', () => {
    const text = fc
      .array(fc.string({ unit: fc.constantFrom('가', '각', 'é', '🚇', 'a', '\r', '\n') }), { maxLength: 8 })
      .map((parts) => parts.join('\n'));
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 40 }), { maxLength: 12 }), (whole, cuts) => {
        const bytes = Buffer.from(whole);
        const splitter = lineSplitter();
        const lines: string[] = [];
        let from = 0;
        for (const size of [...cuts, bytes.length]) {
          splitter.push(bytes.subarray(from, from + size), (line) => lines.push(line));
          from += size;
        }
        splitter.flush((line) => lines.push(line));
        const expected = whole.split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect(lines).toEqual(expected);
      }),
    );
  });

  it('keeps only the beginning of an endless line, and the next one whole', () => {
    const splitter = lineSplitter(10);
    const lines: string[] = [];
    for (let chunk = 0; chunk < 5; chunk += 1) splitter.push(Buffer.from('abcdefg'), (line) => lines.push(line));
    splitter.push(Buffer.from('\nnext\n'), (line) => lines.push(line));
    expect(lines).toEqual(['abcdefgabc', 'next']);
  });

  it('shows how the unfinished line begins', () => {
    const splitter = lineSplitter();
    for (const part of ['done\nab', 'cd', 'ef']) splitter.push(Buffer.from(part), () => undefined);
    expect(splitter.begun(3).toString()).toBe('abc');
    expect(splitter.begun(30).toString()).toBe('abcdef');
  });
});
