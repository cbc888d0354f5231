import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sharesOf } from '../../src/bundle/budget.js';
import { createBundle, sidecarOf, TooLargeError } from '../../src/bundle/bundle.js';
import { type Manifest, readManifest } from '../../src/bundle/manifest.js';
import { readArchive } from '../../src/bundle/read-archive.js';
import { Redactor } from '../../src/bundle/redact.js';
import { verifyBundle } from '../../src/bundle/verify.js';
import { judgeJournal } from '../../src/commands/judged-run.js';
import { VERSION } from '../../src/commands/version.js';
import { runFolder, seal, sealedRun } from '../helpers/run-folder.js';

// Some do the same hundreds of times.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'loadwitness-bundle-test-'));
});
afterAll(() => rmSync(work, { recursive: true }));

const options = { judge: judgeJournal, tool: VERSION };

interface Packing {
  out?: string;
  maxBytes?: number;
  secrets?: readonly string[];
}

async function pack(folder: string, { out = `${folder}.tar.gz`, maxBytes = 1e9, secrets = [] }: Packing = {}) {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  return { out, ...(await createBundle({ ...options, folder, out, maxBytes, redactor })) };
}

/** Files of a bundle without their folder, and its manifest. */
async function open(bundle: string): Promise<{ files: Map<string, Buffer>; manifest: Manifest }> {
  const files = new Map<string, Buffer>();
  await readArchive(bundle, async (name, content) => {
    const chunks: Buffer[] = [];
    for await (const chunk of content) chunks.push(chunk);
    files.set(name.slice(name.indexOf('/') + 1), Buffer.concat(chunks));
  });
  const read = readManifest(files.get('manifest.json')?.toString('utf8') ?? '');
  if (read.kind !== 'read') throw new Error('its manifest cannot be read');
  return { files, manifest: read.manifest };
}

const fileOf = (manifest: Manifest, path: string) => manifest.files.find((file) => file.path === path);

/** Every byte of a bundle as somebody finds it who searches the unpacked archive. */
const allText = (files: ReadonlyMap<string, Buffer>): string =>
  [...files].map(([path, bytes]) => `${path}\n${(path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')}`).join('\n');

