import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDocker, type DockerClient } from '../../src/clients/docker.js';
import { STACK_LABEL } from '../../src/demo/containers/options.js';
import type { ContainerStack } from '../../src/demo/containers/stack.js';
import { Client } from '../demo/client.js';
import { until } from '../helpers/until.js';
import { engineOrSkip } from './engine.js';
import { makeImages } from './images.js';
import { startTestStack } from './stack.js';

const describe = await engineOrSkip();
/** Application port 8001, established. */
const HELD = /^\s*\d+: [0-9A-F]+:1F41 [0-9A-F]+:[0-9A-F]+ 01 /;

const docker: DockerClient = connectDocker({ deadlineMs: 20_000 });
afterAll(() => docker.close());

async function leftovers(label: string): Promise<string[]> {
  return (await docker.find({ label })).map(({ name }) => name);
}

async function socketsOf(backend: string): Promise<number> {
  const { stdout } = await docker.exec(backend, ['cat', '/proc/net/tcp', '/proc/net/tcp6']);
  return stdout
    .toString()
    .split('\n')
    .filter((line) => HELD.test(line)).length;
}

describe('a stack of containers', () => {
  let stack: ContainerStack;
  beforeAll(async () => {
    stack = await startTestStack({ stubStatus: true, healthcheck: true, cpus: 0.5, memoryBytes: 200 * 1024 * 1024 });
  }, 240_000);
  afterAll(async () => await stack?.stop());

  it('consists of three backends, Redis and nginx, of which nginx alone is published, and that on this machine alone', async () => {
    const all = await docker.find({ label: `${STACK_LABEL}=${stack.id}` });
    expect(all.map(({ name }) => name)).toEqual([...stack.backends, stack.nginx, stack.redis]);
    expect(stack.backends.map((name) => name.replace(/^kindmap-[0-9a-f]+-/, ''))).toEqual(['fastapi-1', 'fastapi-2', 'fastapi-3']);
    const published = all.flatMap(({ name, ports }) => ports.map((port) => ({ name, ...port })));
    expect(published).toEqual([
      { name: stack.nginx, containerPort: 80, hostAddress: '127.0.0.1', hostPort: Number(new URL(stack.target).port) },
    ]);
    expect(await docker.find({ service: 'fastapi', name: `${stack.network}-*` })).toHaveLength(3);
    const [backend] = all;
    expect(backend).toMatchObject({ cpuQuota: 0.5, memoryLimit: 200 * 1024 * 1024, env: { REDIS_PUBSUB_ENABLED: 'true' } });
    await until('a healthy backend', async () => (await docker.inspect(stack.backends[0] as string)).health === 'healthy', 30_000);
  });

  it('has the Redis of the guide, to which every backend listens', async () => {
    const ask = async (...words: string[]) => (await docker.exec(stack.redis, ['redis-cli', ...words])).stdout.toString();
    expect(await ask('PUBSUB', 'NUMSUB', 'kindmap_events')).toBe('kindmap_events\n3\n');
    expect(await ask('CONFIG', 'GET', 'client-output-buffer-limit')).toContain('pubsub 33554432 8388608 60');
    expect(await ask('CONFIG', 'GET', 'maxmemory')).toContain(String(512 * 1024 * 1024));
  });

  it('holds thirty users through nginx, ten on each backend', async () => {
    const users = await Promise.all(Array.from({ length: 30 }, (_, n) => Client.open(`${stack.target}/api/v1/ws/temp_${n}`)));
    // The Engine's own look at their health is a socket too, for a moment.
    await until('ten on each', async () => (await Promise.all(stack.backends.map(socketsOf))).every((sockets) => sockets === 10));
    const journey = { type: 'start_navigation', origin: '강남', destination: '잠실', disability_type: 'PHY' };
    const routes = await Promise.all(users.map((user) => user.ask(journey, 'route_calculated')));
    expect(new Set(routes.map((route) => route.route_id)).size).toBe(30);
    expect(await (await fetch(stack.statusUrl as string)).text()).toMatch(/^Active connections: 3\d\b/);
    await Promise.all(users.map((user) => user.close()));
    const stderr: Buffer[] = [];
    for (const backend of stack.backends) {
      const log = docker.logs(backend, { since: '0', follow: false }, AbortSignal.timeout(20_000));
      for await (const { stream, data } of log) if (stream === 'stderr') stderr.push(data);
    }
    expect(
      Buffer.concat(stderr)
        .toString()
        .match(/경로 계산 완료/g),
    ).toHaveLength(30);
  });

  it('puts another container with another address in the place of a backend', async () => {
    const name = stack.backends[1] as string;
    const before = await stack.inspect(name);
    await stack.replace(name);
    const after = await stack.inspect(name);
    expect(after.id).not.toBe(before.id);
    expect(after.addresses[0]?.ipv4).not.toBe(before.addresses[0]?.ipv4);
    expect(after.labels).toEqual(before.labels);
    expect(await docker.find({ name: `${stack.network}-fastapi-*` })).toHaveLength(3);
  });

  it('kills, starts, restarts and pauses its parts', async () => {
    const name = stack.backends[2] as string;
    const before = await stack.inspect(name);
    await stack.kill(name);
    expect(await stack.inspect(name)).toMatchObject({ running: false, exitCode: 137 });
    await stack.start(name);
    const after = await stack.inspect(name);
    expect(after).toMatchObject({ id: before.id, running: true });
    expect(after.startedAt).not.toBe(before.startedAt);
    await stack.pause(stack.redis);
    expect((await stack.inspect(stack.redis)).status).toBe('paused');
    await stack.unpause(stack.redis);
    await stack.restart(stack.redis);
    expect((await docker.exec(stack.redis, ['redis-cli', 'PUBSUB', 'NUMSUB', 'kindmap_events'])).exitCode).toBe(0);
  });

  it('leaves nothing behind', async () => {
    await stack.stop();
    expect(await leftovers(`${STACK_LABEL}=${stack.id}`)).toEqual([]);
    expect(existsSync(stack.folder)).toBe(false);
    // The network's name is free again only when the network is gone.
    const again = await startTestStack({ prefix: stack.network, replicas: 1 });
    await expect(startTestStack({ prefix: stack.network, replicas: 1 })).rejects.toThrow(
      `there are containers of these names already: ${stack.network}-fastapi-1, ${stack.network}-nginx, ${stack.network}-redis.`,
    );
    // All parts dead and nobody there: what a machine that went down leaves.
    for (const part of [again.nginx, ...again.backends, again.redis]) await again.kill(part);
    const after = await startTestStack({ prefix: stack.network, replicas: 1 });
    expect(await leftovers(`${STACK_LABEL}=${again.id}`)).toEqual([]);
    await after.stop();
    await after.stop();
    expect(await leftovers(`${STACK_LABEL}=${after.id}`)).toEqual([]);
    await again.stop();
    expect(await leftovers(`${STACK_LABEL}=${again.id}`)).toEqual([]);
  });
});

