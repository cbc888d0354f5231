import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { endAll, runCli, startCli } from '../helpers/cli.js';
import { canMount, mountDisk, type SmallDisk } from '../helpers/disk.js';
import { Evidence } from '../helpers/evidence.js';
import { type KindmapTarget, startKindmapTarget } from '../helpers/kindmap-target.js';
import { until } from '../helpers/until.js';

// Each runs the tool two or three times, beside other tests.
vi.setConfig({ testTimeout: 120_000 });

const USERS = 5;
const FIXTURE = fileURLToPath(new URL('../fixtures/journals/healthy', import.meta.url));

let folder: string;
let target: KindmapTarget;
let codes: number[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-disk-'));
  target = await startKindmapTarget((socket) => void socket.on('close', (code) => codes.push(code)));
});
afterEach(async () => {
  await endAll();
});
afterAll(async () => {
  await target.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A run of a minute whose users are connected. */
async function underWay(out: string) {
  codes = [];
  const plan = ['--stages', `${USERS}@20:60s`, '--think-time', '0.2-0.4', '--interval', '1'];
  const cli = startCli(['run', '--target', target.url, ...plan, '--no-preflight', '--out', out]);
  const run = await until(
    'seconds of load',
    () => {
      const found = Evidence.only(out);
      return found.of('load.second').filter((second) => second.users.connected === USERS).length >= 2 && found.folder;
    },
    60_000,
  );
  return { cli, run };
}

/** The load ended as it does when somebody stops it. */
function expectGoodOrder(): void {
  expect(codes).toEqual(Array.from({ length: USERS }, () => 1000));
}

describe.skipIf(!canMount)('a run whose disk is full', () => {
  let disk: SmallDisk;
  afterEach(() => disk.end());

  it('closes its users, judges what was written until then, and says what happened', async () => {
    disk = mountDisk(join(folder, 'full'), '2m');
    const { cli, run } = await underWay(disk.folder);
    disk.fill();
    expect(await cli.ended).toBe(70);
    expectGoodOrder();
    expect(cli.stderr()).toMatch(/journal cannot be written any more: .*ENOSPC/);
    expect(cli.stderr()).toContain('what was written until then is judged');
    expect(cli.stderr()).toMatch(/cannot be written to .*report\.html/);
    expect(cli.stderr()).not.toMatch(/^\s+at /m);
    expect(cli.stderr().trimEnd().split('\n').at(-1)).toBe(run);
    expect(cli.stdout()).toContain('Verdict: INCONCLUSIVE');
    // With room again, everything that was written is there to be reported.
    disk.empty();
    const again = await runCli(['report', run]);
    expect(again.code).toBe(3);
    const evidence = new Evidence(run);
    expect(evidence.of('load.second').length).toBeGreaterThanOrEqual(2);
    expect(evidence.json('verdict.json').verdict).toBe('INCONCLUSIVE');
    expect(readdirSync(run).filter((name) => /tmp|lock/.test(name))).toEqual([]);
  });

  it('is not even begun when there is no room for its first file', async () => {
    disk = mountDisk(join(folder, 'full-before'), '64k');
    disk.fill();
    const { code, stderr } = await runCli(['run', '--target', target.url, '--stages', '2@2:5s', '--no-preflight', '--out', disk.folder]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/ENOSPC/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('is refused where nothing can be written at all', async () => {
    disk = mountDisk(join(folder, 'read-only'), '1m');
    cpSync(FIXTURE, join(disk.folder, 'run'), { recursive: true });
    disk.makeReadOnly();
    const { code, stderr } = await runCli(['run', '--target', target.url, '--stages', '2@2:5s', '--no-preflight', '--out', disk.folder]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--out: cannot make .*EROFS/);
    const report = await runCli(['report', join(disk.folder, 'run')]);
    expect(report.code).toBe(2);
    expect(report.stderr).toMatch(/cannot write to the folder of the run: .*EROFS/);
  });
});

describe('a run whose folder is removed', () => {
  it('closes its users, puts back what it recorded and judges it', async () => {
    const { cli, run } = await underWay(join(folder, 'removed'));
    rmSync(run, { recursive: true });
    expect(await cli.ended).toBe(70);
    expectGoodOrder();
    expect(cli.stderr()).toMatch(/journal\.ndjson was removed/);
    expect(cli.stderr()).toContain('put back into a new folder');
    const evidence = new Evidence(run);
    expect(evidence.of('run.start')).toHaveLength(1);
    expect(evidence.of('load.end')).toMatchObject([{ reason: 'stopped' }]);
    expect(evidence.of('run.end')).toMatchObject([{ reason: 'error', message: expect.stringContaining('was removed') }]);
    expect(evidence.json('verdict.json').verdict).toBe('INCONCLUSIVE');
    expect((await runCli(['report', run])).code).toBe(3);
  });

  it('ends all the same where nothing can be put back', async () => {
    const out = join(folder, 'removed-with-all');
    const { cli } = await underWay(out);
    rmSync(out, { recursive: true });
    writeFileSync(out, 'a file where the folder was');
    expect(await cli.ended).toBe(70);
    expectGoodOrder();
    expect(cli.stderr()).toContain('nothing of this run is left');
    expect(cli.stderr()).not.toMatch(/^\s+at /m);
  });
});

describe('a folder to which one writes', () => {
  it('is reported as it stands while its run goes on, and only the run writes to it', async () => {
    const { cli, run } = await underWay(join(folder, 'busy'));
    const before = readdirSync(run).sort();
    const report = await runCli(['report', run]);
    expect(report.code).toBe(3);
    expect(report.stdout).toContain('Verdict: INCONCLUSIVE');
    expect(report.stderr).toContain(`the run still goes on (loadwitness run (pid ${cli.process.pid}))`);
    expect(readdirSync(run).sort()).toEqual(before);
    const bundle = await runCli(['bundle', run, '--out', join(folder, 'busy.tar.gz')]);
    expect(bundle.code).toBe(2);
    expect(bundle.stderr).toContain(`loadwitness run (pid ${cli.process.pid}) writes to this folder`);
    expect(existsSync(join(folder, 'busy.tar.gz'))).toBe(false);
    cli.process.kill('SIGINT');
    expect(await cli.ended).toBe(130);
    expect(readdirSync(run)).not.toContain('run.lock');
    const manifest = JSON.parse(readFileSync(join(run, 'manifest.json'), 'utf8'));
    expect(JSON.stringify(manifest)).not.toContain('run.lock');
  });

  it('holds whole and equal reports when four make them at once', async () => {
    const run = join(folder, 'four');
    cpSync(FIXTURE, run, { recursive: true });
    const once = await runCli(['report', run]);
    const files = new Evidence(run).files();
    const ended = await Promise.all(Array.from({ length: 4 }, () => runCli(['report', run])));
    for (const { code, stdout } of ended) expect({ code, stdout }).toEqual({ code: once.code, stdout: once.stdout });
    expect(new Evidence(run).files()).toEqual(files);
  });

  it('that never got its first event says so, and is inconclusive', async () => {
    const run = join(folder, 'never-began');
    mkdirSync(run);
    writeFileSync(join(run, 'journal.ndjson'), '{"type":"run.sta');
    const { code, stderr } = await runCli(['report', run]);
    expect(code).toBe(3);
    expect(stderr).toContain('killed before it could write down what it was');
  });
});
