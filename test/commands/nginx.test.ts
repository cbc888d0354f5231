import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Io } from '../../src/commands/io.js';
import { type RelaxedRun, relaxNginx, unfinishedRelaxation } from '../../src/commands/nginx/on-run.js';
import { type RelaxOptions, relaxNginxCommand, restoreNginxCommand } from '../../src/commands/nginx.js';
import type { Config } from '../../src/config/config.js';
import { loadConfig } from '../../src/config/load.js';
import { ExitCode } from '../../src/errors.js';
import type { NewEvent } from '../../src/journal/event.js';
import { BACKENDS, type RelaxableNginx, startRelaxableNginx } from '../helpers/relaxable-nginx.js';

let nginx: RelaxableNginx;
let home: string;
let file: string;
let said: string[];
let out: string;
let io: Io;
let originals: Map<string, Buffer>;

beforeEach(async () => {
  nginx = await startRelaxableNginx();
  home = await mkdtemp(path.join(tmpdir(), 'loadwitness-state-'));
  file = path.join(home, 'lw.yaml');
  await configure({});
  said = [];
  out = '';
  io = {
    out: (text) => {
      out += text;
    },
    say: (line) => void said.push(line),
    progress: () => undefined,
    block: () => undefined,
    keys: () => () => undefined,
    env: { XDG_STATE_HOME: home, LOCALAPPDATA: home },
    isTerminal: false,
    outIsTerminal: false,
    colour: false,
    signal: new AbortController().signal,
  };
  originals = await contents();
});
afterEach(async () => {
  await nginx.end();
  await rm(home, { recursive: true });
});

async function configure(more: { target?: string; nginx?: object }): Promise<void> {
  const infrastructure = { nginx: { config: nginx.config, upstream: 'fastapi_backend', ...more.nginx } };
  await writeFile(file, stringify({ target: more.target ?? nginx.origin.replace('http', 'ws'), infrastructure }));
}

/** Every file of the configuration, and what lies beside it. */
async function contents(): Promise<Map<string, Buffer>> {
  const folders = [nginx.folder, path.dirname(nginx.upstreamFile), path.dirname(nginx.siteFile)];
  const named = await Promise.all(folders.map(async (folder) => (await readdir(folder)).map((name) => path.join(folder, name))));
  const files = named.flat().filter((name) => /\.conf|kindmap/.test(name) && !folders.includes(name));
  return new Map(await Promise.all(files.sort().map(async (name): Promise<[string, Buffer]> => [name, await readFile(name)])));
}

const stateFiles = () => readdir(path.join(home, 'loadwitness', 'nginx-relaxed')).catch(() => []);

const relax = (options: Partial<RelaxOptions> = {}) => relaxNginxCommand({ config: file, ...options }, io);
const restore = () => restoreNginxCommand({ config: file }, io);
const configOf = (): Config => loadConfig({ file, flags: {}, env: {} }).config;

/** In which of them requests of this one address are answered. */
async function answering(requests = 6): Promise<string[]> {
  return Object.keys(await nginx.ask(requests)).sort();
}

