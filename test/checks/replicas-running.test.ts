import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import check, { judge, ofContainer } from '../../checks/replicas-running.js';
import type { Backend } from '../../src/config/config.js';
import { checkContext } from '../helpers/check-context.js';
import { FakeDocker } from '../helpers/fake-docker.js';
import { freePort } from '../helpers/free-port.js';

let server: Server;
let backend: Backend;

beforeAll(async () => {
  server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  backend = { name: 'fastapi-1', pid: process.pid, port: (server.address() as AddressInfo).port };
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const run = (backends: Backend[], replicas: number) => check.run(checkContext({ backends, replicas }));

describe('replicas-running, of processes', () => {
  it('passes when all are alive and listen', async () => {
    const result = await run([backend, { ...backend, name: 'fastapi-2', address: 'localhost' }], 2);
    expect(result).toMatchObject({ status: 'pass' });
    expect(result.observed).toBe(
      `2 of 2 run: fastapi-1 (pid ${process.pid}, 127.0.0.1:${backend.port}), fastapi-2 (pid ${process.pid}, localhost:${backend.port})`,
    );
  });

  it('fails when a process is gone', async () => {
    const result = await run([backend, { name: 'fastapi-2', pid: 2 ** 22 + 1 }], 2);
    expect(result).toMatchObject({ status: 'fail', remedy: expect.stringContaining('start fastapi-2 again') });
    expect(result.observed).toBe('1 of 2 run; fastapi-2: pid 4194305: there is no process 4194305');
    expect(result.remedy).not.toContain('docker');
  });

  it('fails when a process lives and does not listen', async () => {
    const port = await freePort();
    const result = await run([{ name: 'fastapi-1', pid: process.pid, port }], 1);
    expect(result).toMatchObject({ status: 'fail', observed: expect.stringContaining('ECONNREFUSED') });
    expect(result.remedy).toContain(`ss -ltnp 'sport = :${port}'`);
  });

  it('warns when fewer or more are named than expected, or nothing is known of one', async () => {
    expect(await run([backend], 3)).toMatchObject({ status: 'warn', observed: expect.stringMatching(/^1 of 3 run/) });
    expect(await run([backend, { ...backend, name: 'b' }], 1)).toMatchObject({
      status: 'warn',
      remedy: 'set infrastructure.replicas to 2',
    });
    expect(await run([backend, { name: 'dark' }], 2)).toMatchObject({
      status: 'warn',
      observed: '1 of 2 run; nothing to look at for dark',
    });
  });
});

describe('replicas-running, of containers', () => {
  const of = async (facts: object) => {
    const docker = new FakeDocker();
    docker.add({ id: 'a', name: 'app-1', ...facts });
    return ofContainer(await docker.inspect('app-1'), 'docker');
  };

  it.each([
    [{ status: 'running' }, true, 'running', ''],
    [{ status: 'paused' }, false, 'paused', 'docker unpause app-1'],
    [{ status: 'restarting', exitCode: 1 }, false, 'restarting again and again (code 1)', 'docker logs --tail 50 app-1'],
    [{ status: 'exited', exitCode: 137, oomKilled: true }, false, 'exited (code 137, killed for lack of memory)', 'docker start app-1'],
    [{ status: 'created' }, false, 'created and never started', 'docker start app-1'],
    [{ status: 'dead' }, false, 'dead', 'docker rm -f app-1'],
  ])('%j', async (facts, running, detail, remedy) => {
    const finding = await of(facts);
    expect(finding).toMatchObject({ name: 'app-1', running, detail });
    expect(finding.remedy).toContain(remedy);
  });

  it('fails when Docker has fewer of them than are meant', () => {
    const findings = ['app-1', 'app-2'].map((name) => ({ name, running: true, detail: 'running', remedy: '' }));
    const docker = { host: 'tcp://10.0.0.4:2376', backends: { name: 'app-*' } };
    const result = judge(findings, { replicas: 3, docker });
    expect(result).toMatchObject({ status: 'fail', observed: '2 of 3 run: app-1 (running), app-2 (running)' });
    expect(result.remedy).toContain('docker -H tcp://10.0.0.4:2376 compose up -d --scale <service>=3');
    expect(judge(findings, { replicas: 0, docker })).toMatchObject({ status: 'pass' });
  });
});
