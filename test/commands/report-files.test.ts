import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHECKLIST_REPORTS } from '../../src/commands/checklist-reports.js';
import { checkReports, isForStdout, parseReports, reportHelp, writeReportFiles } from '../../src/commands/report-files.js';
import { RUN_REPORTS } from '../../src/commands/run-reports.js';
import { UsageError } from '../../src/errors.js';
import type { Checklist } from '../../src/report/checklist.js';

const CHECKLIST: Checklist = { tool: '1', target: 'ws://127.0.0.1', startedAt: 0, passed: true, strict: false, items: [] };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loadwitness-reports-'));
});
afterEach(() => rm(folder, { recursive: true }));

const parse = (texts: readonly string[]) => parseReports(texts, CHECKLIST_REPORTS);

describe('--report', () => {
  it('names a kind and a file', () => {
    expect(parse(['json=a=b.json', 'junit=-', 'markdown=./x/y.md']).map(({ name, path }) => [name, path])).toEqual([
      ['json', 'a=b.json'],
      ['junit', '-'],
      ['markdown', './x/y.md'],
    ]);
  });

  it.each([
    [['xml=a.xml'], /one of json, junit, markdown, is "xml=a\.xml"/],
    [['json'], /json needs a file/],
    [['json='], /json needs a file/],
    [['toString=a'], /one of json/],
    [['json=-', 'junit=-'], /only one of them can go to stdout/],
    [['json=a', 'junit=./a'], /two of them go to/],
  ])('refuses %j', (texts, message) => {
    expect(() => parse(texts)).toThrow(UsageError);
    expect(() => parse(texts)).toThrow(message);
  });

  it('tells the kinds that a run has, in its help and in its errors', () => {
    const kinds = 'html, json, junit, markdown, openmetrics, csv (csv=<prefix>), csv-full-history (csv-full-history=<prefix>)';
    expect(reportHelp(RUN_REPORTS)).toContain(kinds);
    expect(() => parseReports(['pdf=a'], RUN_REPORTS)).toThrow(kinds);
  });

  it('has no several files on stdout', () => {
    expect(() => parseReports(['csv=-'], RUN_REPORTS)).toThrow(/csv is several files, and stdout holds one document/);
    expect(isForStdout(parseReports(['csv=a', 'json=b'], RUN_REPORTS))).toBe(false);
    expect(isForStdout(parseReports(['csv=a', 'json=-'], RUN_REPORTS))).toBe(true);
  });

  it('writes each, in folders that are made where there are none', async () => {
    let out = '';
    const files = parse([`json=${join(folder, 'a/b/c.json')}`, `junit=${join(folder, 'c.xml')}`, 'markdown=-']);
    await writeReportFiles(files, CHECKLIST, (text) => {
      out += text;
    });
    expect(JSON.parse(await readFile(join(folder, 'a/b/c.json'), 'utf8'))).toMatchObject({ passed: true });
    expect(await readFile(join(folder, 'c.xml'), 'utf8')).toContain('<testsuites');
    expect(out).toContain('# Pre-flight of');
  });

  it('writes the parts of a kind behind its prefix, also those that come piece by piece', async () => {
    const kinds = {
      both: {
        prefix: true as const,
        make: (text: string) => [
          { suffix: '_one.csv', text },
          { suffix: '_two.csv', text: [text, '\n', text] },
        ],
      },
    };
    await writeReportFiles(parseReports([`both=${join(folder, 'p')}`], kinds), 'x', () => {});
    expect(await readdir(folder)).toEqual(['p_one.csv', 'p_two.csv']);
    expect(await readFile(join(folder, 'p_two.csv'), 'utf8')).toBe('x\nx');
  });

  it('names what cannot be written, and writes the others', async () => {
    const files = parse([`json=${folder}`, `junit=${join(folder, 'c.xml')}`]);
    await expect(writeReportFiles(files, CHECKLIST, () => {})).rejects.toThrow(/^--report: .* cannot be written: EISDIR/);
    expect(await readFile(join(folder, 'c.xml'), 'utf8')).toContain('<testsuites');
  });

  it('looks before anything begins whether a file could be written', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(checkReports(parse([`json=${folder}`]))).rejects.toThrow(/cannot be written: it is a folder/);
    await expect(checkReports(parse([`json=${join(folder, 'file/a.json')}`]))).rejects.toThrow(UsageError);
    await checkReports(parse([`json=${join(folder, 'new/a.json')}`, 'junit=-', `markdown=${join(folder, 'file')}`]));
    expect(await readdir(folder)).toEqual(['file', 'new']);
  });
});
