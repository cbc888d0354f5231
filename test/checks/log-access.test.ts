import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import check, { judgeAccess } from '../../checks/log-access.js';
import type { Backend } from '../../src/config/config.js';
import { checkContext } from '../helpers/check-context.js';
import { dockerCli } from '../helpers/docker-cli.js';

import { hasEnded } from '../helpers/has-ended.js';
import { until } from '../helpers/until.js';
import { engineOrSkip } from '../stack/engine.js';
import { Containers } from '../stack/one-container.js';

const describeDocker = await engineOrSkip();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-log-access-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const run = (...backends: Backend[]) => check.run(checkContext({ backends }, { env: process.env }));

async function logFile(name: string, text = 'one\ntwo\n'): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, text);
  return file;
}

describe('log-access', () => {
  it('passes when every file can be read', async () => {
    const [a, b] = [await logFile('a.log'), await logFile('b.log', '')];
    expect(await run({ name: 'a', log: a }, { name: 'b', log: b })).toMatchObject({
      status: 'pass',
      observed: `a: file ${a}, last 2 lines; b: file ${b}, no line yet`,
    });
  });

  it('fails naming the file that is not there, until it is', async () => {
    const a = await logFile('a.log');
    const missing = path.join(folder, 'missing.log');
    const backends = [
      { name: 'a', log: a },
      { name: 'b', log: missing },
    ];
    const result = await run(...backends);
    expect(result).toMatchObject({ status: 'fail', remedy: expect.stringContaining(`ls -l ${missing}`) });
    expect(result.observed).toMatch(/^b: .*ENOENT.*; the other 1 can be read$/);
    await writeFile(missing, 'here\n');
    expect(await run(...backends)).toMatchObject({ status: 'pass' });
  });

  it.skipIf(process.getuid?.() === 0)('fails for a file that this user may not read', async () => {
    const file = await logFile('a.log');
    await chmod(file, 0);
    expect(await run({ name: 'a', log: file })).toMatchObject({ status: 'fail', remedy: expect.stringContaining('setfacl') });
  });

  it('fails for what is no file with lines, and does not wait for a pipe', async () => {
    const pipe = path.join(folder, 'pipe');
    await promisify(execFile)('mkfifo', [pipe]);
    const sub = path.join(folder, 'sub');
    await mkdir(sub);
    for (const log of [pipe, sub]) {
      expect(await run({ name: 'a', log })).toMatchObject({ status: 'fail', observed: expect.stringContaining('is not a regular file') });
    }
  });

  it('fails for a backend without a log beside others that have one', async () => {
    expect(await run({ name: 'a', log: await logFile('a.log') }, { name: 'b' })).toMatchObject({
      status: 'fail',
      observed: expect.stringMatching(/^b: no log is named/),
    });
  });

  it('is skipped where no log is named', async () => {
    expect(await run({ name: 'a', pid: 1 })).toMatchObject({
      status: 'skip',
      observed: expect.stringContaining('infrastructure.backends'),
    });
  });

  it('passes for a command that goes on, also a quiet one, and ends it', async () => {
    const node = (script: string) => [process.execPath, '-e', script];
    const pidFile = path.join(folder, 'pid');
    const script = `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); console.error('a line'); setInterval(() => {}, 1000)`;
    const result = await run({ name: 'a', logCommand: node(script) }, { name: 'b', logCommand: node('setInterval(() => {}, 1000)') });
    expect(result.status).toBe('pass');
    expect(result.observed).toMatch(/1 line so far; b: .* runs, no line yet$/);
    const pid = Number(await readFile(pidFile, 'utf8'));
    await until('its end', () => hasEnded(pid));
  });

  it.each([
    [
      'ends with an error',
      [process.execPath, '-e', 'console.error("no journal"); process.exit(3)'],
      /exit code 3; its last words: no journal/,
    ],
    ['ends without one', [process.execPath, '-e', 'console.log("one line")'], /exit code 0/],
    ['does not exist', ['/no/such/program'], /ENOENT/],
  ])('fails for a command that %s', async (_, logCommand, observed) => {
    expect(await run({ name: 'a', logCommand })).toMatchObject({
      status: 'fail',
      observed: expect.stringMatching(observed),
      remedy: expect.stringContaining('log_command of a'),
    });
  });

  it('says how to be let in where a file may not be read', () => {
    const place = { kind: 'file' as const, path: '/var/log/my app.log' };
    const detail = "EACCES: permission denied, open '/var/log/my app.log'";
    expect(judgeAccess([{ backend: 'a', place, ok: false, detail }]).remedy).toContain("setfacl -m u:$(id -un):r '/var/log/my app.log'");
  });

  it('shows no more of a command than its program', () => {
    const place = { kind: 'command' as const, command: ['sshpass', '-p', 'hunter2', 'ssh', 'host'] };
    const result = judgeAccess([{ backend: 'a', place, ok: false, detail: 'ended' }]);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
});

describeDocker('log-access on containers', { timeout: 60_000 }, () => {
  let containers: Containers;
  beforeAll(async () => {
    containers = await Containers.prepare();
  }, 180_000);
  afterAll(() => containers.end());

  const wait = 'setInterval(() => {}, 1000);';
  const written = (name: string, text: string) =>
    until('its lines', async () => (await promisify(execFile)('docker', ['logs', name])).stderr.includes(text));

  it('says on which stream the application logs', async () => {
    const one = await containers.run('err', `console.error('1'); console.error('last'); ${wait}`);
    const both = await containers.run('both', `console.log('1'); console.error('last'); ${wait}`);
    await Promise.all([written(one, 'last'), written(both, 'last')]);
    const result = await run({ name: 'a', container: one }, { name: 'b', container: both });
    expect(result).toMatchObject({ status: 'pass' });
    expect(result.observed).toContain(
      `a: container ${one}, last 2 lines, all on stderr; b: container ${both}, last 2 lines, 1 on stderr and 1 on stdout`,
    );
  });

  it('fails for a container whose logging driver keeps nothing', async () => {
    const name = await containers.run('none', wait, { HostConfig: { LogConfig: { Type: 'none', Config: {} } } });
    expect(await dockerCli('inspect', '-f', '{{.HostConfig.LogConfig.Type}}', name)).toBe('none');
    expect(await run({ name: 'a', container: name })).toMatchObject({
      status: 'fail',
      observed: expect.stringContaining('a: '),
      remedy: expect.stringContaining(`docker inspect -f '{{.HostConfig.LogConfig.Type}}' ${name}`),
    });
  });

  it('fails for a container that is not there', async () => {
    const name = containers.nameOf('nobody');
    expect(await run({ name: 'a', container: name })).toMatchObject({
      status: 'fail',
      observed: expect.stringContaining(`no container ${name}`),
    });
  });
});