describe('the manifest of a run', () => {
  it('is byte for byte the same when it is made again', async () => {
    const folder = await sealedRun(join(work, 'twice'));
    const before = readFileSync(join(folder, 'manifest.json'));
    await seal(folder);
    expect(readFileSync(join(folder, 'manifest.json'))).toEqual(before);
    expect(statSync(join(folder, 'manifest.json')).mode & 0o777).toBe(0o600);
  });

  it('tells what the run was and what each file of it is', async () => {
    const folder = await sealedRun(join(work, 'told'), 'container-replaced');
    const read = readManifest(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    if (read.kind !== 'read') throw new Error(read.kind);
    const { manifest } = read;
    const { result } = judgeJournal(join(folder, 'journal.ndjson'));
    expect(manifest).toMatchObject({
      version: 1,
      schema: 1,
      tool: VERSION,
      runId: result.runId,
      ended: 'completed',
      window: result.window,
    });
    const digest = (path: string) =>
      createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('hex');
    expect(manifest.config).toEqual({ sha256: digest('config.json') });
    expect(manifest.images.length).toBeGreaterThan(0);
    const images = result.components.filter(({ start, end }) => start?.image !== undefined || end?.image !== undefined);
    expect(new Set(manifest.images)).toEqual(
      new Set(images.map(({ name, role, start, end }) => ({ name, role, start: start?.image ?? null, end: end?.image ?? null }))),
    );
    expect(manifest.clocks.map(({ source }) => source)).toEqual(result.clocks.map(({ source }) => source));
    const there = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
    expect(manifest.files.filter(({ status }) => status !== 'missing')).toHaveLength(there - 1);
    for (const { path, status, sha256, bytes } of manifest.files) {
      if (status !== 'missing')
        expect({ path, sha256, bytes }).toEqual({ path, sha256: digest(path), bytes: statSync(join(folder, path)).size });
    }
    expect(fileOf(manifest, 'logs/fastapi-1.log.gz')).toMatchObject({
      source: 'logs',
      first: Date.UTC(2026, 0, 31, 12, 0, 10, 250),
      last: Date.UTC(2026, 0, 31, 12, 0, 29, 750),
      truncated: false,
      redactions: 0,
      status: 'ok',
    });
    expect(fileOf(manifest, 'redis/before.json')).toMatchObject({ source: 'redis', first: 1769860809500, last: 1769860809500 });
    expect(fileOf(manifest, 'journal.ndjson')).toMatchObject({
      source: 'run',
      first: result.window.runStart,
      last: result.window.lastEvent,
    });
    expect(fileOf(manifest, 'nginx/nginx-T.before.txt')).toMatchObject({
      status: 'missing',
      reason: 'no container of nginx is configured',
      sha256: null,
    });
  });

  it('tells what was cut, redacted, torn and lost on the way', async () => {
    const cut = '--- Loadwitness left out 12 lines (345 bytes) here: the log is larger than 100 bytes ---';
    const folder = await sealedRun(join(work, 'doubtful'), 'healthy', {
      'logs/a.log.gz': gzipSync(`one\n${cut}\ntwo <redacted> and <redacted:secret-01234567>\n`),
      'logs/b.log.gz': gzipSync('a whole file').subarray(0, -6),
      'logs/lost.log.gz': '',
    });
    rmSync(join(folder, 'logs/lost.log.gz'));
    writeFileSync(join(folder, 'stranger.txt'), 'x');
    await seal(folder);
    const read = readManifest(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    if (read.kind !== 'read') throw new Error(read.kind);
    expect(fileOf(read.manifest, 'logs/a.log.gz')).toMatchObject({
      status: 'partial',
      truncated: true,
      redactions: 2,
      reason: 'Loadwitness left out 12 lines (345 bytes) here: the log is larger than 100 bytes',
    });
    expect(fileOf(read.manifest, 'logs/b.log.gz')).toMatchObject({
      status: 'partial',
      reason: expect.stringMatching(/^cannot be unpacked to its end/),
    });
    expect(fileOf(read.manifest, 'logs/lost.log.gz')).toMatchObject({
      status: 'missing',
      reason: 'was collected and is not there any more',
    });
    expect(fileOf(read.manifest, 'stranger.txt')).toMatchObject({ status: 'ok', source: 'unknown' });
  });
});

describe('a bundle', () => {
  it('is one file for its owner alone with its digest beside it, and the same whenever it is made', async () => {
    const folder = await sealedRun(join(work, 'plain'));
    const one = await pack(folder);
    const first = readFileSync(one.out);
    expect(statSync(one.out).mode & 0o777).toBe(0o600);
    expect(one.bytes).toBe(first.length);
    expect(one.sha256).toBe(createHash('sha256').update(first).digest('hex'));
    expect(execFileSync('sha256sum', ['-c', sidecarOf('plain.tar.gz')], { cwd: work, encoding: 'utf8' })).toBe('plain.tar.gz: OK\n');
    const two = await pack(folder);
    expect(readFileSync(two.out)).toEqual(first);
    expect(one).toMatchObject({ cut: [], withheld: [], redacted: [], leftOut: [] });
  });

  it('holds every file of the run as it is, and leaves the folder alone', async () => {
    const folder = await sealedRun(join(work, 'whole'));
    const files = () =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [path.slice(folder.length + 1), readFileSync(path).toString('base64')]);
    const before = files();
    const { out } = await pack(folder);
    expect(files()).toEqual(before);
    const { files: packed } = await open(out);
    for (const [path = '', bytes] of before) if (path !== 'manifest.json') expect(packed.get(path)?.toString('base64')).toBe(bytes);
    expect([...packed.keys()].sort()).toEqual([...before.map(([path]) => path), 'redactions.json'].sort());
  });

  it('leaves out what is no plain file, and follows no link', async () => {
    const folder = await sealedRun(join(work, 'links'));
    symlinkSync('/etc/passwd', join(folder, 'logs/passwd.log'));
    symlinkSync('/etc', join(folder, 'etc'));
    const { out, leftOut } = await pack(folder);
    expect(leftOut).toEqual(['etc', 'logs/passwd.log']);
    expect(allText((await open(out)).files)).not.toMatch(/root:[^:]*:0:/);
  });
});

describe('secrets that are still in a run when it is packed', () => {
  it('are taken out, and the reports are made from what is left of the journal', async () => {
    const folder = runFolder(join(work, 'secret'), 'http-403', {
      'nginx/access.log': 'GET /api/v1/ws/u?token=abc123def456 HTTP/1.1\n',
      'docker/before.json': '{\n  "Env": ["REDIS_PASSWORD=hunter2-hunter2", "TZ=UTC"]\n}\n',
      'logs/a.log.gz': gzipSync('2026-01-31T12:00:00Z stderr login with Tr0ub4dor&3 failed\n'),
    });
    const journal = join(folder, 'journal.ndjson');
    writeFileSync(
      journal,
      `${readFileSync(journal, 'utf8').trimEnd()}\n`.replaceAll(
        '"target":"ws://127.0.0.1:8080"',
        '"target":"ws://Tr0ub4dor&3.example:8080"',
      ),
    );
    await seal(folder);
    const { out, redacted, withheld } = await pack(folder, { secrets: ['Tr0ub4dor&3'] });
    expect(redacted).toEqual(['journal.ndjson', 'docker/before.json', 'logs/a.log.gz', 'nginx/access.log']);
    expect(withheld).toEqual([]);
    const { files, manifest } = await open(out);
    const text = allText(files);
    for (const secret of ['Tr0ub4dor', 'abc123def456', 'hunter2']) expect(text).not.toContain(secret);
    expect(text).toContain('TZ=UTC');
    expect(fileOf(manifest, 'logs/a.log.gz')).toMatchObject({ redactions: 1, first: Date.UTC(2026, 0, 31, 12) });
    const { files: told } = JSON.parse(files.get('redactions.json')?.toString('utf8') ?? '');
    expect(told.find(({ path }: { path: string }) => path === 'logs/a.log.gz')).toEqual({
      path: 'logs/a.log.gz',
      redacted: { secret: 1 },
      firstLines: [1],
    });
    expect(await verifyBundle(out, options)).toMatchObject({ differences: [], open: [] });
  });

  it('withhold the file in which they are found and cannot be taken out', async () => {
    const folder = await sealedRun(join(work, 'picture'), 'healthy', {
      'cloudwatch/after.png': 'PNG with Tr0ub4dor&3 in it',
      'redis/after.json': '{}\n',
    });
    const { out, withheld } = await pack(folder, { secrets: ['Tr0ub4dor&3'] });
    expect(withheld).toEqual(['cloudwatch/after.png']);
    const { files, manifest } = await open(out);
    expect(allText(files)).not.toContain('Tr0ub4dor');
    expect(fileOf(manifest, 'cloudwatch/after.png')).toMatchObject({
      status: 'missing',
      sha256: null,
      reason: expect.stringMatching(/^withheld/),
    });
    expect(JSON.parse(files.get('redactions.json')?.toString('utf8') ?? '').withheld).toEqual([
      { path: 'cloudwatch/after.png', found: { known: 1 } },
    ]);
    const found = await verifyBundle(out, options);
    expect(found).toMatchObject({ differences: [], open: [] });
    expect(found.notes).toEqual([expect.stringMatching(/^cloudwatch\/after\.png is not in it: withheld/)]);
  });

  it('that are words of ours take no event apart', async () => {
    const folder = await sealedRun(join(work, 'words'));
    const { out } = await pack(folder, { secrets: ['load', 'completed', 'pass'] });
    const found = await verifyBundle(out, options);
    expect(found).toMatchObject({ differences: [], open: [] });
    expect(found.result?.verdict).toBe('PASS');
  });
});

describe('a bundle that may only be so large', () => {
  const line = (index: number): string =>
    `2026-01-31T12:00:${String(index % 60).padStart(2, '0')}Z stderr ${index} ${randomBytes(24).toString('hex')}\n`;
  const log = (lines: number): string => Array.from({ length: lines }, (_, index) => line(index)).join('');

  it('keeps heads and tails of its largest logs, and marks what is cut', async () => {
    const large = log(20_000);
    const folder = await sealedRun(join(work, 'large'), 'healthy', {
      'logs/large.log.gz': gzipSync(large),
      'nginx/error.log': log(8_000),
      'logs/small.log.gz': gzipSync(log(20)),
      'docker/before.json': `${JSON.stringify({ text: log(100) })}\n`,
    });
    const whole = await pack(folder, { out: join(work, 'uncut.tar.gz') });
    const maxBytes = 250_000;
    expect(whole.bytes).toBeGreaterThan(2 * maxBytes);
    const { out, bytes, cut } = await pack(folder, { maxBytes });
    expect(bytes).toBeLessThanOrEqual(maxBytes);
    expect(bytes).toBeGreaterThan(maxBytes * 0.8);
    expect(cut).toEqual(['logs/large.log.gz', 'nginx/error.log']);
    const { files, manifest } = await open(out);
    const lines = gunzipSync(files.get('logs/large.log.gz') as Buffer)
      .toString('utf8')
      .trimEnd()
      .split('\n');
    const all = large.trimEnd().split('\n');
    const mark = lines.findIndex((one) => one.startsWith('--- Loadwitness'));
    expect(lines.slice(0, mark)).toEqual(all.slice(0, mark));
    expect(lines.slice(mark + 1)).toEqual(all.slice(-(lines.length - mark - 1)));
    expect(mark).toBeGreaterThan(100);
    expect(lines.length - mark).toBeGreaterThan(100);
    const missing = all.slice(mark, all.length - (lines.length - mark - 1));
    const missingBytes = missing.reduce((sum, one) => sum + one.length + 1, 0);
    expect(lines[mark]).toBe(
      `--- Loadwitness left out ${missing.length} lines (${missingBytes} bytes) here: the bundle would be too large ---`,
    );
    for (const path of cut)
      expect(fileOf(manifest, path)).toMatchObject({ status: 'partial', truncated: true, reason: expect.stringMatching(/left out/) });
    expect(fileOf(manifest, 'logs/small.log.gz')).toMatchObject({ status: 'ok', truncated: false });
    expect(await verifyBundle(out, options)).toMatchObject({ differences: [], open: [] });
  });

  it('is not made when nothing more can be cut, and nothing is left of it', async () => {
    const folder = await sealedRun(join(work, 'too-small'));
    const out = join(work, 'too-small-out', 'x.tar.gz');
    mkdirSync(join(work, 'too-small-out'));
    await expect(pack(folder, { out, maxBytes: 5_000 })).rejects.toThrow(TooLargeError);
    expect(readdirSync(join(work, 'too-small-out'))).toEqual([]);
  });

  it('gives each log as much as the others, and those that need less what they need', () => {
    expect(
      sharesOf(
        new Map([
          ['a', 100],
          ['b', 1000],
          ['c', 2000],
        ]),
        1100,
      ),
    ).toEqual(
      new Map([
        ['b', 0.5],
        ['c', 0.25],
      ]),
    );
    expect(sharesOf(new Map([['a', 100]]), 100)).toEqual(new Map());
    expect(sharesOf(new Map([['a', 100]]), 0)).toEqual(new Map([['a', 0]]));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1 }), fc.integer({ min: 0, max: 20_000 }), (list, room) => {
        const costs = new Map(list.map((cost, index) => [String(index), cost]));
        const shares = sharesOf(costs, room);
        const used = [...costs].reduce((sum, [path, cost]) => sum + cost * (shares.get(path) ?? 1), 0);
        const all = list.reduce((sum, cost) => sum + cost, 0);
        expect(used).toBeCloseTo(Math.min(all, room), 3);
      }),
    );
  });
});

