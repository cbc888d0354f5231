import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContainerEvent, ContainerStats } from '../../src/clients/docker.js';
import { containersSampler } from '../../src/samplers/containers.js';
import { FakeDocker } from '../helpers/fake-docker.js';
import { startSampling, valueIn } from '../helpers/sampling.js';
import { until } from '../helpers/until.js';

const OLD = 'a'.repeat(64);
const NEW = 'b'.repeat(64);
const CPU = 'container.cpu.utilization';

let docker: FakeDocker;
let stop: (() => Promise<void>) | undefined;
beforeEach(() => {
  docker = new FakeDocker();
  docker.add({ id: OLD, name: 'kindmap-fastapi-1' });
});
afterEach(() => stop?.());

async function sampling(name = 'fastapi-1', role: 'backend' | 'redis' = 'backend') {
  const sampling = await startSampling(containersSampler({ docker, components: [{ name, role, container: 'kindmap-fastapi-1' }] }));
  stop = sampling.stop;
  return sampling;
}

/** A message of a container that has been fully busy on one core for so many seconds. */
function message(seconds: number): ContainerStats {
  return {
    read: seconds * 1_000,
    cpuTotal: seconds * 1e9,
    systemTotal: 1e12 + seconds * 4e9,
    onlineCpus: 4,
    periods: 0,
    throttledPeriods: 0,
    memoryUsage: 100,
    inactiveFile: 0,
    memoryLimit: 1_000,
    pids: 1,
  };
}

/** Waits for the stats of a container to be asked for. */
const statsOf = (id: string) => until(`the stats of ${id}`, () => docker.stat.get(id));

const eventsAsked = (times: number) => until('events', () => docker.asked.eventsSince.length === times);

function event(action: string, of: Partial<ContainerEvent> = {}): ContainerEvent {
  return { time: 5_000, action, id: OLD, name: 'kindmap-fastapi-1', attributes: {}, ...of };
}

