import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectDocker } from '../../src/clients/docker.js';
import { discover } from '../../src/commands/discover.js';
import type { Config } from '../../src/config/config.js';
import type { ConfigLayer } from '../../src/config/layer.js';
import { loadConfig } from '../../src/config/load.js';
import { KnownError } from '../../src/errors.js';
import { containerNetwork, removeContainer, runContainer } from '../helpers/docker-cli.js';
import { FakeDocker } from '../helpers/fake-docker.js';
import { until } from '../helpers/until.js';
import { engineOrSkip } from '../stack/engine.js';
import { makeImages } from '../stack/images.js';

/** It finds by name only, with one `*` at the end. */
class Engine extends FakeDocker {
  override async find(selector: { name?: string } = {}) {
    if (this.lost) throw this.lost;
    const all = await super.find();
    return all.filter(({ name }) => selector.name === undefined || name.startsWith(selector.name.replace(/\*$/, '')));
  }
}

function configOf(base: ConfigLayer): Config {
  return loadConfig({ flags: { target: 'ws://127.0.0.1' }, env: {}, base }).config;
}

/** The guide's containers. */
function guide(): Engine {
  const engine = new Engine();
  for (const n of [1, 2, 3]) engine.add({ id: `f${n}`, name: `kindmap-fastapi-${n}` });
  engine.add({ id: 'r', name: 'kindmap-redis', addresses: [{ network: 'n', ipv4: '127.0.0.1' }] });
  engine.add({ id: 'n', name: 'kindmap-nginx' });
  return engine;
}

async function refusal(config: Config, engine: FakeDocker): Promise<KnownError> {
  const error: unknown = await discover(config, engine, { env: {} }).catch((caught: unknown) => caught);
  if (error instanceof KnownError) return error;
  throw new Error('found', { cause: error });
}