describe('a disk that does not take a bundle', () => {
  it('is left as it was when it is full, also with a bundle that was there before', async () => {
    const folder = await sealedRun(join(work, 'for-a-full-disk'), 'healthy', { 'logs/a.log.gz': gzipSync(randomBytes(2_000_000)) });
    const disk = join(work, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', disk]);
    try {
      const out = join(disk, 'x.tar.gz');
      writeFileSync(out, 'the one before');
      writeFileSync(sidecarOf(out), 'and its digest');
      await expect(pack(folder, { out })).rejects.toThrow('ENOSPC');
      expect(readdirSync(disk).sort()).toEqual(['x.tar.gz', 'x.tar.gz.sha256']);
      expect(readFileSync(out, 'utf8')).toBe('the one before');
      expect(readFileSync(sidecarOf(out), 'utf8')).toBe('and its digest');
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });

  it('is left as it was when it is full only for the archive', async () => {
    const folder = await sealedRun(join(work, 'for-a-nearly-full-disk'), 'healthy', { 'logs/a.log.gz': gzipSync(randomBytes(600_000)) });
    const disk = join(work, 'nearly');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1300k', 'none', disk]);
    try {
      await expect(pack(folder, { out: join(disk, 'x.tar.gz') })).rejects.toThrow('ENOSPC');
      expect(readdirSync(disk)).toEqual([]);
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });
});
