import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeArchive } from '../../src/bundle/archive.js';
import { createBundle, sidecarOf } from '../../src/bundle/bundle.js';
import { factsOfFolder, listFolder } from '../../src/bundle/folder.js';
import { type Manifest, manifestJson, manifestOf } from '../../src/bundle/manifest.js';
import { readArchive } from '../../src/bundle/read-archive.js';
import { Redactor } from '../../src/bundle/redact.js';
import { verifyBundle, verifyFolder } from '../../src/bundle/verify.js';
import { judgeJournal } from '../../src/commands/judged-run.js';
import { VERSION } from '../../src/commands/version.js';
import { COLLECTED, runFolder, seal, sealedRun } from '../helpers/run-folder.js';

// Some do the same hundreds of times.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let work: string;
let sealed: string;
let bundle: string;
beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'loadwitness-verify-test-'));
  sealed = await sealedRun(join(work, 'sealed'));
  bundle = await pack(sealed, 'sealed');
});
afterAll(() => rmSync(work, { recursive: true }));

const options = { judge: judgeJournal, tool: VERSION };

async function pack(folder: string, name: string): Promise<string> {
  const out = join(work, `${name}.tar.gz`);
  await createBundle({ ...options, folder, out, maxBytes: 1e9, redactor: new Redactor() });
  return out;
}

let copy: string;
beforeEach(() => {
  copy = join(work, 'copy');
  rmSync(copy, { recursive: true, force: true });
  cpSync(sealed, copy, { recursive: true });
});

/** What somebody unpacks to change it. */
async function unpack(from: string, to: string): Promise<string> {
  let root = '';
  await readArchive(from, async (name, content) => {
    root = name.split('/')[0] as string;
    mkdirSync(dirname(join(to, name)), { recursive: true });
    const chunks: Buffer[] = [];
    for await (const chunk of content) chunks.push(chunk);
    writeFileSync(join(to, name), Buffer.concat(chunks));
  });
  return join(to, root);
}

