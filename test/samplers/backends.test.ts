import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { totalmem } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { type BackendProcess, backendsSampler } from '../../src/samplers/backends.js';
import { startChild } from '../helpers/child.js';
import { uncommonPort } from '../helpers/free-port.js';
import { startSampling, valueIn } from '../helpers/sampling.js';
import { until } from '../helpers/until.js';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function child(script: string) {
  const started = startChild(process.execPath, ['-e', script]);
  endings.push(() => started.end());
  return started;
}

/** A listener of this process with `count` established connections. */
async function connections(address: string, count: number, wantedPort?: number): Promise<number> {
  const server = createServer((socket) => endings.push(() => socket.destroy())).listen(wantedPort ?? (await uncommonPort()), address);
  await once(server, 'listening');
  endings.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  for (let opened = 0; opened < count; opened += 1) {
    const socket = connect(port, address);
    await once(socket, 'connect');
    endings.push(() => socket.destroy());
  }
  return port;
}

const IDLE = 'setInterval(() => {}, 1000)';

describe.runIf(process.platform === 'linux')('backendsSampler', () => {
  it('tells the busy backend from the idle one', async () => {
    const busy = child('for (;;) {}');
    const idle = child(IDLE);
    const { read, problems } = await startSampling(
      backendsSampler([
        { name: 'busy', pid: busy.pid },
        { name: 'idle', pid: idle.pid },
      ]),
    );
    const readings = await until('CPU of both', async () => {
      const now = await read();
      const [one, other] = ['busy', 'idle'].map((backend) => valueIn(now, 'process.cpu.utilization', { backend }));
      // The idle one has to get over its own start first.
      return one !== undefined && other !== undefined && one > other && now;
    });
    const memory = valueIn(readings, 'process.memory.usage', { backend: 'idle' }) ?? Number.NaN;
    expect(memory).toBeGreaterThan(2 ** 20);
    expect(valueIn(readings, 'process.memory.utilization', { backend: 'idle' })).toBeCloseTo(memory / totalmem());
    expect(problems).toEqual([]);
  });

  it('counts connections by port and address', async () => {
    const port = await connections('127.0.0.1', 2);
    await connections('127.0.0.2', 3, port);
    const { read, problems } = await startSampling(
      backendsSampler([
        { name: 'one', port, address: '127.0.0.1' },
        { name: 'two', port, address: '::ffff:127.0.0.2', pid: process.pid },
        { name: 'both', port },
        { name: 'any', port, address: '0.0.0.0' },
        { name: 'none', port, address: '127.0.0.3' },
      ]),
    );
    const readings = await read();
    const counts = ['one', 'two', 'both', 'any', 'none'].map((backend) => valueIn(readings, 'backend.connections', { backend }));
    expect(counts).toEqual([2, 3, 5, 5, 0]);
    expect(problems).toEqual([]);
  });

  it('counts connections on IPv6, however the address is written', async () => {
    const port = await connections('::1', 1);
    const { read } = await startSampling(
      backendsSampler([
        { name: 'short', port, address: '::1' },
        { name: 'long', port, address: '0:0:0:0:0:0:0:0001' },
      ]),
    );
    expect((await read()).map(({ value }) => value)).toEqual([1, 1]);
  });

  it('gives the other readings when a backend dies, and no zeros for that one', async () => {
    const port = await connections('127.0.0.1', 1);
    const backends: BackendProcess[] = ['lives', 'dies'].map((name) => ({ name, pid: child(IDLE).pid, port, address: '127.0.0.1' }));
    const { read, problems } = await startSampling(backendsSampler(backends));
    expect(new Set((await read()).map(({ attributes }) => attributes?.backend))).toEqual(new Set(['lives', 'dies']));
    expect(problems).toEqual([]);
    await endings.pop()?.();
    const readings = await read();
    expect(new Set(readings.map(({ attributes }) => attributes?.backend))).toEqual(new Set(['lives']));
    expect(valueIn(readings, 'backend.connections', { backend: 'lives' })).toBe(1);
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(problem).toMatch(/^dies: there is no process \d+$/);
  });

  it('does not take a name for an address that has no connections', async () => {
    const { read, problems } = await startSampling(backendsSampler([{ name: 'a', port: 1, address: 'localhost' }]));
    expect(await read()).toEqual([]);
    expect(problems).toEqual(['a: its connections cannot be counted: localhost is not an IP address']);
  });

  it('says which processes the backends are, and when they began', async () => {
    const before = Date.now();
    const lives = child(IDLE);
    const gone = child('');
    await until('its end', () => gone.hasExited());
    const sampler = backendsSampler([{ name: 'lives', pid: lives.pid }, { name: 'gone', pid: gone.pid }, { name: 'none' }]);
    const { ctx, problems } = await startSampling(sampler);
    const first = (await sampler.identify?.(ctx)) ?? [];
    expect(first).toEqual([
      {
        name: 'lives',
        role: 'backend',
        source: 'process',
        id: expect.stringMatching(`^${lives.pid}@\\d+$`),
        startedAt: expect.any(String),
      },
    ]);
    // The kernel tells its boot in whole seconds.
    expect(Math.abs(Date.parse(first[0]?.startedAt ?? '') - before)).toBeLessThan(5_000);
    expect(await sampler.identify?.(ctx)).toEqual(first);
    expect(problems[0]).toBe(`gone: there is no process ${gone.pid}`);
  });

  it('reads nothing of a backend that only has a name', async () => {
    const { read, problems } = await startSampling(backendsSampler([{ name: 'a' }]));
    expect(await read()).toEqual([]);
    expect(problems).toEqual([]);
  });
});
