import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import check from '../../checks/replicas-running.js';
import type { Backend } from '../../src/config/config.js';
import { checkContext } from '../helpers/check-context.js';
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

describe('replicas-running', () => {
  it('passes when all are alive and listen', async () => {
    const result = await run([backend, { ...backend, name: 'fastapi-2', address: 'localhost' }], 2);
    expect(result).toMatchObject({ status: 'pass' });
    expect(result.observed).toBe(
      `2 of 2 run: fastapi-1 (pid ${process.pid}, 127.0.0.1:${backend.port}), fastapi-2 (pid ${process.pid}, localhost:${backend.port})`,
    );
  });

  it('fails when a process is gone', async () => {
    const result = await run([backend, { name: 'fastapi-2', pid: 2 ** 22 + 1 }], 2);
    expect(result).toMatchObject({ status: 'fail', remedy: expect.stringContaining('docker start fastapi-2') });
    expect(result.observed).toBe('1 of 2 run; fastapi-2: pid 4194305: there is no process 4194305');
  });

  it('fails when a process lives and does not listen', async () => {
    const result = await run([{ name: 'fastapi-1', pid: process.pid, port: await freePort() }], 1);
    expect(result).toMatchObject({ status: 'fail', observed: expect.stringContaining('ECONNREFUSED') });
  });

  it('warns when fewer are named than expected, or nothing is known of one', async () => {
    expect(await run([backend], 3)).toMatchObject({ status: 'warn', observed: expect.stringMatching(/^1 of 3 run/) });
    expect(await run([backend, { name: 'dark' }], 2)).toMatchObject({
      status: 'warn',
      observed: '1 of 2 run; nothing to look at for dark',
    });
  });
});
