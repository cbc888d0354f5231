import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseReports, writeChecklist } from '../../src/commands/report-files.js';
import { UsageError } from '../../src/errors.js';
import type { Checklist } from '../../src/report/checklist.js';

const CHECKLIST: Checklist = { tool: '1', target: 'ws://127.0.0.1', startedAt: 0, passed: true, strict: false, items: [] };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loadwitness-reports-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('--report', () => {
  it('names a format and a file', () => {
    expect(parseReports(['json=a=b.json', 'junit=-', 'markdown=./x/y.md'])).toEqual([
      { format: 'json', path: 'a=b.json' },
      { format: 'junit', path: '-' },
      { format: 'markdown', path: './x/y.md' },
    ]);
  });

  it.each([
    [['xml=a.xml'], /one of json, junit, markdown, is "xml=a\.xml"/],
    [['json'], /json needs a file/],
    [['json='], /json needs a file/],
    [['toString=a'], /one of json/],
    [['json=-', 'junit=-'], /only one of them can go to stdout/],
  ])('refuses %j', (texts, message) => {
    expect(() => parseReports(texts)).toThrow(UsageError);
    expect(() => parseReports(texts)).toThrow(message);
  });

  it('writes each, in folders that are made where there are none', async () => {
    let out = '';
    const files = parseReports([`json=${join(folder, 'a/b/c.json')}`, `junit=${join(folder, 'c.xml')}`, 'markdown=-']);
    await writeChecklist(files, CHECKLIST, (text) => {
      out += text;
    });
    expect(JSON.parse(await readFile(join(folder, 'a/b/c.json'), 'utf8'))).toMatchObject({ passed: true });
    expect(await readFile(join(folder, 'c.xml'), 'utf8')).toContain('<testsuites');
    expect(out).toContain('# Pre-flight of');
  });

  it('names what cannot be written, and writes the others', async () => {
    const files = parseReports([`json=${folder}`, `junit=${join(folder, 'c.xml')}`]);
    await expect(writeChecklist(files, CHECKLIST, () => {})).rejects.toThrow(/^--report: .* cannot be written: EISDIR/);
    expect(await readFile(join(folder, 'c.xml'), 'utf8')).toContain('<testsuites');
  });
});
