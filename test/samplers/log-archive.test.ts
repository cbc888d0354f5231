import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Redactor } from '../../src/bundle/redact.js';
import { openLogArchive } from '../../src/samplers/log-archive.js';
import { archiveNames } from '../../src/samplers/log-archive-name.js';
import { until } from '../helpers/until.js';

const FILE = 'logs/api.log.gz';
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-archive-'));
});
afterEach(() => rm(folder, { recursive: true }));

const archive = (budgetBytes: number, redact = (text: string) => text) => openLogArchive(FILE, { folder, redact, budgetBytes });
const kept = async () => gunzipSync(await readFile(path.join(folder, FILE))).toString();

describe('openLogArchive', () => {
  it('keeps every line with its time and stream where they are known', async () => {
    const log = archive(1_000_000);
    log.write({ time: '2026-11-22T13:40:28.123456789Z', stream: 'stderr', text: '경로 계산 완료' });
    log.write({ stream: 'stdout', text: 'of a command' });
    log.write({ text: 'of a file' });
    expect(await log.finish()).toEqual({ isThere: true });
    expect(await kept()).toBe('2026-11-22T13:40:28.123456789Z stderr 경로 계산 완료\nstdout of a command\nof a file\n');
    expect(await readdir(path.join(folder, 'logs'))).toEqual(['api.log.gz']);
  });

  it('keeps an empty log as an empty file', async () => {
    expect(await archive(1000).finish()).toEqual({ isThere: true });
    expect(await kept()).toBe('');
  });

  for (const [lines, budget] of [
    [1_000, 4_000],
    [50_000, 400_000],
    [200_000, 65_536],
  ] as const) {
    it(`keeps the beginning and the end of ${lines} lines in ${budget} bytes, and says what is missing`, async () => {
      const log = archive(budget);
      const all = Array.from({ length: lines }, (_, index) => `line ${index} 가`);
      for (const text of all) {
        log.write({ text });
        await log.ready();
      }
      const { isThere, reason } = await log.finish();
      expect(isThere).toBe(true);
      const text = await kept();
      const [head = '', cut = '', tail = ''] = text.split(/(--- .* ---\n)/);
      expect(Buffer.byteLength(head + tail)).toBeLessThanOrEqual(budget);
      expect(Buffer.byteLength(head)).toBeGreaterThan(budget / 4);
      expect(Buffer.byteLength(tail)).toBeGreaterThan(budget / 4);
      const first = head.split('\n').slice(0, -1);
      const last = tail.split('\n').slice(0, -1);
      expect(first).toEqual(all.slice(0, first.length));
      expect(last).toEqual(all.slice(-last.length));
      const missing = all.slice(first.length, lines - last.length);
      const bytes = Buffer.byteLength(`${missing.join('\n')}\n`);
      expect(cut).toContain(`left out ${missing.length} lines (${bytes} bytes)`);
      expect(reason).toContain(`${missing.length} lines (${bytes} bytes) left out`);
      expect(await readdir(path.join(folder, 'logs'))).toEqual(['api.log.gz']);
    });
  }

  it('keeps all of a log that is just within its budget', async () => {
    const log = archive(10_000);
    const all = Array.from({ length: 1_000 }, (_, index) => `line ${String(index).padStart(4, '0')}`);
    for (const text of all) log.write({ text });
    expect(await log.finish()).toEqual({ isThere: true });
    expect(await kept()).toBe(`${all.join('\n')}\n`);
  });

  it('takes secrets out before they reach the disk', async () => {
    const redactor = new Redactor();
    redactor.add('s3cret-Password');
    const log = archive(3_000, redactor.redact);
    for (let n = 0; n < 1_000; n += 1) log.write({ text: `GET /ws?token=abc.${n} login s3cret-Password` });
    await until('the parts of the end', async () => (await readdir(path.join(folder, 'logs'))).length === 3);
    for (const file of await readdir(path.join(folder, 'logs'))) {
      const bytes = await readFile(path.join(folder, 'logs', file));
      expect(bytes.length === 0 ? '' : gunzipSync(bytes).toString()).not.toMatch(/s3cret|abc\./);
    }
    await log.finish();
    const text = await kept();
    expect(text).toMatch(/GET \/ws\?token=<redacted:secret-\w{8}> login <redacted:secret-\w{8}>\n/);
    expect(text).not.toMatch(/s3cret|abc\./);
  });

  it('says why nothing is there when the folder cannot be made', async () => {
    await writeFile(path.join(folder, 'logs'), 'a file in its place');
    const log = archive(1_000);
    for (let n = 0; n < 1_000; n += 1) log.write({ text: 'line' });
    const { isThere, reason } = await log.finish();
    expect(isThere).toBe(false);
    expect(reason).toMatch('could not be written');
  });

  it.runIf(process.platform === 'linux')('says so when the disk is full', async () => {
    await mkdir(path.join(folder, 'logs'));
    await symlink('/dev/full', path.join(folder, FILE));
    const log = archive(1_000);
    for (let n = 0; n < 1_000; n += 1) log.write({ text: 'line' });
    const { isThere, reason } = await log.finish();
    expect(isThere).toBe(false);
    expect(reason).toMatch('ENOSPC');
  });

  it('keeps what was written when the end cannot be', async () => {
    await mkdir(path.join(folder, FILE, '..', 'api.log.gz.end-1'), { recursive: true });
    const log = archive(4_000);
    for (let n = 0; n < 1_000; n += 1) log.write({ text: `line ${n}` });
    const { isThere, reason } = await log.finish();
    expect(isThere).toBe(true);
    expect(reason).toMatch('could not be written to the end: EISDIR');
    expect(await kept()).toMatch(/^line 0\nline 1\n/);
  });
});

describe('archiveNames', () => {
  it('keeps fit names, and makes others fit and different', () => {
    const names = archiveNames([
      'fastapi-1',
      '백엔드',
      '../../etc/passwd',
      'a/b',
      'a:b',
      'API',
      'api',
      'con',
      '',
      'x'.repeat(500),
      '🚇'.repeat(99),
    ]);
    expect(names.slice(0, 2)).toEqual(['fastapi-1', '백엔드']);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    for (const name of names) {
      expect(name).toMatch(/^[\p{L}\p{N}_-][\p{L}\p{N}._-]*$/u);
      expect(Buffer.byteLength(name)).toBeLessThan(240);
      expect(name).not.toMatch(/^con(\.|$)/i);
    }
  });
});
