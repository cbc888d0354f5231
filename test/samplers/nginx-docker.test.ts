import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { connectDocker, type DockerClient } from '../../src/clients/docker.js';
import type { NginxProcesses } from '../../src/clients/nginx/processes.js';
import { type NginxOptions, nginxSampler } from '../../src/samplers/nginx.js';
import { containerName, containerNetwork, dockerCli, publishedPort, removeContainer, runContainer } from '../helpers/docker-cli.js';
import { startSampling, valueIn } from '../helpers/sampling.js';
import { until } from '../helpers/until.js';
import { engineOrSkip } from '../stack/engine.js';
import { makeImages } from '../stack/images.js';

const CONF = `
  user root root;
  worker_processes 2;
  error_log /dev/stderr;
  pid /tmp/nginx.pid;
  events { worker_connections 64; }
  http {
    access_log off;
    server {
      listen 8080;
      location /status { stub_status; }
      location /refused { proxy_pass http://127.0.0.1:9; }
    }
  }`;
const PATTERNS = { refused: 'connect\\(\\) failed \\(111', worker_connections: 'worker_connections are not enough' };

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const describe = await engineOrSkip();

describe('nginxSampler with a real container', { timeout: 90_000 }, () => {
  let image: string;
  beforeAll(async () => {
    image = (await makeImages()).nginx;
  }, 180_000);

  async function nginx(): Promise<{ name: string; port: number; origin: string }> {
    const folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-nginx-'));
    endings.push(() => rm(folder, { recursive: true }));
    await writeFile(path.join(folder, 'nginx.conf'), CONF);
    const network = await containerNetwork();
    endings.push(() => network.remove());
    const name = containerName('nginx');
    endings.push(() => removeContainer(name));
    const args = ['--network', network.name, '-p', '127.0.0.1::8080', '-v', `${folder}/nginx.conf:/etc/nginx/nginx.conf:ro`];
    await runContainer(name, args, image, ['nginx', '-c', '/etc/nginx/nginx.conf', '-g', 'daemon off;']);
    const port = await publishedPort(name, 8080);
    const origin = `http://127.0.0.1:${port}`;
    await until('nginx', async () => (await fetch(`${origin}/status`)).ok);
    return { name, port, origin };
  }

  async function sampling(options: NginxOptions & { docker: DockerClient }) {
    endings.push(() => options.docker.close());
    const sampler = nginxSampler({ patterns: PATTERNS, ...options });
    const sampling = await startSampling(sampler);
    endings.push(() => sampling.stop());
    return { sampler, ...sampling };
  }

  it('counts the connections that stub_status calls active, without it', async () => {
    const { name, port, origin } = await nginx();
    const { read, notes } = await sampling({ docker: connectDocker(), container: name });
    for (let opened = 0; opened < 12; opened += 1) {
      const socket = connect(port, '127.0.0.1');
      endings.push(() => socket.destroy());
      await once(socket, 'connect');
    }
    // Its page is asked for on a connection of its own, which it counts.
    const active = async () => {
      const text = await (await fetch(`${origin}/status`, { headers: { connection: 'close' } })).text();
      return Number(/Active connections: (\d+)/.exec(text)?.[1]) - 1;
    };
    const readings = await until('the same number', async () => {
      const some = await read();
      return valueIn(some, 'nginx.connections_current', { state: 'active' }) === (await active()) && some;
    });
    const count = valueIn(readings, 'nginx.connections_current', { state: 'active' });
    expect(count).toBeGreaterThanOrEqual(12);
    expect(valueIn(readings, 'nginx.connections_established', { port: '8080' })).toBe(count);
    expect(notes.filter(({ what }) => what === 'connections-method')).toHaveLength(1);
  });

  it('counts refusals of upstreams in what the container writes', async () => {
    const { name, origin } = await nginx();
    const { read } = await sampling({ docker: connectDocker(), container: name });
    for (let asked = 0; asked < 3; asked += 1) expect((await fetch(`${origin}/refused`)).status).toBe(502);
    const readings = await until('three refusals', async () => {
      const some = await read();
      return valueIn(some, 'log.matches', { pattern: 'refused' }) === 3 && some;
    });
    expect(valueIn(readings, 'log.matches', { pattern: 'worker_connections' })).toBe(0);
    expect(readings.filter(({ name }) => name.startsWith('log.')).every(({ attributes }) => attributes?.component === 'nginx')).toBe(true);
  });

  it('tells a reload, which changes the workers, from a restart, which changes the master', async () => {
    const { name } = await nginx();
    const engine = connectDocker();
    const { sampler, ctx } = await sampling({ docker: engine, container: name });
    const [conf, workers] = (await sampler.snapshot?.('before', ctx)) ?? [];
    expect(conf).toMatchObject({ path: 'nginx/before.conf', status: 'ok' });
    expect(conf?.content).toMatch(/^# configuration file \/etc\/nginx\/nginx.conf:[\s\S]*worker_connections 64/);
    expect(workers).toMatchObject({ path: 'nginx/workers-before.json', status: 'ok' });
    const before = JSON.parse(String(workers?.content)) as NginxProcesses;
    expect(before.pidsOf).toBe('host');
    expect(before.workers).toHaveLength(2);
    const age = Date.now() - Date.parse(before.master.startedAt);
    expect(Math.abs(age)).toBeLessThan(60_000);

    const now = async () => JSON.parse(String((await sampler.snapshot?.('after', ctx))?.[1]?.content)) as NginxProcesses;
    await dockerCli('kill', '-s', 'HUP', name);
    const reloaded = await until('new workers', async () => {
      const seen = await now();
      return seen.workers.length === 2 && seen.workers.every(({ pid }) => !before.workers.some((old) => old.pid === pid)) && seen;
    });
    expect(reloaded.master).toEqual(before.master);
    await dockerCli('restart', name);
    const restarted = await until('another master', async () => {
      const seen = await now();
      return seen.master.startTicks !== before.master.startTicks && seen.workers.length === 2 && seen;
    });
    expect(Date.parse(restarted.master.startedAt)).toBeGreaterThan(Date.parse(before.master.startedAt));
  });

  it('sees the same processes by cat in the container', async () => {
    const { name } = await nginx();
    const engine = connectDocker();
    const here = await sampling({ docker: engine, container: name });
    // As of an Engine whose processes are not to be seen here.
    const elsewhere: DockerClient = Object.assign(Object.create(engine), {
      inspect: async (container: string, signal?: AbortSignal) => ({ ...(await engine.inspect(container, signal)), pid: 0 }),
    });
    const there = await sampling({ docker: elsewhere, container: name });
    const [one, other] = await Promise.all(
      [here, there].map(async ({ sampler, ctx }) => {
        const files = (await sampler.snapshot?.('before', ctx)) ?? [];
        return JSON.parse(String(files[1]?.content)) as NginxProcesses;
      }),
    );
    expect([one?.pidsOf, other?.pidsOf]).toEqual(['host', 'container']);
    expect(other?.master).toEqual({ ...one?.master, pid: 1 });
    const ticks = (seen: NginxProcesses | undefined) => seen?.workers.map(({ startTicks, command }) => `${startTicks} ${command}`).sort();
    expect(ticks(other)).toEqual(ticks(one));
  });

  it('says why there is no evidence of a container that is not there', async () => {
    const { sampler, ctx, read } = await sampling({ docker: connectDocker(), container: containerName('none') });
    for (const file of (await sampler.snapshot?.('before', ctx)) ?? []) {
      expect(file).toMatchObject({ status: 'missing', reason: expect.stringContaining('there is no container') });
      expect(file.content).toBeUndefined();
    }
    await expect(read()).rejects.toThrow('there is no container');
  });
});
