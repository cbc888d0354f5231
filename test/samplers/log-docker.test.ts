import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { connectDocker, type DockerClient } from '../../src/clients/docker.js';
import { logsSampler } from '../../src/samplers/logs.js';
import type { Reading } from '../../src/samplers/sampler.js';
import { containerName, dockerCli, removeContainer, runContainer } from '../helpers/docker-cli.js';
import { EngineProxy } from '../helpers/engine-proxy.js';
import { startSampling, valueIn } from '../helpers/sampling.js';
import { until } from '../helpers/until.js';
import { engineOrSkip } from '../stack/engine.js';
import { makeImages } from '../stack/images.js';

const describe = await engineOrSkip();

/** Writes to both streams until it is told to stop. */
const CHATTER = `trap 'echo bye; exit 0' TERM; n=0; while :; do n=$((n+1)); echo "out $n"; echo "err $n" >&2; sleep 0.005; done`;
const EVEN = '(out|err) \\d*[02468]$';
const PATTERNS = { even: EVEN, never: '연결 거부' };
const PATIENCE_MS = 25_000;

describe('logsSampler on containers', { timeout: 90_000 }, () => {
  let image = '';
  let folder = '';
  let name = '';
  let names: string[] = [];
  let clients: DockerClient[] = [];

  beforeAll(async () => {
    image = (await makeImages()).node;
  }, 180_000);
  beforeEach(async () => {
    name = containerName('log');
    names = [name];
    folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-logs-'));
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    clients = [];
    for (const one of names) await removeContainer(one);
    await rm(folder, { recursive: true });
  });

  const shell = (script: string, ...options: string[]) => runContainer(name, options, image, ['/bin/sh', '-c', script]);
  const node = (script: string, ...options: string[]) => runContainer(name, options, image, ['node', '-e', script]);

  async function sampling(options: { host?: string; deadlineMs?: number } = {}) {
    const client = connectDocker(options);
    clients.push(client);
    const archive = { folder, redact: (text: string) => text, budgetBytes: 256 * 1024 * 1024 };
    const sampler = logsSampler({ sources: [{ name: 'api', container: name }], patterns: PATTERNS, docker: client, archive });
    const sampled = await startSampling(sampler);
    return {
      ...sampled,
      lines: async () => valueIn(await sampled.read(), 'log.lines', { backend: 'api' }),
      /** What was kept, each line as the container wrote it. */
      async kept() {
        const files = await sampler.snapshot?.('after', sampled.ctx);
        const text = gunzipSync(await readFile(path.join(folder, 'logs', 'api.log.gz'))).toString();
        const lines = text.split('\n').slice(0, -1);
        for (const line of lines) expect(line).toMatch(/^\S{29}Z (stdout|stderr) /);
        return { files, stamps: lines.map((line) => line.slice(0, 30)), lines: lines.map((line) => line.replace(/^\S+ \S+ /, '')) };
      },
    };
  }
  type Sampling = Awaited<ReturnType<typeof sampling>>;

  const growsBeyond = (sampled: Sampling, number: number) =>
    until(`more than ${number} lines`, async () => ((await sampled.lines()) ?? 0) > number, PATIENCE_MS);

  /** Every line was counted and kept, and each once. */
  async function expectAll(sampled: Sampling, expected: string[]): Promise<void> {
    let last: Reading[] = [];
    const isAll = async () => {
      last = await sampled.read();
      return valueIn(last, 'log.lines') === expected.length;
    };
    await until(`all lines`, isAll, PATIENCE_MS).catch(() => {
      throw new Error(`${valueIn(last, 'log.lines')} of ${expected.length} lines; ${sampled.problems.join('; ')}`);
    });
    const even = expected.filter((line) => new RegExp(EVEN).test(line)).length;
    expect(valueIn(last, 'log.matches', { pattern: 'even' })).toBe(even);
    expect(valueIn(last, 'log.matches', { pattern: 'never' })).toBe(0);
    expect((await sampled.kept()).lines.sort()).toEqual([...expected].sort());
  }

  for (const [kind, ...options] of [['two streams'], ['a terminal', '-t']]) {
    it(`counts every line once over restarts of a container with ${kind}`, async () => {
      await shell(CHATTER, ...options);
      await until('some lines', async () => (await linesOf(name)).length > 20);
      const before = await linesOf(name);
      const sampled = await sampling();
      await growsBeyond(sampled, 100);
      await dockerCli('restart', '-t', '5', name);
      await growsBeyond(sampled, (await linesOf(name)).length + 50);
      await dockerCli('kill', name);
      await dockerCli('start', name);
      await growsBeyond(sampled, (await linesOf(name)).length + 50);
      await dockerCli('stop', name);
      await until('the end', async () => (await sampled.lines()) !== undefined);
      const { files, stamps } = await sampled.kept();
      expect(files).toEqual([{ path: 'logs/api.log.gz', status: 'ok' }]);
      expect(stamps).toHaveLength((await sampled.lines()) ?? 0);
      const all = (await linesOf(name, '-t')).map((line) => line.slice(0, 30));
      // It begins within the time that the Engine took to say what its clock is.
      expect(all.length - stamps.length).toBeGreaterThan(before.length / 2);
      expect(stamps.sort()).toEqual(all.filter((time) => time >= (stamps[0] ?? '')).sort());
      expect(sampled.problems).toEqual([]);
      await sampled.stop();
    });

    it(`counts all lines of a container with ${kind} that comes later, and joins long ones`, async () => {
      const sampled = await sampling();
      expect(await sampled.read()).toEqual([]);
      expect(sampled.problems).toEqual([expect.stringMatching(/^api: the log cannot be read: there is no container/)]);
      const script = `
        console.log('z'.repeat(30000)); console.error('x'.repeat(16384)); console.log('y'.repeat(40000) + 'end');
        console.log(''); console.log('경로 계산 완료'); setTimeout(() => {}, 1e6);
        const { existsSync, writeFileSync } = require('fs');
        if (!existsSync('/tmp/second')) { writeFileSync('/tmp/second', ''); setTimeout(() => process.stdout.write('-'.repeat(30000)), 500); }`;
      await node(script, ...options);
      await until('the whole lines', async () => (await sampled.lines()) === 5, PATIENCE_MS);
      await until('the half line', async () => (await rawLog(name)).includes('---'));
      expect(await sampled.lines()).toBe(5);
      await dockerCli('restart', '-t', '0', name);
      await until('those of the second start', async () => (await sampled.lines()) === 10, PATIENCE_MS);
      const { lines } = await sampled.kept();
      const short = lines.map((line) => (line.length < 100 ? line : `${line.slice(0, 1)}…${line.slice(-3)} ${line.length}`));
      // The half line of the first start is ended by the first line of the second one: so the Engine keeps them.
      const once = ['x…xxx 16384', 'y…end 40003', '', '경로 계산 완료'];
      expect(short.sort()).toEqual(['z…zzz 30000', '-…zzz 60000', ...once, ...once].sort());
      expect(sampled.problems).toHaveLength(1);
      await sampled.stop();
    });
  }

  it('counts only what is written after the start', async () => {
    await node('for (let n = 0; n < 1000; n++) console.log(n); setTimeout(() => {}, 1e6)');
    await until('the old lines', async () => (await linesOf(name)).length === 1000);
    const sampled = await sampling();
    await until('a reading', async () => (await sampled.lines()) === 0);
    await dockerCli('restart', '-t', '0', name);
    await until('the new lines', async () => (await sampled.lines()) === 1000);
    expect(sampled.problems).toEqual([]);
    await sampled.stop();
  });

  it('reads a burst of 220,000 lines to its end', async () => {
    const sampled = await sampling();
    await node(
      `for (let n = 1; n <= 200000; n++) { console.log('out ' + n); if (n % 10 === 0) console.error('err ' + n); } setTimeout(() => {}, 1e6)`,
    );
    await until('the burst', async () => (await sampled.lines()) === 220_000, 60_000);
    const { lines } = await sampled.kept();
    expect(lines.filter((line) => line.startsWith('out '))).toEqual(Array.from({ length: 200_000 }, (_, index) => `out ${index + 1}`));
    expect(lines).toHaveLength(220_000);
    await sampled.stop();
  });

  it('goes on with the container that takes the name, and reads the one before to its end', async () => {
    const sampled = await sampling();
    await sampled.read();
    const firstId = await shell(CHATTER);
    await growsBeyond(sampled, 20);
    const former = containerName('log');
    names.push(former);
    await dockerCli('rename', name, former);
    const secondId = await shell(CHATTER);
    await growsBeyond(sampled, 200);
    await dockerCli('stop', former);
    await dockerCli('stop', name);
    await expectAll(sampled, [...(await linesOf(former)), ...(await linesOf(name))]);
    expect(sampled.notes).toContainEqual({
      component: 'api',
      what: 'log-source-replaced',
      detail: `container ${firstId.slice(0, 12)} by ${secondId.slice(0, 12)}`,
    });
    expect(sampled.problems).toHaveLength(1);
    await sampled.stop();
  });

  it('loses nothing to a container that is removed, and has no readings while there is none', async () => {
    const sampled = await sampling();
    await sampled.read();
    await shell(CHATTER);
    await growsBeyond(sampled, 100);
    await dockerCli('stop', name);
    const first = await linesOf(name);
    await dockerCli('rm', name);
    await until('no reading', async () => (await sampled.lines()) === undefined);
    await shell('echo one; echo two >&2; sleep 1000');
    await expectAll(sampled, [...first, 'one', 'two']);
    expect(sampled.notes.map(({ what }) => what)).toEqual(expect.arrayContaining(['log-source-gone', 'log-source-replaced']));
    expect(sampled.problems).toHaveLength(1);
    await sampled.stop();
  });

  for (const how of ['is cut off', 'falls silent']) {
    it(`goes on where it was when the Engine ${how}`, async () => {
      const proxy = new EngineProxy();
      await proxy.open();
      try {
        const sampled = await sampling({ host: proxy.host, deadlineMs: 1_500 });
        await sampled.read();
        await shell(CHATTER);
        await growsBeyond(sampled, 100);
        const told = sampled.problems.length;
        const from = Date.now();
        if (how === 'is cut off') await proxy.cut();
        else proxy.fallSilent();
        await until('a loss of four seconds', async () => {
          expect(await sampled.read()).toEqual([]);
          return Date.now() - from > 4_000;
        });
        const during = sampled.problems.slice(told);
        expect(during.length).toBeGreaterThan(2);
        for (const problem of during) expect(problem).toMatch(/^Docker does not answer; logs are read later: api: /);
        await proxy.cut();
        await proxy.open();
        await growsBeyond(sampled, 101);
        const note = sampled.notes.find(({ what }) => what === 'log-continuous');
        const [begin, end] = (note?.detail ?? '').split('..').map((time) => Date.parse(time));
        expect(begin).toBeLessThanOrEqual(from);
        expect(end).toBeGreaterThan(from + 4_000);
        await dockerCli('stop', name);
        await expectAll(sampled, await linesOf(name));
        await sampled.stop();
      } finally {
        await proxy.cut();
      }
    });
  }

  it('says so when the log was rotated away while the Engine was lost', async () => {
    const proxy = new EngineProxy();
    await proxy.open();
    try {
      const sampled = await sampling({ host: proxy.host });
      await sampled.read();
      const script = `
        for (let n = 1; n <= 100; n++) console.log(n);
        process.on('SIGUSR2', () => { for (let n = 1; n <= 30000; n++) console.log(n); }); setTimeout(() => {}, 1e6)`;
      await node(script, '--log-opt', 'max-size=20k', '--log-opt', 'max-file=2');
      await until('the first lines', async () => (await sampled.lines()) === 100);
      const told = sampled.problems.length;
      await proxy.cut();
      await dockerCli('kill', '-s', 'USR2', name);
      await until('the last line', async () => (await linesOf(name)).at(-1) === '30000');
      await until('the loss is seen', async () => (await sampled.lines()) === undefined);
      await proxy.open();
      await until('a reading', async () => ((await sampled.lines()) ?? 0) > 100);
      const gaps = sampled.problems.slice(told).filter((problem) => problem.startsWith('api: '));
      expect(gaps).toEqual([expect.stringContaining('lines may be missing')]);
      const { files } = await sampled.kept();
      expect(files).toEqual([expect.objectContaining({ status: 'partial' })]);
      await sampled.stop();
    } finally {
      await proxy.cut();
    }
  });

  it('says so when no Engine is known', async () => {
    const sampled = await startSampling(logsSampler({ sources: [{ name: 'api', container: name }], patterns: {} }));
    expect(await sampled.read()).toEqual([]);
    expect(sampled.problems).toEqual([expect.stringMatching(/^api: the log cannot be read: .*no Docker Engine is known$/)]);
    await sampled.stop();
  });
});

async function rawLog(container: string, ...options: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)('docker', ['logs', ...options, container], { maxBuffer: 256 * 1024 * 1024 });
  return stdout + stderr;
}

/** All that a container wrote, line by line, as the docker program tells it. */
async function linesOf(container: string, ...options: string[]): Promise<string[]> {
  return (await rawLog(container, ...options)).split(/\r?\n/).slice(0, -1);
}
