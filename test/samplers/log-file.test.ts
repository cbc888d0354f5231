import { appendFile, mkdtemp, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LogFile, lineSplitter, openLogFile } from '../../src/samplers/log-file.js';

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
});

describe('openLogFile', () => {
  let folder = '';
  let file = '';
  let log: LogFile | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-log-'));
    file = path.join(folder, 'backend.log');
  });
  afterEach(async () => {
    await log?.close();
    log = undefined;
    await rm(folder, { recursive: true });
  });

  async function read(): Promise<{ lines: string[]; gaps: string[] }> {
    const lines: string[] = [];
    const gaps: string[] = [];
    await log?.readNew(
      (line) => lines.push(line),
      (gap) => gaps.push(gap),
      new AbortController().signal,
    );
    return { lines, gaps };
  }

  it('begins at the end of the file and reads what is appended', async () => {
    await writeFile(file, 'before\n');
    log = await openLogFile(file);
    expect(await read()).toEqual({ lines: [], gaps: [] });
    await appendFile(file, '하나\n둘\n');
    expect((await read()).lines).toEqual(['하나', '둘']);
    expect((await read()).lines).toEqual([]);
  });

  it('waits for the rest of a line and of a character', async () => {
    await writeFile(file, '');
    log = await openLogFile(file);
    const bytes = Buffer.from('경로 계산 완료\n');
    await appendFile(file, bytes.subarray(0, 4));
    expect((await read()).lines).toEqual([]);
    await appendFile(file, bytes.subarray(4));
    expect((await read()).lines).toEqual(['경로 계산 완료']);
  });

  it('reads more than one chunk at once', async () => {
    await writeFile(file, '');
    log = await openLogFile(file);
    const expected = Array.from({ length: 20_000 }, (_, index) => `줄 ${index}`);
    await appendFile(file, `${expected.join('\n')}\n`);
    expect((await read()).lines).toEqual(expected);
  });

  it('reads a file that comes later from its beginning', async () => {
    log = await openLogFile(file);
    await expect(read()).rejects.toThrow('ENOENT');
    await writeFile(file, 'first\n');
    expect((await read()).lines).toEqual(['first']);
  });

  it('goes on with the new file after a rotation, and reads the old one to its end', async () => {
    await writeFile(file, '');
    log = await openLogFile(file);
    await appendFile(file, 'a\nb');
    await rename(file, `${file}.1`);
    await expect(read()).rejects.toThrow('ENOENT');
    await writeFile(file, 'c\n');
    const { lines, gaps } = await read();
    expect(lines).toEqual(['a', 'b', 'c']);
    expect(gaps).toEqual([expect.stringContaining('was rotated')]);
    await appendFile(file, 'd\n');
    expect(await read()).toEqual({ lines: ['d'], gaps: [] });
  });

  it('begins anew when the file was truncated', async () => {
    await writeFile(file, 'old old old\n');
    log = await openLogFile(file);
    await appendFile(file, 'half a li');
    await read();
    await truncate(file, 0);
    await appendFile(file, 'new\n');
    const { lines, gaps } = await read();
    expect(lines).toEqual(['new']);
    expect(gaps).toEqual([expect.stringContaining('was truncated')]);
    expect((await stat(file)).size).toBe(4);
  });

  it('goes on where it was after it was stopped in the middle', async () => {
    await writeFile(file, '');
    log = await openLogFile(file);
    await appendFile(file, 'a\n');
    await expect(
      log.readNew(
        () => {},
        () => {},
        AbortSignal.abort(new Error('stop')),
      ),
    ).rejects.toThrow('stop');
    expect((await read()).lines).toEqual(['a']);
  });
});
