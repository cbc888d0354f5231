import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { endAll, runCli, startCli } from '../helpers/cli.js';
import { Evidence } from '../helpers/evidence.js';
import { runFolder } from '../helpers/run-folder.js';
import { until } from '../helpers/until.js';

// Each starts the tool several times, which takes its time where other tests do the same.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'loadwitness-bundle-e2e-'));
});
afterAll(async () => {
  await endAll();
  rmSync(work, { recursive: true });
});

describe('the evidence of a real run', () => {
  let folder: string;
  let bundle: string;
  let verdict: string;
  beforeAll(async () => {
    // Whatever its verdict: on a busy machine the generator is a suspect.
    await runCli(['demo', '--out', join(work, 'demo'), '--stages', '10@10:6s', '--think-time', '1-2', '--interval', '1']);
    folder = Evidence.only(join(work, 'demo')).folder;
    bundle = `${folder}.tar.gz`;
    verdict = new Evidence(folder).json('verdict.json').verdict;
  });

  it('is sealed by the run itself, and report makes the same manifest again', async () => {
    const before = readFileSync(join(folder, 'manifest.json'), 'utf8');
    await runCli(['report', folder]);
    expect(readFileSync(join(folder, 'manifest.json'), 'utf8')).toBe(before);
    const { files, ended, window } = JSON.parse(before);
    expect(ended).toBe('completed');
    expect(window.loadEnd - window.loadStart).toBeGreaterThan(5000);
    expect(files.filter(({ source }: { source: string }) => source === 'unknown')).toEqual([]);
    expect(new Set(files.map(({ source }: { source: string }) => source))).toEqual(new Set(['run', 'report', 'redis', 'nginx', 'logs']));
    const logs = files.filter(({ source }: { source: string }) => source === 'logs');
    expect(logs).toHaveLength(3);
  });

  it('is intact', async () => {
    const { code, stdout } = await runCli(['verify', folder]);
    expect(stdout).toMatch(new RegExp(`^verdict by the journal: ${verdict}\nINTACT: \\d+ files, and the same verdict\n$`));
    expect(code).toBe(0);
  });

  it('is packed beside its folder and unpacked by tar, and is then still intact', async () => {
    const { code, stdout, stderr } = await runCli(['bundle', folder]);
    expect(code).toBe(0);
    expect(stdout).toBe(`${bundle}\n`);
    const sha256 = createHash('sha256').update(readFileSync(bundle)).digest('hex');
    expect(stderr).toContain(`sha256: ${sha256}`);
    expect(statSync(bundle).mode & 0o777).toBe(0o600);
    expect((await runCli(['verify', bundle, '--sha256', sha256])).code).toBe(0);
    execFileSync('tar', ['-xzf', bundle, '-C', work]);
    expect(await runCli(['verify', join(work, basename(folder))])).toMatchObject({ code: 0 });
  });

  it('differs when one byte of its bundle does', async () => {
    const changed = readFileSync(bundle);
    changed.writeUInt8(changed.readUInt8(changed.length >> 1) ^ 1, changed.length >> 1);
    const path = join(work, 'changed.tar.gz');
    writeFileSync(path, changed);
    const { code, stdout } = await runCli(['verify', path]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^differs: its bytes are not those that were sealed/);
  });

  it('differs when its verdict was edited', async () => {
    const path = join(work, basename(folder), 'verdict.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace(`"verdict": "${verdict}"`, '"verdict": "EDITED"'));
    const { code, stdout } = await runCli(['verify', join(work, basename(folder))]);
    expect(code).toBe(1);
    expect(stdout).toContain('differs: verdict.json was changed: its SHA-256 is another one\n');
    expect(stdout).toContain(`differs: verdict.json: verdict is "EDITED", by the journal it is "${verdict}"\n`);
  });

  it('goes where it is asked to go, and not into its own folder', async () => {
    const out = join(work, 'some', 'where', 'x.tgz');
    expect(await runCli(['bundle', folder, '--out', out])).toMatchObject({ code: 0, stdout: `${out}\n` });
    const inside = await runCli(['bundle', folder, '--out', join(folder, 'logs', 'x.tgz')]);
    expect(inside.code).toBe(2);
    expect(inside.stderr).toContain("is in the run's own folder");
  });

  it('is no larger than it may be', async () => {
    const tooSmall = await runCli(['bundle', folder, '--out', join(work, 'small.tgz'), '--max-size', '2kB']);
    expect(tooSmall.code).toBe(2);
    expect(tooSmall.stderr).toMatch(/--max-size: what must be in it takes \d+ bytes, and it may have 2000/);
    expect(existsSync(join(work, 'small.tgz'))).toBe(false);
    expect((await runCli(['bundle', folder, '--max-size', 'huge'])).stderr).toContain('--max-size: must be a size such as 200MB');
  });
});

describe('a run that was killed', () => {
  it('is bundled as it is, and verify does not confirm a verdict that nobody gave', async () => {
    const out = join(work, 'killed');
    const cli = startCli(['demo', '--out', out, '--stages', '10@20:60s', '--think-time', '1-2', '--interval', '1', '--no-preflight']);
    const { folder } = await until('some seconds of load', () => {
      const evidence = Evidence.only(out);
      return evidence.of('load.second').length > 2 && evidence;
    });
    cli.process.kill('SIGKILL');
    await cli.ended;
    expect(existsSync(join(folder, 'manifest.json'))).toBe(false);
    const asFolder = await runCli(['verify', folder]);
    expect(asFolder.code).toBe(3);
    expect(asFolder.stdout).toContain('not known: there is no manifest.json: the run was cut off before there was one');
    const packed = await runCli(['bundle', folder]);
    expect(packed.code).toBe(0);
    expect(packed.stderr).toContain('the run was cut off: the bundle holds what there is of it');
    const { code, stdout } = await runCli(['verify', packed.stdout.trim()]);
    expect(code).toBe(3);
    expect(stdout).not.toContain('differs:');
    expect(stdout).toContain('verdict by the journal: INCONCLUSIVE\nsha256: ');
    expect((await runCli(['report', folder])).code).toBe(3);
    expect((await runCli(['bundle', folder])).code).toBe(0);
    expect(await runCli(['verify', packed.stdout.trim()])).toMatchObject({ code: 0 });
  });
});

describe('what is neither a run nor a bundle', () => {
  it.each([
    ['a folder of something else', () => work, /is not the folder of a run/],
    ['nothing', () => join(work, 'none'), /cannot be read: ENOENT/],
    ['an archive of something else', () => written('other.tar.gz', gzipSync('no tar')), /is no bundle: its first bytes/],
    ['an empty file', () => written('empty', ''), /is no bundle/],
  ])('is told apart: %s', async (_, path, message) => {
    const { code, stdout, stderr } = await runCli(['verify', path()]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
  });

  it('is not bundled either', async () => {
    expect(await runCli(['bundle', work])).toMatchObject({ code: 2, stderr: expect.stringMatching(/is not the folder of a run/) });
    const folder = runFolder(join(work, 'nonsense'), 'healthy', {});
    appendFileSync(join(folder, 'journal.ndjson'), 'nonsense\n');
    expect(await runCli(['bundle', folder])).toMatchObject({ code: 2, stderr: expect.stringMatching(/not JSON/) });
    expect(readdirSync(work).filter((name) => name.startsWith('.loadwitness'))).toEqual([]);
  });

  function written(name: string, content: string | Buffer): string {
    writeFileSync(join(work, name), content);
    return join(work, name);
  }
});

describe('a run in whose folder a secret is found after all', () => {
  it('is sealed without that file, and is intact', async () => {
    const folder = runFolder(join(work, 'quarantined'), 'healthy', {
      'nginx/error.log': 'Authorization: Bearer abcdefghijklmnop.qrstuvwx\n',
    });
    expect((await runCli(['report', folder])).stderr).toContain('nginx/error.log is not part of the evidence');
    const manifest = readFileSync(join(folder, 'manifest.json'), 'utf8');
    const { files } = JSON.parse(manifest);
    await runCli(['report', folder]);
    expect(readFileSync(join(folder, 'manifest.json'), 'utf8')).toBe(manifest);
    const { code, stdout } = await runCli(['verify', folder]);
    expect(code).toBe(0);
    expect(stdout).toContain('note: nginx/error.log is not in it: withheld');
    expect(files.find(({ path }: { path: string }) => path === 'nginx/error.log')).toMatchObject({ status: 'missing', sha256: null });
    expect((await runCli(['bundle', folder])).code).toBe(0);
    expect((await runCli(['verify', `${folder}.tar.gz`])).code).toBe(0);
  });
});

describe('what only the configuration knows to be secret', () => {
  it('is searched for with --config', async () => {
    const folder = runFolder(join(work, 'config'), 'healthy', { 'nginx/error.log': 'upstream of zx81-spectrum failed\n' });
    expect((await runCli(['report', folder])).code).toBe(0);
    const config = join(work, 'config.yaml');
    writeFileSync(config, 'test_accounts:\n  - email: a@example.org\n    password: zx81-spectrum\n');
    const { code, stdout, stderr } = await runCli(['bundle', folder, '--config', config]);
    expect(stderr).toContain('secrets were taken out of nginx/error.log');
    expect(code).toBe(0);
    expect(execFileSync('tar', ['-xzOf', stdout.trim()], { encoding: 'utf8' })).not.toContain('zx81');
    expect((await runCli(['verify', stdout.trim()])).code).toBe(0);
  });
});
