import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Io } from '../../src/commands/io.js';
import { relaxNginxCommand, restoreNginxCommand } from '../../src/commands/nginx.js';
import { ExitCode } from '../../src/errors.js';
import { containerName, containerNetwork, dockerCli, publishedPort, removeContainer, runContainer } from '../helpers/docker-cli.js';
import { ask, BACKENDS, siteText, upstreamText } from '../helpers/relaxable-nginx.js';
import { until } from '../helpers/until.js';
import { engineOrSkip } from '../stack/engine.js';
import { makeImages } from '../stack/images.js';

const PORTS = [9001, 9002, 9003];
const CONF = `
  user root root;
  worker_processes 1;
  error_log /dev/stderr;
  pid /tmp/nginx.pid;
  events { worker_connections 64; }
  http {
    access_log off;
    limit_req_zone $binary_remote_addr zone=api_limit:1m rate=1r/m;
    include /etc/nginx/site/*.conf;
    ${PORTS.map((port, index) => `server { listen ${port}; return 200 ${BACKENDS[index]}; }`).join('\n    ')}
  }
`;
const SITE = `${upstreamText(PORTS.map((port) => `127.0.0.1:${port}`))}\r\n${siteText('8080')}`;
const FILE = '/etc/nginx/site/kindmap.conf';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const describe = await engineOrSkip();

describe('nginx relax and restore, with nginx in a real container', { timeout: 90_000 }, () => {
  let image: string;
  let name: string;
  let folder: string;
  let out: string;
  let io: Io;
  beforeAll(async () => {
    image = (await makeImages()).nginx;
  }, 180_000);

  /** @param mode of the folder with the site: `rw` or `ro` */
  async function start(mode: string): Promise<string> {
    folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-nginx-relax-'));
    endings.push(() => rm(folder, { recursive: true }));
    await writeFile(path.join(folder, 'nginx.conf'), CONF);
    await writeFile(path.join(folder, 'site.conf'), SITE);
    out = '';
    const signal = new AbortController().signal;
    const nobody = { progress: () => undefined, block: () => undefined, keys: () => () => undefined, signal };
    const env = { ...process.env, XDG_STATE_HOME: folder };
    const plain = { isTerminal: false, outIsTerminal: false, colour: false };
    const tell = (text: string): void => {
      out += text;
    };
    io = { ...nobody, ...plain, env, say: tell, out: tell };
    const network = await containerNetwork();
    endings.push(() => network.remove());
    name = containerName('nginx');
    await run(network.name, mode);
    endings.push(() => removeContainer(name));
    await writeFile(
      path.join(folder, 'lw.yaml'),
      stringify({ target: 'ws://127.0.0.1', infrastructure: { nginx: { container: name }, docker: { redis: false } } }),
    );
    return await reached();
  }

  async function run(network: string, mode: string): Promise<void> {
    const mounts = [`${folder}/nginx.conf:/etc/nginx/nginx.conf:ro`, `${folder}/site.conf:${FILE}:${mode}`, '/bin/rm:/bin/rm:ro'];
    const args = ['--network', network, '-p', '127.0.0.1::8080', ...mounts.flatMap((mount) => ['-v', mount])];
    await runContainer(name, args, image, ['nginx', '-c', '/etc/nginx/nginx.conf', '-g', 'daemon off;']);
  }

  async function reached(): Promise<string> {
    const origin = `http://127.0.0.1:${await publishedPort(name, 8080)}`;
    await until('nginx', () => fetch(origin).then(() => true));
    return origin;
  }

  const relax = () => relaxNginxCommand({ config: path.join(folder, 'lw.yaml') }, io);
  const restore = () => restoreNginxCommand({}, io);
  const site = () => readFile(path.join(folder, 'site.conf'), 'utf8');

  it('switches ip_hash and rate limits off, and on again, byte for byte', async () => {
    const origin = await start('rw');
    expect(await relax()).toBe(ExitCode.pass);
    expect(await ask(origin, 9)).toEqual({ a: 3, b: 3, c: 3 });
    const backup = /original: (\S+)/.exec(out)?.[1] ?? '';
    expect(backup).toMatch(/^\/etc\/nginx\/site\/kindmap\.conf\.loadwitness-\d{8}T\d{6}Z\.bak$/);
    expect(await dockerCli('exec', name, 'cat', backup)).toBe(SITE.trim());

    expect(await restore()).toBe(ExitCode.pass);
    expect(await site()).toBe(SITE);
    await expect(dockerCli('exec', name, 'cat', backup)).rejects.toThrow('No such file');
    const after = await ask(origin, 9);
    expect(after['503']).toBeGreaterThan(0);
    expect(Object.keys(after)).toHaveLength(2);
  });

  it('says that a file is mounted read-only before anything is changed', async () => {
    const origin = await start('ro');
    await expect(relax()).rejects.toMatchObject({
      message: expect.stringMatching(
        /was not relaxed, nothing is changed: \/etc\/nginx\/site\/kindmap\.conf in \S+: .*Read-only file system/,
      ),
      exitCode: ExitCode.preflightFailed,
    });
    expect(await restore()).toBe(ExitCode.pass);
    expect(out).toBe('nothing to restore: no nginx was left relaxed\n');
    expect((await ask(origin, 9))['503']).toBeGreaterThan(0);
    await expect(dockerCli('exec', name, 'sh', '-c', 'cat /etc/nginx/site/*.bak')).rejects.toThrow('No such file');
  });

  it('puts back what is mounted also after the container, and the copy in it, is gone', async () => {
    await start('rw');
    await relax();
    expect(await site()).not.toBe(SITE);
    const network = await dockerCli('inspect', '--format', '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}', name);
    await removeContainer(name);
    await run(network, 'rw');
    const origin = await reached();
    expect(await ask(origin, 3)).toEqual({ a: 1, b: 1, c: 1 });
    expect(await restore()).toBe(ExitCode.pass);
    expect(await site()).toBe(SITE);
    expect((await ask(origin, 9))['503']).toBeGreaterThan(0);
  });
});