describe('nginx relax and restore, with a real nginx', { timeout: 60_000 }, () => {
  it('switches ip_hash and rate limits off, and on again, byte for byte', async () => {
    // One a minute, and a burst of two.
    const [backend, refused] = Object.entries(await nginx.ask(5)).sort(([a], [b]) => (a < b ? 1 : -1));
    expect(backend?.[1]).toBe(3);
    expect(refused).toEqual(['503', 2]);

    expect(await relax()).toBe(ExitCode.pass);
    expect(await nginx.ask(30)).toEqual(Object.fromEntries(BACKENDS.map((name) => [name, 10])));
    expect(out).toContain(`${nginx.upstreamFile}:3  ip_hash;`);
    expect(out).toContain(`${nginx.siteFile}:4  limit_req zone=api_limit burst=2 nodelay;`);
    expect(out).toContain('loadwitness nginx restore');
    expect(await readFile(nginx.siteFile, 'utf8')).toMatch(/^ +proxy_set_header X-Note "ip_hash; limit_req 설명";$/m);

    expect(await restore()).toBe(ExitCode.pass);
    expect(await contents()).toEqual(originals);
    expect(await stateFiles()).toEqual([]);
    // The zone of the limit remembers the first requests.
    expect((await nginx.ask(10))['503']).toBeGreaterThanOrEqual(9);
  });

  it('keeps a dated copy of each original beside it, where no include takes it for a part of the configuration', async () => {
    await relax();
    const backups = [...(await contents())].filter(([name]) => !originals.has(name));
    const names = backups.map(([name]) => path.relative(nginx.folder, name).replace(/\d{8}T\d{6}Z/, '<date>'));
    expect(names.sort()).toEqual(['conf.d/upstream.conf.loadwitness-<date>.bak', 'sites/.kindmap.loadwitness-<date>.bak']);
    expect(backups.map(([, content]) => content)).toEqual([originals.get(nginx.upstreamFile), originals.get(nginx.siteFile)]);
  });

  it('switches only one of them off when only that is asked for, and the other when that is, too', async () => {
    await relax({ rateLimits: true });
    expect(await answering()).toHaveLength(1);
    expect((await contents()).get(nginx.upstreamFile)).toEqual(originals.get(nginx.upstreamFile));
    await relax({ ipHash: true });
    expect(await nginx.ask(9)).toEqual({ a: 3, b: 3, c: 3 });
    await restore();
    expect(await contents()).toEqual(originals);
  });

  it('does nothing the second time, and says so', async () => {
    await relax();
    const once = await contents();
    out = '';
    expect(await relax()).toBe(ExitCode.pass);
    expect(out).toContain('is relaxed already, since ');
    expect(await contents()).toEqual(once);
    expect(await restore()).toBe(ExitCode.pass);
    out = '';
    expect(await restore()).toBe(ExitCode.pass);
    expect(out).toBe('nothing to restore: no nginx was left relaxed\n');
  });

  it('says that there is nothing to switch off', async () => {
    await configure({ nginx: { upstream: 'another' } });
    expect(await relax({ ipHash: true })).toBe(ExitCode.pass);
    expect(out).toBe('nothing to switch off: its configuration has no ip_hash in upstream another\n');
    expect(await contents()).toEqual(originals);
  });

  it('changes nothing where nginx would not start with its configuration as it is', async () => {
    await writeFile(nginx.config, 'no_such_directive;\n', { flag: 'a' });
    originals = await contents();
    const wanted = { message: expect.stringMatching(/nothing is changed: .*unknown directive "no_such_directive"/), exitCode: 4 };
    await expect(relax()).rejects.toMatchObject(wanted);
    expect(await contents()).toEqual(originals);
    expect(await stateFiles()).toEqual([]);
  });

  it('puts the original back where nginx would not start with what it was made', async () => {
    // Whatever the copy is called it becomes a part of the configuration: one upstream twice.
    const text = (await readFile(nginx.config, 'utf8')).replace(
      'include sites',
      'include conf.d/up*bak; include conf.d/.up*bak; include sites',
    );
    await writeFile(nginx.config, text);
    originals = await contents();
    const wanted = { message: expect.stringMatching(/its original is back: nginx -t ended with 1: .*duplicate upstream/), exitCode: 4 };
    await expect(relax()).rejects.toMatchObject(wanted);
    expect(await contents()).toEqual(originals);
    expect(await stateFiles()).toEqual([]);
    expect(await answering(3)).toHaveLength(1);
  });

  it('keeps what somebody else has changed meanwhile', async () => {
    await relax();
    const edited = `${await readFile(nginx.upstreamFile, 'utf8')}# 급한 수정\n`;
    await writeFile(nginx.upstreamFile, edited);
    expect(await restore()).toBe(ExitCode.pass);
    const [[name = '', content] = []] = [...(await contents())].filter(([one]) => !originals.has(one));
    expect(name).toMatch(/upstream\.conf\.loadwitness-.*\.changed$/);
    expect(content?.toString()).toBe(edited);
    expect((await contents()).get(nginx.upstreamFile)).toEqual(originals.get(nginx.upstreamFile));
    expect(out).toContain(name);
  });

  it('goes on with a restore that nginx has refused', async () => {
    await relax();
    await writeFile(nginx.config, 'no_such_directive;\n', { flag: 'a' });
    expect(await restore()).toBe(ExitCode.fail);
    expect(said.join('\n')).toMatch(/its original is back, byte for byte, but nginx has not taken it up: .*no_such_directive/);
    await writeFile(nginx.config, originals.get(nginx.config) ?? '');
    expect(await restore()).toBe(ExitCode.pass);
    expect(await contents()).toEqual(originals);
    expect(await answering(3)).toHaveLength(1);
  });

  it('puts the original back also where nginx does not run any more', async () => {
    await relax();
    process.kill(nginx.pid, 'SIGTERM');
    await expect.poll(() => fetch(nginx.origin).catch(() => 'gone')).toBe('gone');
    expect(await restore()).toBe(ExitCode.pass);
    expect(await contents()).toEqual(originals);
    expect(out).toContain('not reloaded');
  });

  it('does not take an nginx for ended that has only lost its pid file', async () => {
    await relax();
    await rm(path.join(nginx.folder, 'nginx.pid'));
    expect(await restore()).toBe(ExitCode.fail);
    expect(said.join('\n')).toMatch(/nginx has not taken it up: no nginx that runs with/);
    await writeFile(path.join(nginx.folder, 'nginx.pid'), `${nginx.pid}\n`);
    expect(await restore()).toBe(ExitCode.pass);
    expect(await answering(3)).toHaveLength(1);
  });

  it('refuses a public target without --yes, and does not look at nginx', async () => {
    await configure({ target: 'wss://93.184.216.34' });
    const wanted = { message: expect.stringMatching(/93\.184\.216\.34 is public.*--yes/), exitCode: ExitCode.usage };
    await expect(relax()).rejects.toMatchObject(wanted);
    expect(await contents()).toEqual(originals);
    expect(await relax({ yes: true })).toBe(ExitCode.pass);
    expect(await nginx.ask(3)).toEqual({ a: 1, b: 1, c: 1 });
    // Putting back is never refused.
    expect(await restore()).toBe(ExitCode.pass);
  });

  it('refuses a file that the nginx which runs does not read', async () => {
    const other = path.join(home, 'nginx.conf');
    await writeFile(
      other,
      `pid ${nginx.folder}/nginx.pid;\nevents {}\nhttp { upstream fastapi_backend { ip_hash; server 127.0.0.1:9; } }\n`,
    );
    await configure({ nginx: { config: other } });
    await expect(relax()).rejects.toThrow(`does not read ${other}`);
    expect(await readdir(home)).toEqual(['lw.yaml', 'nginx.conf']);
  });

  it('says that it is relaxed by somebody else when the record of it is not here', async () => {
    await relax();
    io.env = { XDG_STATE_HOME: path.join(home, 'another'), LOCALAPPDATA: path.join(home, 'another') };
    await expect(relax()).rejects.toThrow('is relaxed already, by another user or from another machine');
  });
});

