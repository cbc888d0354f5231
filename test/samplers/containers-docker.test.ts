import { afterEach, beforeAll, expect, it } from 'vitest';
import { connectDocker, type DockerClient } from '../../src/clients/docker.js';
import { containersSampler } from '../../src/samplers/containers.js';
import { cutProxy } from '../helpers/cut-proxy.js';
import { containerName, dockerCli, removeContainer, runContainer } from '../helpers/docker-cli.js';
import { startSampling, valueIn } from '../helpers/sampling.js';
import { until } from '../helpers/until.js';
import { engineOrSkip } from '../stack/engine.js';
import { makeImages } from '../stack/images.js';

const CPU = 'container.cpu.utilization';
const MEMORY = 'container.memory.usage.total';
const IDLE = ['sleep', '3600'];
const PATIENCE_MS = 40_000;

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const describe = await engineOrSkip();

describe('containersSampler with real containers', { timeout: 90_000 }, () => {
  let image: string;
  beforeAll(async () => {
    image = (await makeImages()).node;
  }, 180_000);

  async function container(args: readonly string[], command: readonly string[]): Promise<{ name: string; id: string }> {
    const name = containerName('watched');
    endings.push(() => removeContainer(name));
    return { name, id: await runContainer(name, args, image, command) };
  }

  async function sampling(name: string, docker: DockerClient = connectDocker()) {
    endings.push(() => docker.close());
    const sampler = containersSampler({ docker, components: [{ name: 'one', role: 'backend', container: name }] });
    const sampling = await startSampling(sampler);
    endings.push(() => sampling.stop());
    const gap = () => until('a gap', async () => (await sampling.read()).length === 0, PATIENCE_MS);
    const value = (metric: typeof CPU | typeof MEMORY, attributes = {}) =>
      until(metric, async () => valueIn(await sampling.read(), metric, attributes), PATIENCE_MS);
    const noted = (what: string) =>
      until(
        `the note ${what}`,
        async () => {
          await sampling.read();
          return sampling.notes.find((note) => note.what === what);
        },
        PATIENCE_MS,
      );
    return { ...sampling, sampler, gap, value, noted };
  }

  it('agrees with docker stats', async () => {
    const { name } = await container(['--cpus', '0.5', '--memory', '64m'], ['sh', '-c', 'while :; do :; done']);
    const { read, value } = await sampling(name);
    await value(CPU);
    const differences: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      await read();
      // Takes as long as two messages are apart: both look at about the same second.
      const shown = await dockerCli('stats', '--no-stream', '--format', '{{.CPUPerc}}', name);
      differences.push(Math.abs((await value(CPU)) - Number.parseFloat(shown) / 100));
    }
    differences.sort((a, b) => a - b);
    expect(differences[2]).toBeLessThanOrEqual(0.05);
    const readings = await until('all', async () => {
      const some = await read();
      return valueIn(some, CPU) !== undefined && some;
    });
    expect(valueIn(readings, CPU)).toBeGreaterThan(0.2);
    expect(valueIn(readings, 'container.cpu.quota_utilization')).toBeCloseTo((valueIn(readings, CPU) ?? 0) / 0.5);
    // It wants a whole core and may have half of one.
    expect(valueIn(readings, 'container.cpu.throttled')).toBeGreaterThan(0.5);
    expect(valueIn(readings, 'container.memory.limit')).toBe(64 * 2 ** 20);
  });

  it('leaves a gap while a container is down, tells how it ended, and goes on', async () => {
    const { name, id } = await container([], IDLE);
    const { sampler, ctx, read, gap, value, noted, problems } = await sampling(name);
    await value(MEMORY);
    const [before] = (await sampler.identify?.(ctx)) ?? [];
    await dockerCli('kill', name);
    await gap();
    expect((await noted('die')).detail).toBe(`exit code 137, container ${id.slice(0, 12)}`);
    await until('the reason', async () => {
      await read();
      return problems.some((problem) => problem.includes('not running: exited, exit code 137'));
    });
    await dockerCli('start', name);
    await value(MEMORY, { backend: 'one', container: id.slice(0, 12) });
    expect((await noted('start')).sourceTime).toBeGreaterThan(0);
    const [after] = (await sampler.identify?.(ctx)) ?? [];
    expect(after).toMatchObject({ id: before?.id, image: before?.image });
    expect(after?.startedAt).not.toBe(before?.startedAt);
  });

  it('begins a new series for the container that replaces another', async () => {
    const { name, id } = await container([], IDLE);
    const { value, noted } = await sampling(name);
    await value(MEMORY, { container: id.slice(0, 12) });
    await removeContainer(name);
    const next = await runContainer(name, [], image, IDLE);
    await value(MEMORY, { container: next.slice(0, 12) });
    expect((await noted('replaced')).detail).toBe(`container ${id.slice(0, 12)} by ${next.slice(0, 12)}`);
  });

  it('tells of a pause', async () => {
    const { name } = await container([], IDLE);
    const { value, noted } = await sampling(name);
    await value(MEMORY);
    await dockerCli('pause', name);
    await noted('pause');
    await dockerCli('unpause', name);
    await noted('unpause');
    await value(CPU);
  });

  it('tells of an OOM kill', async () => {
    const eats = 'setTimeout(() => { const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1)); }, 3000)';
    const { name } = await container(['--memory', '96m'], ['node', '-e', eats]);
    const { noted } = await sampling(name);
    await noted('oom');
    expect((await noted('die')).detail).toContain('exit code 137');
  });

  it('tells when health changes', async () => {
    const health = ['--health-cmd', 'cat /tmp/well', '--health-interval', '1s', '--health-retries', '1'];
    const { name } = await container(health, ['sh', '-c', 'echo > /tmp/well; exec sleep 3600']);
    const { sampler, ctx, noted } = await sampling(name);
    await noted('healthy');
    expect(((await sampler.identify?.(ctx)) ?? [])[0]?.health).toBe('healthy');
    await dockerCli('exec', name, 'sh', '-c', 'exec node -e \'require("fs").unlinkSync("/tmp/well")\'');
    await noted('unhealthy');
  });

  it('outlives the loss of the Engine, and is told afterwards what happened meanwhile', async () => {
    const { name, id } = await container([], IDLE);
    const proxy = await cutProxy('/var/run/docker.sock');
    endings.push(() => proxy.end());
    const { value, gap, noted, problems } = await sampling(name, connectDocker({ host: `tcp://127.0.0.1:${proxy.port}` }));
    await value(MEMORY);
    await proxy.cut();
    await gap();
    await noted('lost');
    expect(problems.at(-1)).toMatch(/^one: /);
    await dockerCli('restart', '-t', '0', name);
    await proxy.mend();
    await value(MEMORY, { container: id.slice(0, 12) });
    await noted('reconnected');
    expect((await noted('die')).detail).toContain('exit code 137');
    await noted('restart');
  });
});
