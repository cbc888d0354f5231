import { appendFile, mkdtemp, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LogFile, openLogFile } from '../../src/samplers/log-file.js';

describe('openLogFile', () => {
  let folder = '';
  let file = '';
  let log: LogFile | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-log-'));
    file = path.join(folder, 'backend.log');
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await log?.close();
    log = undefined;
    await rm(folder, { recursive: true });
  });

  async function read(): Promise<{ lines: string[]; gaps: string[]; rotations: number }> {
    const lines: string[] = [];
    const gaps: string[] = [];
    let rotations = 0;
    const tell = { gap: (gap: string) => void gaps.push(gap), rotated: () => void rotations++ };
    await log?.readNew((line) => lines.push(line), tell, new AbortController().signal);
    return { lines, gaps, rotations };
  }

  it('begins at the end of the file and reads what is appended', async () => {
    await writeFile(file, 'before\n');
    log = await openLogFile(file);
    expect(await read()).toEqual({ lines: [], gaps: [], rotations: 0 });
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

  it('loses nothing in a rotation: neither while there is no new file, nor of what its writer still adds to the old one', async () => {
    await writeFile(file, '');
    log = await openLogFile(file);
    await appendFile(file, 'a\nb');
    await rename(file, `${file}.1`);
    expect(await read()).toEqual({ lines: ['a'], gaps: [], rotations: 0 });
    await writeFile(file, 'c\n');
    expect(await read()).toEqual({ lines: ['c'], gaps: [], rotations: 1 });
    await appendFile(`${file}.1`, ' still\n');
    await appendFile(file, 'd\n');
    expect(await read()).toEqual({ lines: ['b still', 'd'], gaps: [], rotations: 0 });
  });

  it('closes a rotated file that has been silent for a while, and gives its last line without a newline', async () => {
    vi.spyOn(performance, 'now').mockReturnValue(0);
    await writeFile(file, '');
    log = await openLogFile(file);
    await appendFile(file, 'the end');
    await rename(file, `${file}.1`);
    await writeFile(file, '');
    expect((await read()).rotations).toBe(1);
    vi.mocked(performance.now).mockReturnValue(10_000);
    expect((await read()).lines).toEqual(['the end']);
    await appendFile(`${file}.1`, 'nobody reads this\n');
    expect((await read()).lines).toEqual([]);
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
    await expect(log.readNew(() => {}, { gap: () => {}, rotated: () => {} }, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    expect((await read()).lines).toEqual(['a']);
  });
});
