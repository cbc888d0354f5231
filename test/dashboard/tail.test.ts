import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tail } from '../../src/dashboard/tail.js';
import { until } from '../helpers/until.js';

let folder: string;
let path: string;
let end: AbortController;
let following: Promise<void>;
/** Lines, and what else was told in parentheses. */
let told: string[];

function follow(): void {
  following = (async () => {
    for await (const news of tail(path, end.signal)) {
      if (news.type === 'lines') told.push(...news.lines);
      else told.push(`(${news.type})`);
    }
  })();
}

const lines = (): string[] => told.filter((line) => !line.startsWith('('));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loadwitness-tail-'));
  path = join(folder, 'journal.ndjson');
  end = new AbortController();
  told = [];
  following = Promise.resolve();
});

afterEach(async () => {
  end.abort();
  await following;
  await rm(folder, { recursive: true });
});

describe('following a file', () => {
  it('tells what is there, says so, and tells what comes', async () => {
    await writeFile(path, 'a\nb\n');
    follow();
    await until('the begin', () => told.includes('(caught up)'));
    expect(told).toEqual(['a', 'b', '(caught up)']);
    await appendFile(path, 'c\n');
    await until('the next line', () => lines().length === 3);
    await until('the end', () => told.at(-1) === '(caught up)');
    expect(told).toEqual(['a', 'b', '(caught up)', 'c', '(caught up)']);
  });

  it('waits for a file that is not there yet', async () => {
    follow();
    await appendFile(path, 'a\n');
    await until('the line', () => lines().length === 1);
    expect(told[0]).toBe('a');
  });

  it('tells a line when it is whole, and characters of several bytes whole', async () => {
    const line = Buffer.from('{"이름":"부산 🚇"}\n');
    await writeFile(path, 'first\n');
    follow();
    await until('the begin', () => told.includes('(caught up)'));
    for (const byte of line) await appendFile(path, Buffer.from([byte]));
    await until('the line', () => lines().length === 2);
    expect(lines()).toEqual(['first', '{"이름":"부산 🚇"}']);
  });

  it('tells a line that is longer than what is read at once', async () => {
    const long = 'x'.repeat(3_000_000);
    await writeFile(path, `a\n${long}\nb\n${long}`);
    follow();
    await until('what is whole', () => told.includes('(caught up)'));
    expect(lines().map((line) => line.length)).toEqual([1, 3_000_000, 1]);
    await appendFile(path, 'y\n');
    await until('the rest', () => lines().length === 4);
    expect(lines()[3]).toBe(`${long}y`);
  });

  it('forgets a torn last line that was cut off and gone over', async () => {
    await writeFile(path, 'a\nb\n{"torn');
    follow();
    await until('the begin', () => told.includes('(caught up)'));
    await truncate(path, 4);
    await appendFile(path, 'c\n');
    await until('the next line', () => lines().length === 3);
    expect(lines()).toEqual(['a', 'b', 'c']);
    expect(told).not.toContain('(anew)');
  });

  it('begins anew where whole lines are gone', async () => {
    await writeFile(path, 'a\nb\nc\n');
    follow();
    await until('the begin', () => told.includes('(caught up)'));
    await writeFile(path, 'A\n');
    await until('the new begin', () => lines().includes('A'));
    expect(told.slice(0, 6)).toEqual(['a', 'b', 'c', '(caught up)', '(anew)', 'A']);
  });

  it('begins anew where another file was put in its place, and goes on with that', async () => {
    await writeFile(path, 'a\n');
    follow();
    await until('the begin', () => told.includes('(caught up)'));
    await writeFile(join(folder, 'other'), 'A\nB\n');
    await rename(join(folder, 'other'), path);
    await until('the new begin', () => lines().length === 3);
    await appendFile(path, 'C\n');
    await until('what comes', () => lines().length === 4);
    expect(told.filter((line) => line !== '(caught up)')).toEqual(['a', '(anew)', 'A', 'B', 'C']);
  });

  it('goes on after a file that was removed and put back', async () => {
    await writeFile(path, 'a\n');
    follow();
    await until('the begin', () => told.includes('(caught up)'));
    await rm(path);
    await writeFile(path, 'a\nb\n');
    await until('what was put back', () => lines().includes('b'));
    expect(lines()).toEqual(['a', 'a', 'b']);
    expect(told).toContain('(anew)');
  });

  it('tells how much of a last line is not whole', async () => {
    await writeFile(path, 'a\nbcd');
    const news = tail(path, end.signal);
    expect([await news.next(), await news.next()].map(({ value }) => value)).toEqual([
      { type: 'lines', lines: ['a'] },
      { type: 'caught up', bytes: 5, tornBytes: 3 },
    ]);
    await appendFile(path, 'e');
    expect((await news.next()).value).toEqual({ type: 'caught up', bytes: 6, tornBytes: 4 });
    await news.return();
  });

  it('throws what keeps it from reading a file that is there', async () => {
    await expect(tail(folder, end.signal).next()).rejects.toThrow(/EISDIR/);
  });
});