describe('nginx relaxed for one run', { timeout: 60_000 }, () => {
  let events: NewEvent[];
  beforeEach(() => {
    events = [];
  });
  const begin = (): Promise<RelaxedRun> => relaxNginx(configOf(), undefined, io, (event) => void events.push(event));
  const told = () => events.flatMap((event) => (event.type === 'target.event' ? [[event.what, event.detail ?? '']] : []));

  it('is in the journal, with the proof that the original is back', async () => {
    const relaxed = await begin();
    expect(await nginx.ask(3)).toEqual({ a: 1, b: 1, c: 1 });
    await Promise.all([relaxed.restore(), relaxed.restore()]);
    expect(await contents()).toEqual(originals);
    expect(events.every((event) => event.type === 'target.event' && event.sampler === 'nginx-relax' && event.component === 'nginx')).toBe(
      true,
    );
    expect(told().map(([what]) => what)).toEqual(['relaxed', 'restored', 'restored']);
    for (const name of [nginx.upstreamFile, nginx.siteFile]) {
      const sha256 = createHash('sha256')
        .update(originals.get(name) ?? '')
        .digest('hex');
      expect(told()[0]?.[1]).toContain(sha256);
      expect(told().map(([, detail]) => detail)).toContain(
        `${name} is the original again, byte for byte (sha256 ${sha256} before and after), reloaded`,
      );
    }
  });

  it('does not reject when the original cannot be put back: it says so, and what was kept stays', async () => {
    const relaxed = await begin();
    await writeFile(nginx.config, 'no_such_directive;\n', { flag: 'a' });
    await relaxed.restore();
    expect(told().at(-1)).toEqual(['restore-failed', expect.stringContaining('no_such_directive')]);
    expect(said.at(-1)).toContain('restore-failed');
    expect(await stateFiles()).toHaveLength(1);
  });

  it('is no business of other commands while the run lasts', async () => {
    const relaxed = await begin();
    expect(await unfinishedRelaxation(configOf(), io.env)).toBeUndefined();
    await expect(relax()).rejects.toThrow('a run that is under way');
    await restore();
    expect(said.join('\n')).toContain('left alone');
    expect(await nginx.ask(3)).toEqual({ a: 1, b: 1, c: 1 });
    await relaxed.restore();
  });

  it('is told by the next command after a crash, and put back before the next relaxation', async () => {
    await beginAndCrash();
    expect(await nginx.ask(3)).toEqual({ a: 1, b: 1, c: 1 });
    const line = await unfinishedRelaxation(configOf(), io.env);
    expect(line).toMatch(
      /^nginx is still relaxed: .*nginx\.conf \(ip_hash and rate limits off since .*; its original is put back by: loadwitness nginx restore$/,
    );
    events = [];
    const relaxed = await begin();
    expect(told().map(([what]) => what)).toEqual(['restored', 'restored', 'relaxed']);
    await relaxed.restore();
    expect(await contents()).toEqual(originals);
    expect(await unfinishedRelaxation(configOf(), io.env)).toBeUndefined();
  });

  it('is put back after a crash between the copy and the last change', async () => {
    await begin();
    await disown();
    await writeFile(nginx.siteFile, originals.get(nginx.siteFile) ?? '');
    expect(await restore()).toBe(ExitCode.pass);
    expect(await contents()).toEqual(originals);
  });

  it('says nothing of the nginx of another target', async () => {
    await begin();
    await disown();
    const other: Config = { ...configOf(), target: 'ws://127.0.0.1:9', nginx: undefined } as never;
    expect(await unfinishedRelaxation(other, io.env)).toBeUndefined();
    expect(await unfinishedRelaxation({ ...other, target: configOf().target }, io.env)).toContain('still relaxed');
  });

  /** Relaxes it in a process that is killed then. */
  async function beginAndCrash(): Promise<void> {
    const module = new URL('../../dist/src/commands/nginx/on-run.js', import.meta.url);
    const script = `
      import { relaxNginx } from ${JSON.stringify(module.href)};
      await relaxNginx(${JSON.stringify(configOf())}, undefined, { say() {}, env: process.env }, () => {});
      process.stdout.write('relaxed');
      setInterval(() => {}, 1000);`;
    const env = { ...process.env, ...io.env };
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [text] = await once(child.stdout, 'data');
    expect(String(text)).toBe('relaxed');
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** As if the process that relaxed it had been killed. */
  async function disown(): Promise<void> {
    const [name = ''] = await stateFiles();
    const state = path.join(home, 'loadwitness', 'nginx-relaxed', name);
    const kept = JSON.parse(await readFile(state, 'utf8'));
    // Linux gives no higher pid than 2 ** 22.
    await writeFile(state, JSON.stringify({ ...kept, owner: { pid: 2 ** 22 + 1 } }));
  }
});