describe('discover', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** The port of something that takes connections on 127.0.0.1. */
  async function listen(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    servers.push(server);
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    return address.port;
  }

  it('leaves a configuration without Docker as it is', async () => {
    const config = configOf({});
    expect(await discover(config, new Engine())).toEqual({ config, notices: [] });
  });

  it('makes backends of the containers it finds, as many as there are', async () => {
    const { config, notices } = await discover(configOf({ docker: {} }), guide(), { env: {} });
    expect(config.backends).toEqual(
      [1, 2, 3].map((n) => ({ name: `kindmap-fastapi-${n}`, container: `kindmap-fastapi-${n}`, port: 8001 })),
    );
    expect(config).toMatchObject({ replicas: 3, nginx: { container: 'kindmap-nginx' } });
    expect(notices).toEqual(['Redis cannot be reached from here: redis-cli is run in the container kindmap-redis']);
    expect((await discover(configOf({ docker: {}, replicas: 4 }), guide(), { env: {} })).config.replicas).toBe(4);
  });

  it('keeps what the configuration says of a backend', async () => {
    const backends = [
      { name: 'first', container: 'kindmap-fastapi-1', port: 9001, log: '/var/log/first.log' },
      { name: 'beside', pid: 5 },
    ];
    const { config } = await discover(configOf({ docker: {}, backends }), guide(), { env: {} });
    expect(config.backends.map(({ name }) => name)).toEqual(['first', 'kindmap-fastapi-2', 'kindmap-fastapi-3', 'beside']);
    expect(config.backends[0]).toEqual(backends[0]);
    expect(config.backends[3]).toEqual(backends[1]);
  });

  it('counts a stopped container, and says so; one of `docker compose run` is none', async () => {
    const engine = guide();
    engine.add({ id: 'x', name: 'kindmap-fastapi-2', running: false, status: 'exited' });
    engine.add({ id: 'y', name: 'kindmap-fastapi-run-1', labels: { 'com.docker.compose.oneoff': 'True' } });
    const { config, notices } = await discover(configOf({ docker: { redis: null } }), engine, { env: {} });
    expect(config.replicas).toBe(3);
    expect(notices).toEqual(['the container kindmap-fastapi-2 is exited: it counts as a backend, and its readings will be missing']);
  });

  it('takes the port from the configuration, else from what is published, else says that it is not known', async () => {
    const find = async (engine: Engine, base: ConfigLayer) => {
      const docker = { backends: { name: 'app-*' } };
      const { config } = loadConfig({ flags: { target: 'ws://h', scenario: 'own.js' }, env: {}, base: { docker, ...base } });
      return await discover(config, engine, { env: {} });
    };
    const engine = new Engine();
    engine.add({ id: 'a', name: 'app-1', ports: [{ containerPort: 80, hostAddress: '', hostPort: 8080 }] });
    expect((await find(engine, {})).config.backends).toEqual([{ name: 'app-1', container: 'app-1', port: 80 }]);
    expect((await find(engine, { backends: [{ name: 'app-9', port: 7 }] })).config.backends[0]).toMatchObject({ port: 7 });
    engine.add({ id: 'a', name: 'app-1' });
    const unknown = await find(engine, {});
    expect(unknown.config.backends).toEqual([{ name: 'app-1', container: 'app-1' }]);
    expect(unknown.notices).toEqual([expect.stringContaining('infrastructure.docker.port names it')]);
  });

  it('reaches Redis at its own address where the containers run here', async () => {
    const port = await listen();
    const engine = guide();
    const redis = { channel: 'c', access: { port, password: 'p@ss', db: 2 } };
    engine.isLocal = true;
    const { config, notices } = await discover(configOf({ docker: {}, redis }), engine, { env: {} });
    expect(config.redis).toEqual({ url: `redis://:p%40ss@127.0.0.1:${port}/2`, channel: 'c', lists: ['1/celery'] });
    expect(notices).toEqual([]);
    engine.isLocal = false;
    const remote = await discover(configOf({ docker: {}, redis }), engine, { env: {} });
    expect(remote.config.redis).toMatchObject({ url: `redis://:p%40ss@127.0.0.1:${port}/2`, container: 'kindmap-redis' });
  });

  it('reaches Redis through a published port, unless that is another machine’s', async () => {
    const port = await listen();
    const engine = guide();
    engine.add({ id: 'r', name: 'kindmap-redis', ports: [{ containerPort: 6379, hostAddress: '0.0.0.0', hostPort: port }] });
    const here = await discover(configOf({ docker: {} }), engine, { env: {} });
    expect(here.config.redis).toEqual({ url: `redis://127.0.0.1:${port}/0`, channel: 'kindmap_events', lists: ['1/celery'] });
    const there = await discover(configOf({ docker: {} }), engine, { env: { DOCKER_HOST: 'ssh://me@docker.invalid' } });
    expect(there.config.redis).toMatchObject({ url: 'redis://127.0.0.1:6379/0', container: 'kindmap-redis' });
  });

  it('never overrides the address that somebody gave', async () => {
    const engine = guide();
    engine.isLocal = true;
    const redis = { url: 'redis://cache:6379' };
    expect((await discover(configOf({ docker: {}, redis }), engine, { env: {} })).config.redis).toMatchObject(redis);
    const inside = { url: 'redis://127.0.0.1:6379', container: 'kindmap-redis' };
    expect((await discover(configOf({ docker: {}, redis: inside }), engine, { env: {} })).config.redis).toMatchObject(inside);
  });

  it('goes on without a container of Redis or nginx where they are known otherwise', async () => {
    const engine = new Engine();
    engine.add({ id: 'f', name: 'kindmap-fastapi-1' });
    const base = { docker: {}, redis: { url: 'redis://cache' }, nginx: { statusUrl: 'http://proxy/status' } };
    const { config, notices } = await discover(configOf(base), engine, { env: {} });
    expect(config.docker).toEqual({ backends: { name: 'kindmap-fastapi-*' }, port: 8001 });
    expect(config.nginx).toEqual({ upstream: 'fastapi_backend', method: 'ip_hash', statusUrl: 'http://proxy/status' });
    expect(notices).toEqual([
      'there is no container kindmap-redis: only Redis itself is asked, not Docker about it',
      'there is no container kindmap-nginx: of nginx only what the configuration names is read',
    ]);
  });

  it.each([
    ['kindmap-fastapi-', 'for the name kindmap-fastapi-*', '--docker-backends'],
    ['kindmap-redis', 'kindmap-redis', 'infrastructure.docker.redis'],
    ['kindmap-nginx', 'kindmap-nginx', 'infrastructure.docker.nginx'],
  ])('refuses to go on without %s, and says what there is', async (gone, wanted, mend) => {
    const engine = guide();
    for (const name of engine.containers.keys()) if (name.startsWith(gone)) engine.containers.delete(name);
    engine.add({ id: 'o', name: 'other', running: false, status: 'exited' });
    const error = await refusal(configOf({ docker: {} }), engine);
    expect(error.exitCode).toBe(4);
    expect(error.message).toContain(`Docker has no container ${wanted}: there are `);
    expect(error.message).toContain('other (exited)');
    expect(error.message).toContain(mend);
  });

  it('says that Docker cannot be asked, and how to mend it', async () => {
    const engine = guide();
    engine.lost = new Error('Docker at /var/run/docker.sock: connect EACCES');
    const error = await refusal(configOf({ docker: {} }), engine);
    expect(error.exitCode).toBe(4);
    expect(error.message).toMatch(/^Docker cannot be asked .*\/var\/run\/docker\.sock: connect EACCES; .*--docker <host>/);
  });

  it('names the host that does not answer', async () => {
    const docker = connectDocker({ host: 'unix:///nowhere/docker.sock', env: {} });
    const error: unknown = await discover(configOf({ docker: {} }), docker, { env: {} }).catch((caught: unknown) => caught);
    docker.close();
    expect(error).toBeInstanceOf(KnownError);
    expect(String(error)).toContain('/nowhere/docker.sock');
  });
});

(await engineOrSkip())('discover on a real Engine', () => {
  const prefix = `lw-discover-${randomBytes(4).toString('hex')}`;
  const names = ['app-2', 'app-10', 'redis'].map((name) => `${prefix}-${name}`);
  let network: Awaited<ReturnType<typeof containerNetwork>> | undefined;
  beforeAll(async () => {
    const { redis } = await makeImages();
    network = await containerNetwork();
    for (const name of names) {
      await runContainer(name, ['--network', network.name], redis, ['redis-server', '--save', '', '--protected-mode', 'no']);
    }
  }, 180_000);
  afterAll(async () => {
    for (const name of names) await removeContainer(name);
    await network?.remove();
  }, 60_000);

  it('finds the containers and the address of Redis', async () => {
    const docker = connectDocker();
    try {
      const base = { docker: { backends: { name: `${prefix}-app-*` }, redis: `${prefix}-redis`, nginx: null, port: 6379 } };
      const config = configOf(base);
      const { addresses } = await docker.inspect(`${prefix}-redis`);
      const found = await until('Redis listens', async () => {
        const answer = await discover(config, docker);
        return answer.notices.length === 0 && answer;
      });
      expect(found.config.backends.map(({ name }) => name)).toEqual([`${prefix}-app-2`, `${prefix}-app-10`]);
      expect(found.config.replicas).toBe(2);
      expect(found.config.redis).toEqual({ url: `redis://${addresses[0]?.ipv4}:6379/0`, channel: 'kindmap_events', lists: ['1/celery'] });
    } finally {
      docker.close();
    }
  }, 60_000);
});