/** Packs a folder as a bundle is packed, by somebody who knows how: with all digests right. */
async function repack(folder: string, { fixManifest = true, rename = (path: string) => path, mtime = 1769860800 } = {}): Promise<string> {
  if (fixManifest) {
    const { files } = await listFolder(folder);
    const { result, collectedAt, reports } = judgeJournal(join(folder, 'journal.ndjson'));
    const facts = await factsOfFolder(folder, files);
    const parts = { result, collectedAt, reports: reports.map(({ path }) => path), files: facts, tool: VERSION };
    writeFileSync(join(folder, 'manifest.json'), manifestJson(manifestOf(parts)));
  }
  const { files } = await listFolder(folder);
  const entries = files
    .map((path) => ({
      name: rename(`20260131-120000-abcd/${path}`),
      file: join(folder, path),
      bytes: readFileSync(join(folder, path)).length,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const out = join(work, 'repacked.tar.gz');
  rmSync(out, { force: true });
  await writeArchive(out, entries, mtime);
  return out;
}

function edit(folder: string, path: string, change: (text: string) => string): void {
  const file = join(folder, path);
  const before = readFileSync(file, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(file, after);
}

describe('a run that nobody has touched', () => {
  it('is intact, as a folder and as a bundle', async () => {
    for (const found of [await verifyFolder(sealed, options), await verifyBundle(bundle, options)]) {
      expect(found).toMatchObject({ differences: [], open: [], notes: [] });
      expect(found.result?.verdict).toBe('PASS');
    }
  });

  it('is also so with the digest that was told when it was packed', async () => {
    const sha256 = createHash('sha256').update(readFileSync(bundle)).digest('hex');
    expect((await verifyBundle(bundle, { ...options, sha256 })).differences).toEqual([]);
    expect(readFileSync(sidecarOf(bundle), 'utf8')).toBe(`${sha256}  sealed.tar.gz\n`);
  });

  it.each(readdirSync(new URL('../fixtures/journals', import.meta.url)))('is so for the journal "%s"', async (name) => {
    const folder = await sealedRun(join(work, `journal-${name}`), name, {});
    expect(await verifyFolder(folder, options)).toMatchObject({ differences: [], open: [] });
    expect(await verifyBundle(await pack(folder, `journal-${name}`), options)).toMatchObject({ differences: [], open: [] });
  });
});

describe('any byte of a bundle that is changed', () => {
  it('is found', async () => {
    const raw = readFileSync(bundle);
    const path = join(work, 'changed.tar.gz');
    await fc.assert(
      fc.asyncProperty(fc.nat(raw.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(raw);
        changed.writeUInt8(changed.readUInt8(at) ^ change, at);
        writeFileSync(path, changed);
        const found = await verifyBundle(path, options).catch((error: Error) => error);
        if (found instanceof Error) expect(found.name).toBe('NotABundleError');
        else expect(found.differences).not.toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

describe("any byte of a run's folder that is changed", () => {
  const paths = [
    'journal.ndjson',
    'config.json',
    'verdict.json',
    'summary.md',
    'report.html',
    'manifest.json',
    'csv/loadwitness_stats.csv',
    ...Object.keys(COLLECTED),
  ];
  it('is found', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.nat(), fc.integer({ min: 1, max: 255 }), async (path, where, change) => {
        const before = readFileSync(join(sealed, path));
        const changed = Buffer.from(before);
        const at = where % before.length;
        changed.writeUInt8(changed.readUInt8(at) ^ change, at);
        writeFileSync(join(copy, path), changed);
        const { differences } = await verifyFolder(copy, options);
        writeFileSync(join(copy, path), before);
        expect(differences.join('\n')).toContain(path);
      }),
      { numRuns: 100 },
    );
    expect((await verifyFolder(copy, options)).differences).toEqual([]);
  });

  it('is found where it is added or taken away, and so are whole files', async () => {
    appendFileSync(join(copy, 'redis/before.json'), '\n');
    unlinkSync(join(copy, 'redis/after.json'));
    writeFileSync(join(copy, 'redis/between.json'), '{}');
    symlinkSync('/etc/hostname', join(copy, 'logs/link.log'));
    expect((await verifyFolder(copy, options)).differences.sort()).toEqual([
      'logs/link.log was added, and is no plain file',
      'redis/after.json was removed',
      'redis/before.json was changed: its SHA-256 is another one',
      'redis/between.json was added: manifest.json does not know it',
    ]);
  });
});

describe('a bundle that somebody has packed again', () => {
  let folder: string;
  beforeEach(async () => {
    rmSync(join(work, 'unpacked'), { recursive: true, force: true });
    folder = await unpack(bundle, join(work, 'unpacked'));
  });

  it('is the same when nothing was changed', async () => {
    expect(readFileSync(await repack(folder, { fixManifest: false }))).toEqual(readFileSync(bundle));
    expect(readFileSync(await repack(folder))).toEqual(readFileSync(bundle));
  });

  it.each([
    ['redis/after.json removed', () => unlinkSync(join(folder, 'redis/after.json')), 'redis/after.json was removed'],
    ['a file added', () => writeFileSync(join(folder, 'x.txt'), 'x'), 'x.txt was added: manifest.json does not know it'],
    [
      'a log changed',
      () => edit(folder, 'nginx/error.log', (text) => `${text}more\n`),
      'nginx/error.log was changed: its SHA-256 is another one',
    ],
    ['the manifest removed', () => unlinkSync(join(folder, 'manifest.json')), 'manifest.json was removed'],
    [
      'a space in the manifest',
      () => edit(folder, 'manifest.json', (text) => text.replace(': ', ':  ')),
      'manifest.json was changed: its own digest is not that of what it says',
    ],
  ])('is found out by %s', async (_, change, message) => {
    change();
    expect((await verifyBundle(await repack(folder, { fixManifest: false }), options)).differences).toContain(message);
  });

  it('is found out by a verdict that is another one, although every digest is right', async () => {
    edit(folder, 'verdict.json', (text) => text.replace('"verdict": "PASS"', '"verdict": "FAIL"'));
    const { differences } = await verifyBundle(await repack(folder), options);
    expect(differences).toEqual(['verdict.json: verdict is "FAIL", by the journal it is "PASS"']);
  });

  it('is found out by a criterion that is another one, with its status and its value', async () => {
    edit(folder, 'verdict.json', (text) => {
      const verdict = JSON.parse(text);
      Object.assign(
        verdict.criteria.find(({ id }: { id: string }) => id === 'error_rate'),
        { status: 'fail', value: 0.5 },
      );
      return `${JSON.stringify(verdict, null, 2)}\n`;
    });
    const { differences } = await verifyBundle(await repack(folder), options);
    expect(differences).toEqual([
      'verdict.json: criteria[error_rate].status is "fail", by the journal it is "pass"',
      'verdict.json: criteria[error_rate].value is 0.5, by the journal it is 0',
    ]);
  });

  it.each(['summary.md', 'report.html', 'csv/loadwitness_stats.csv', 'csv/loadwitness_stats_history.csv'])(
    'is found out by another %s',
    async (path) => {
      edit(folder, path, (text) => `${text}x`);
      expect((await verifyBundle(await repack(folder), options)).differences).toEqual([`${path} is not what the journal gives`]);
    },
  );

  it.each([
    [
      'a window',
      (manifest: Manifest) => {
        manifest.window.loadEnd = 1769860999000;
      },
      'manifest.json: window.loadEnd is 1769860999000, by the journal it is 1769860830000',
    ],
    [
      'the target',
      (manifest: Manifest) => {
        manifest.target = 'ws://10.0.0.1';
      },
      'manifest.json: target is "ws://10.0.0.1", by the journal it is "ws://127.0.0.1:8080"',
    ],
    [
      'how the run ended',
      (manifest: Manifest) => {
        manifest.ended = null;
      },
      'manifest.json: ended is null, by the journal it is "completed"',
    ],
    [
      'the source of a file',
      (manifest: Manifest) => void Object.assign(manifest.files.find(({ path }) => path === 'redis/after.json') ?? {}, { source: 'nginx' }),
      'manifest.json: files[redis/after.json].source is "nginx", by the journal it is "redis"',
    ],
    [
      'the digest of the configuration',
      (manifest: Manifest) => {
        manifest.config = null;
      },
      /^manifest\.json: config is null/,
    ],
  ])('is found out by %s in its manifest', async (_, change, message) => {
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    delete manifest.digest;
    change(manifest);
    writeFileSync(join(folder, 'manifest.json'), manifestJson(manifest));
    const { differences } = await verifyBundle(await repack(folder, { fixManifest: false }), options);
    expect(differences).toEqual([typeof message === 'string' ? message : expect.stringMatching(message)]);
  });

  it('is found out by a file that is said to be withheld and is not', async () => {
    unlinkSync(join(folder, 'redis/after.json'));
    edit(folder, 'manifest.json', (text) => {
      const { digest: _, ...manifest } = JSON.parse(text);
      const reason = 'withheld: a secret was found in it when it was to be sealed';
      Object.assign(
        manifest.files.find(({ path }: { path: string }) => path === 'redis/after.json'),
        { status: 'missing', reason, sha256: null, bytes: null, first: null, last: null, redactions: null },
      );
      return manifestJson(manifest);
    });
    const { differences } = await verifyBundle(await repack(folder, { fixManifest: false }), options);
    expect(differences).toEqual(['redis/after.json was removed: redactions.json does not tell that it is withheld']);
  });

  it('is found out by another folder or time than those of the run', async () => {
    const elsewhere = await repack(folder, { rename: (path) => path.replace(/^[^/]*/, 'other') });
    expect((await verifyBundle(elsewhere, options)).differences).toEqual([
      'its folder is "other", by the journal it is "20260131-120000-abcd"',
    ]);
    expect((await verifyBundle(await repack(folder, { mtime: 1 }), options)).differences).toEqual([
      "the time of its files is not that of the run's start",
    ]);
  });

  it('is found out by the digest that was told elsewhere, when all of it fits together', async () => {
    edit(folder, 'journal.ndjson', (text) => text.replaceAll('"target":"ws://127.0.0.1:8080"', '"target":"ws://127.0.0.2:8080"'));
    await seal(folder);
    const path = await repack(folder);
    expect((await verifyBundle(path, options)).differences).toEqual([]);
    const sha256 = createHash('sha256').update(readFileSync(bundle)).digest('hex');
    expect((await verifyBundle(path, { ...options, sha256 })).differences).toEqual([
      expect.stringMatching(/^its SHA-256 is [0-9a-f]{64}, and it should be/),
    ]);
    cpSync(sidecarOf(bundle), sidecarOf(path));
    expect((await verifyBundle(path, options)).differences).toEqual([
      expect.stringMatching(/and repacked\.tar\.gz\.sha256 tells another one$/),
    ]);
    rmSync(sidecarOf(path));
  });

  it('cannot be told when it is of a later schema', async () => {
    edit(folder, 'journal.ndjson', (text) => text.replace('"schema":1', '"schema":99'));
    edit(folder, 'manifest.json', (text) => text.replace('"version": 1', '"version": 99'));
    const found = await verifyBundle(await repack(folder, { fixManifest: false }), options);
    expect(found.differences).toEqual([]);
    expect(found.open).toEqual([
      'manifest.json was written by a later version (99): update loadwitness',
      'journal.ndjson was written by a later version (schema 99): update loadwitness',
    ]);
  });
});

describe('a run that another version has reported', () => {
  it('is intact where this one says the same, and cannot be told where it does not', async () => {
    const other = { ...options, tool: '99.0.0' };
    const same = await verifyFolder(sealed, other);
    expect(same).toMatchObject({ differences: [], open: [], notes: [`its reports were made by version ${VERSION}, and this is 99.0.0`] });
    edit(copy, 'summary.md', (text) => `${text}x`);
    const { result, collectedAt, reports } = judgeJournal(join(copy, 'journal.ndjson'));
    const files = await factsOfFolder(copy, (await listFolder(copy)).files);
    writeFileSync(
      join(copy, 'manifest.json'),
      manifestJson(manifestOf({ result, collectedAt, files, reports: reports.map(({ path }) => path), tool: '0.0.9' })),
    );
    expect(await verifyFolder(copy, options)).toMatchObject({ differences: [], open: ['summary.md is not what the journal gives'] });
  });
});

describe('a run that was cut off', () => {
  it('says so and is not confirmed, as a folder and as a bundle', async () => {
    const folder = runFolder(join(work, 'cut-off'), 'cut-off');
    appendFileSync(join(folder, 'journal.ndjson'), '{"type":"load.sec');
    const found = await verifyFolder(folder, options);
    expect(found.differences).toEqual([]);
    expect(found.open).toEqual([
      'there is no verdict.json, since the run was cut off: no verdict can be confirmed',
      'there is no manifest.json: the run was cut off before there was one: nothing tells what the files were',
    ]);
    expect(found.result?.verdict).toBe('INCONCLUSIVE');
    const packed = await pack(folder, 'cut-off');
    const inBundle = await verifyBundle(packed, options);
    expect(inBundle.differences).toEqual([]);
    expect(inBundle.open).toEqual(['there is no verdict.json, since the run was cut off: no verdict can be confirmed']);
    const manifest = JSON.parse(readFileSync(join(await unpack(packed, join(work, 'cut-off-unpacked')), 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({ ended: null, window: { runEnd: null } });
    const file = (path: string) => manifest.files.find((one: { path: string }) => one.path === path);
    expect(file('journal.ndjson')).toMatchObject({
      status: 'partial',
      reason: expect.stringMatching(/cut off.*; its last line was torn: 17 bytes/),
    });
    expect(file('verdict.json')).toMatchObject({ status: 'missing', sha256: null, reason: expect.stringMatching(/was not made/) });
  });

  it('is confirmed when it was reported afterwards', async () => {
    const folder = await sealedRun(join(work, 'reported'), 'cut-off');
    expect(await verifyBundle(await pack(folder, 'reported'), options)).toMatchObject({ differences: [], open: [] });
  });
});

describe('what has no journal', () => {
  it('cannot be judged, and its files are compared all the same', async () => {
    unlinkSync(join(copy, 'journal.ndjson'));
    const found = await verifyFolder(copy, options);
    expect(found.differences).toEqual(['journal.ndjson was removed']);
    expect(found.open).toEqual(['there is no journal.ndjson: the run cannot be judged again']);
  });
});
