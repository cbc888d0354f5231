import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import check, { type Health, judge, ofStatus } from '../../checks/replicas-healthy.js';
import type { Backend } from '../../src/config/config.js';
import { checkContext } from '../helpers/check-context.js';

let server: Server;
let status = 200;
let backend: Backend;

beforeAll(async () => {
  server = createServer((request, response) => {
    response.statusCode = request.url === '/health' ? status : 404;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  backend = { name: 'fastapi-1', pid: process.pid, port: (server.address() as AddressInfo).port };
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const run = () => check.run(checkContext({ backends: [backend] }));

describe('replicas-healthy', () => {
  it('asks a process for its health, which decides', async () => {
    expect(await run()).toMatchObject({ status: 'pass', observed: '1 of 1 healthy' });
    status = 503;
    const result = await run();
    expect(result).toMatchObject({ status: 'fail', observed: 'fastapi-1: GET /health: HTTP 503' });
    expect(result.remedy).toContain(`curl -i --max-time 5 http://127.0.0.1:${backend.port}/health`);
    expect(result.remedy).not.toContain('docker');
    status = 404;
    expect(await run()).toMatchObject({ status: 'pass', observed: 'fastapi-1: GET /health: HTTP 404' });
  });

  it('says where nothing tells', async () => {
    expect(await check.run(checkContext({ backends: [{ name: 'dark', pid: process.pid }] }))).toMatchObject({
      status: 'pass',
      observed: 'dark: its port is not known',
    });
  });

  it.each([
    [200, 'healthy'],
    [204, 'healthy'],
    [301, 'unknown'],
    [401, 'unknown'],
    [404, 'unknown'],
    [500, 'unhealthy'],
    [503, 'unhealthy'],
  ])('takes HTTP %s for %s', (code, state) => {
    expect(ofStatus(code).state).toBe(state);
  });

  it.each<[Health['state'][], string]>([
    [['healthy', 'healthy'], 'pass'],
    [['healthy', 'unknown'], 'pass'],
    [['healthy', 'starting'], 'warn'],
    [['starting', 'unhealthy'], 'fail'],
  ])('%j: %s', (states, expected) => {
    const healths = states.map((state, at) => ({ name: `app-${at}`, state, detail: state, command: 'look', restart: `restart app-${at}` }));
    expect(judge(healths)).toMatchObject({ status: expected });
  });
});
