import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import check from '../../checks/target-reachable.js';
import { checkContext } from '../helpers/check-context.js';
import { freePort } from '../helpers/free-port.js';
import { startNginx } from '../helpers/nginx-server.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A server that answers /health with this status; undefined: never. */
async function serve(status: number | undefined, body = ''): Promise<string> {
  const server = createServer((_, response) => {
    if (status !== undefined) response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const run = (target: string, signal = new AbortController().signal) => check.run({ ...checkContext({ target }), signal });

describe('target-reachable', () => {
  it('passes on HTTP 200', async () => {
    expect(await run(`ws://${await serve(200)}`)).toMatchObject({
      status: 'pass',
      observed: expect.stringMatching(/^HTTP 200 in \d+ ms$/),
    });
  });

  it.each([
    [503, 'fail', /Redis is down/],
    [500, 'fail', /log of the backend/],
    [301, 'fail', /redirects/],
    [404, 'warn', /right host/],
  ])('tells HTTP %d', async (status, expected, remedy) => {
    const result = await run(`ws://${await serve(status, '{"redis":\n"down"}')}`);
    expect(result).toMatchObject({ status: expected, remedy: expect.stringMatching(remedy) });
    expect(result.observed).toMatch(new RegExp(`^HTTP ${status} in \\d+ ms`));
  });

  it('tells an nginx without backends', async () => {
    const nginx = await startNginx(`location / { proxy_pass http://127.0.0.1:${await freePort()}; }`);
    ends.push(nginx.end);
    expect(await run(nginx.origin.replace('http', 'ws'))).toMatchObject({
      status: 'fail',
      remedy: expect.stringMatching(/reaches no backend/),
    });
  });

  it('tells a port where nobody listens', async () => {
    expect(await run(`ws://127.0.0.1:${await freePort()}`)).toMatchObject({
      status: 'fail',
      observed: expect.stringMatching(/ECONNREFUSED$/),
      remedy: expect.stringMatching(/nothing listens/),
    });
  });

  it('tells a name without an address', async () => {
    expect(await run('ws://nowhere.invalid')).toMatchObject({
      status: 'fail',
      remedy: expect.stringMatching(/the name nowhere.invalid has no address/),
    });
  });

  it('tells a target that does not speak TLS', async () => {
    expect(await run(`wss://${await serve(200)}`)).toMatchObject({ status: 'fail', remedy: expect.stringMatching(/TLS handshake/) });
  });

  it('tells a target that accepts and never answers', async () => {
    const result = await run(`ws://${await serve(undefined)}`);
    expect(result).toMatchObject({ status: 'fail', remedy: expect.stringMatching(/frozen/) });
  });
});