describe('containersSampler', () => {
  it('reckons rates from what came since the last reading', async () => {
    const { read, problems } = await sampling();
    const stats = await statsOf(OLD);
    for (const second of [1, 2, 3]) stats.push(message(second));
    const first = await until('a reading', async () => {
      const readings = await read();
      return valueIn(readings, CPU) !== undefined && readings;
    });
    expect(valueIn(first, CPU)).toBe(1);
    expect(first[0]?.attributes).toEqual({ backend: 'fastapi-1', container: 'aaaaaaaaaaaa' });
    // No message since: how much memory there was stays true, a rate has nothing to be reckoned from.
    const again = await read();
    expect(valueIn(again, CPU)).toBeUndefined();
    expect(valueIn(again, 'container.memory.usage.total')).toBe(100);
    stats.push({ ...message(5), cpuTotal: 4e9 });
    const later = await until('another', async () => valueIn(await read(), CPU));
    expect(later).toBe(0.5);
    expect(problems).toEqual([]);
  });

  it('names what is no backend a component', async () => {
    const { read } = await sampling('redis', 'redis');
    (await statsOf(OLD)).push(message(1));
    const readings = await until('a reading', async () => {
      const some = await read();
      return some.length > 0 && some;
    });
    expect(readings[0]?.attributes).toEqual({ component: 'redis', container: 'aaaaaaaaaaaa' });
  });

  it('begins new series for a container in the place of another, and says so', async () => {
    const { read, notes } = await sampling();
    (await statsOf(OLD)).push(message(100));
    await until('a reading', async () => (await read()).length > 0);
    await eventsAsked(1);
    // The old one lives on under another name: its stats do not end.
    docker.containers.clear();
    docker.add({ id: NEW, name: 'kindmap-fastapi-1', startedAt: '2026-01-01T00:01:00Z' });
    docker.event.push(event('start', { id: NEW }));
    const stats = await statsOf(NEW);
    stats.push(message(1));
    stats.push(message(2));
    const readings = await until('CPU of the new one', async () => {
      const some = await read();
      return some.some(({ name }) => name === CPU) && some;
    });
    expect(new Set(readings.map(({ attributes }) => attributes?.container))).toEqual(new Set(['bbbbbbbbbbbb']));
    expect(valueIn(readings, CPU)).toBe(1);
    expect(notes).toEqual([
      { component: 'fastapi-1', what: 'start', detail: 'container bbbbbbbbbbbb', sourceTime: 5_000 },
      {
        component: 'fastapi-1',
        what: 'replaced',
        detail: 'container aaaaaaaaaaaa by bbbbbbbbbbbb',
        sourceTime: Date.parse('2026-01-01T00:01:00Z'),
      },
    ]);
  });

  it('leaves a gap and says why while the container does not run', async () => {
    docker.add({ id: OLD, name: 'kindmap-fastapi-1', running: false, status: 'exited', exitCode: 137 });
    const { read, problems } = await sampling();
    expect(await read()).toEqual([]);
    expect(problems).toEqual(['fastapi-1: its container is not running: exited, exit code 137']);
  });

  it('leaves a gap where there is no such container', async () => {
    docker.containers.clear();
    const { read, problems } = await sampling();
    expect(await read()).toEqual([]);
    expect(problems).toEqual(['fastapi-1: there is no container kindmap-fastapi-1']);
  });

  it('leaves a gap while the Engine is lost, goes on when it is back, and asks for the events that were missed', async () => {
    const { read, problems, notes } = await sampling();
    const stats = await statsOf(OLD);
    stats.push(message(1));
    await until('a reading', async () => (await read()).length > 0);
    await eventsAsked(1);
    docker.event.push(event('oom', { time: 7_000 }));
    await until('the event', async () => {
      await read();
      return notes.length === 1;
    });

    docker.lost = new Error('connection refused');
    docker.stat.delete(OLD);
    stats.end(docker.lost);
    docker.event.end(docker.lost);
    await until('a gap', async () => (await read()).length === 0);
    expect(problems).toContain('fastapi-1: connection refused');
    await until('the loss', async () => {
      await read();
      return notes.length === 2;
    });

    docker.lost = undefined;
    (await statsOf(OLD)).push(message(60));
    await until('a reading', async () => (await read()).length > 0);
    await eventsAsked(2);
    // Told again, as the one of the last moment is, and then what happened meanwhile.
    docker.event.push(event('oom', { time: 7_000 }));
    docker.event.push(event('die', { time: 8_000, attributes: { exitCode: '137' } }));
    await until('the missed event', async () => {
      await read();
      return notes.length === 4;
    });
    expect(docker.asked.eventsSince).toEqual([1_000, 7_000]);
    expect(notes.map(({ component, what, detail, sourceTime }) => [component, what, detail, sourceTime])).toEqual([
      ['fastapi-1', 'oom', 'container aaaaaaaaaaaa', 7_000],
      ['docker', 'lost', 'connection refused', undefined],
      ['docker', 'reconnected', undefined, undefined],
      ['fastapi-1', 'die', 'exit code 137, container aaaaaaaaaaaa', 8_000],
    ]);
  });

  it('tells a start that no event told', async () => {
    const { read, notes } = await sampling();
    const stats = await statsOf(OLD);
    const startedAt = '2026-01-01T00:05:00Z';
    docker.add({ id: OLD, name: 'kindmap-fastapi-1', startedAt });
    docker.stat.delete(OLD);
    stats.end();
    (await statsOf(OLD)).push(message(1));
    await until('the start', async () => {
      await read();
      return notes.length > 0;
    });
    expect(notes).toEqual([
      {
        component: 'fastapi-1',
        what: 'start',
        detail: 'container aaaaaaaaaaaa, seen afterwards: its event was missed',
        sourceTime: Date.parse(startedAt),
      },
    ]);
  });

  it('tells what happens to its own containers alone', async () => {
    const { read, notes } = await sampling();
    await eventsAsked(1);
    for (const action of ['kill', 'health_status: unhealthy', 'attach', 'pause']) {
      docker.event.push(event(action, { attributes: { signal: '9' } }));
      docker.event.push(event(action, { id: NEW, name: 'another' }));
    }
    await until('the last', async () => {
      await read();
      return notes.some(({ what }) => what === 'pause');
    });
    expect(notes.map(({ what, detail }) => `${what}: ${detail}`)).toEqual([
      'kill: signal 9, container aaaaaaaaaaaa',
      'unhealthy: container aaaaaaaaaaaa',
      'pause: container aaaaaaaaaaaa',
    ]);
  });

  it('says who the components are, and names those that cannot be looked at', async () => {
    docker.add({ id: OLD, name: 'kindmap-fastapi-1', health: 'healthy', restartCount: 2 });
    const sampler = containersSampler({
      docker,
      components: [
        { name: 'fastapi-1', role: 'backend', container: 'kindmap-fastapi-1' },
        { name: 'nginx', role: 'nginx', container: 'kindmap-nginx' },
      ],
    });
    const { ctx, problems, ...one } = await startSampling(sampler);
    stop = one.stop;
    expect(await sampler.identify?.(ctx)).toEqual([
      {
        name: 'fastapi-1',
        role: 'backend',
        source: 'docker',
        id: OLD,
        image: 'sha256:1',
        startedAt: '2026-01-01T00:00:00.000000001Z',
        restartCount: 2,
        health: 'healthy',
      },
    ]);
    expect(problems).toEqual(['nginx: there is no container kindmap-nginx']);
  });

  it('brings the facts to the evidence without the values of variables and labels', async () => {
    docker.add({
      id: OLD,
      name: 'kindmap-fastapi-1',
      env: { JWT_SECRET: 'hidden-1', REDIS_PUBSUB_ENABLED: 'true' },
      labels: { 'com.docker.compose.service': 'fastapi', 'proxy.auth': 'hidden-2' },
      ports: [{ containerPort: 8001, hostAddress: '127.0.0.1', hostPort: 18001 }],
      cpuQuota: 0.5,
      memoryLimit: 256 * 2 ** 20,
    });
    const sampler = containersSampler({ docker, components: [{ name: 'fastapi-1', role: 'backend', container: 'kindmap-fastapi-1' }] });
    const { ctx, ...one } = await startSampling(sampler);
    stop = one.stop;
    const files = (await sampler.snapshot?.('before', ctx)) ?? [];
    expect(files.map(({ path, status }) => [path, status])).toEqual([
      ['docker/before.json', 'ok'],
      ['docker/containers-before.txt', 'ok'],
    ]);
    const [json, table] = files.map(({ content }) => String(content));
    expect(`${json}${table}`).not.toContain('hidden');
    expect(JSON.parse(json ?? '')).toMatchObject({
      engine: { version: '1', cores: 4 },
      containers: [
        {
          component: 'fastapi-1',
          id: OLD,
          digests: ['kindmap/fastapi@sha256:1'],
          env: { JWT_SECRET: null, REDIS_PUBSUB_ENABLED: 'true' },
          labels: { 'com.docker.compose.service': 'fastapi', 'proxy.auth': null },
        },
      ],
    });
    expect(table).toMatch(/^COMPONENT +CONTAINER .*\nfastapi-1 +aaaaaaaaaaaa .* 0\.5 +256 MiB +127\.0\.0\.1:18001->8001\n$/);
  });

  it('says which files are missing where the Engine is lost', async () => {
    docker.lost = new Error('connection refused');
    const sampler = containersSampler({ docker, components: [{ name: 'a', role: 'backend', container: 'a' }] });
    const { ctx, ...one } = await startSampling(sampler);
    stop = one.stop;
    const reason = 'a: connection refused; the Engine: connection refused';
    expect(await sampler.snapshot?.('after', ctx)).toEqual([
      { path: 'docker/after.json', status: 'missing', reason },
      { path: 'docker/containers-after.txt', status: 'missing', reason },
    ]);
  });
});
