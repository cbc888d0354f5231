import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { connectDocker } from '../../src/clients/docker.js';
import { clocksSampler } from '../../src/samplers/clocks.js';
import { FakeDocker } from '../helpers/fake-docker.js';
import { startSampling } from '../helpers/sampling.js';
import { engineOrSkip } from '../stack/engine.js';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** An HTTP server that has this Date. */
async function serverAt(date: () => number, status = 404): Promise<string> {
  const server = createServer((_, response) => {
    response.sendDate = false;
    response.writeHead(status, { date: new Date(date()).toUTCString() }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ourNow = () => performance.timeOrigin + performance.now();

describe('clocksSampler', () => {
  it('tells each clock with its uncertainty, and has no readings', async () => {
    const docker = new FakeDocker();
    docker.engine = async () => ({ time: ourNow() - 60_000, cores: 1, memory: 1, version: '1', isLocal: true });
    const target = `ws://${await serverAt(() => Date.now() + 3_600_000)}/api`;
    const sampler = clocksSampler({ redis: async () => ourNow() + 5_000, docker, target });
    const { read, clocks, problems } = await startSampling(sampler);
    expect(await read()).toEqual([]);
    expect(problems).toEqual([]);
    expect(clocks.map(({ source }) => source).sort()).toEqual(['docker', 'http', 'redis']);
    const truth: Record<string, number> = { docker: -60_000, http: 3_600_000, redis: 5_000 };
    for (const { source, offsetMs, uncertaintyMs } of clocks) {
      // Date.now() and ours may be apart by a millisecond or two.
      expect(Math.abs(offsetMs - (truth[source] ?? Number.NaN))).toBeLessThanOrEqual(uncertaintyMs + 2);
      expect(uncertaintyMs).toBeGreaterThan(0);
    }
    expect(clocks.find(({ source }) => source === 'http')?.uncertaintyMs).toBeLessThanOrEqual(1_100);
  });

  it('says which clock cannot be read', async () => {
    const docker = new FakeDocker();
    docker.lost = new Error('connection refused');
    const sampler = clocksSampler({ redis: async () => ourNow(), docker });
    const { read, clocks, problems } = await startSampling(sampler);
    expect(await read()).toEqual([]);
    expect(clocks.map(({ source }) => source)).toEqual(['redis']);
    expect(problems).toEqual(['the clock of docker: connection refused']);
  });
});

const describeWithEngine = await engineOrSkip();

describeWithEngine('clocksSampler with a real Engine', () => {
  it('sees that the Engine of this machine has our clock', async () => {
    const docker = connectDocker();
    endings.push(() => docker.close());
    const { read, clocks } = await startSampling(clocksSampler({ docker }));
    await read();
    expect(clocks).toHaveLength(1);
    const [{ offsetMs, uncertaintyMs } = { offsetMs: Number.NaN, uncertaintyMs: Number.NaN }] = clocks;
    // The monotonic clock of this process and the system's drift apart a little.
    expect(Math.abs(offsetMs)).toBeLessThanOrEqual(uncertaintyMs + 50);
  });
});
