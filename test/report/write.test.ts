import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeReport } from '../../src/report/write.js';
import { judge } from '../../src/verdict/judge.js';
import { summarize } from '../../src/verdict/summarize.js';
import { withoutRootRights } from '../helpers/without-rights.js';
import { healthyRun } from '../verdict/journal-builder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-write-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const result = judge(summarize(healthyRun()));

it('writes every report that it can, and names the ones that it cannot', async () => {
  mkdirSync(join(folder, 'report.html'));
  await expect(writeReport(result, folder)).rejects.toThrow(/^cannot be written to .*: report\.html \(EISDIR[^)]*\)$/);
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(['csv', 'report.html', 'summary.md', 'verdict.json']));
  expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.tmp'))).toEqual([]);
});

it.skipIf(process.platform === 'win32')('leaves the files as they were where it may not write', async () => {
  await writeReport(result, folder);
  const before = readFileSync(join(folder, 'summary.md'), 'utf8');
  for (const at of [folder, join(folder, 'csv')]) chmodSync(at, 0o555);
  await withoutRootRights(async () => {
    await expect(writeReport({ ...result, target: 'another' }, folder)).rejects.toThrow(
      /verdict\.json \(EACCES.*csv\S*_stats\.csv \(EACCES/,
    );
  });
  for (const at of [folder, join(folder, 'csv')]) chmodSync(at, 0o755);
  expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toBe(before);
});