describe('a stack that does not come up', () => {
  it('says how the log of the failing part ends, and leaves nothing behind', async () => {
    const lines: string[] = [];
    const prefix = `kindmap-broken-${process.pid}`;
    const onProgress = (line: string) => lines.push(line);
    await expect(startTestStack({ prefix, replicas: 2, backendEnv: { PORT: 'nonsense' }, onProgress })).rejects.toThrow(
      new RegExp(`^${prefix}-fastapi-[12] ended while it started \\(exit code 1\\); its log ends in:\n[\\s\\S]*readBackendOptions`),
    );
    expect(lines).toEqual(['starting Redis', 'starting 2 backends']);
    expect(await docker.find({ name: `${prefix}-*` })).toEqual([]);
  });

  it('names the image that is not there, and what to do where there is no registry', async () => {
    const images = { ...(await makeImages()), redis: '127.0.0.1:1/redis:none' };
    await expect(startTestStack({ images })).rejects.toThrow(
      /^the image 127\.0\.0\.1:1\/redis:none is not here and could not be pulled: Docker at [\s\S]*docker load[\s\S]*LOADWITNESS_DEMO_REDIS_IMAGE/,
    );
  });

  it('is given up at a signal', async () => {
    const stop = new AbortController();
    const prefix = `kindmap-stopped-${process.pid}`;
    const starting = startTestStack({ prefix, signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) });
    await expect(starting).rejects.toThrow(/^enough$/);
    expect(await docker.find({ name: `${prefix}-*` })).toEqual([]);
  });
});

describe('a stack whose owner is killed', () => {
  it('is taken down all the same', async () => {
    const prefix = `kindmap-orphan-${process.pid}`;
    const module = path.resolve('dist/src/demo/containers/stack.js');
    const options = { images: await makeImages(), prefix, replicas: 1 };
    const script = `import(${JSON.stringify(module)}).then(async ({ startContainerStack }) => {
      await startContainerStack(${JSON.stringify(options)});
      process.stdout.write('up');
      setInterval(() => {}, 1000);
    })`;
    const owner = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => owner.stdout.once('data', resolve));
    expect(await docker.find({ name: `${prefix}-*` })).toHaveLength(3);
    owner.kill('SIGKILL');
    await until('the end of its containers', async () => (await docker.find({ name: `${prefix}-*` })).length === 0, 30_000);
  }, 90_000);
});
