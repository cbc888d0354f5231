import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readDate, request } from '../../src/clients/http.js';
import { freePort } from '../helpers/free-port.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const signal = new AbortController().signal;

describe('request', () => {
  it('gives status and text, also of errors and redirects', async () => {
    const host = await serve((req, res) => {
      res.writeHead(Number(req.url?.slice(1)), { location: '/200' }).end(`이 ${req.method}`);
    });
    expect(await request('GET', `http://${host}/503`, { signal })).toEqual({ status: 503, text: '이 GET' });
    expect(await request('POST', `http://${host}/301`, { signal, body: 'x' })).toEqual({ status: 301, text: '이 POST' });
  });

  it('tells how long a Retry-After asks to wait, in seconds or until a date', async () => {
    const host = await serve((req, res) => res.writeHead(429, { 'retry-after': decodeURIComponent(req.url?.slice(1) ?? '') }).end());
    const asked = async (header: string) => (await request('GET', `http://${host}/${encodeURIComponent(header)}`, { signal })).retryAfterMs;
    expect(await asked('7')).toBe(7_000);
    const untilDate = await asked(new Date(Date.now() + 60_000).toUTCString());
    expect(untilDate).toBeGreaterThan(0);
    expect(untilDate).toBeLessThanOrEqual(60_000);
    expect(await asked('Thu, 01 Jan 1970 00:00:00 GMT')).toBe(0);
    expect(await asked('soon')).toBeUndefined();
  });

  it('sends forms, headers and the user-info of the URL', async () => {
    const host = await serve(async (req, res) => {
      const body = await req.toArray();
      res.end(JSON.stringify([req.headers['content-type'], req.headers.authorization, req.headers['x-a'], Buffer.concat(body).toString()]));
    });
    const { text } = await request('POST', `http://u:p%40@${host}/`, {
      signal,
      form: { username: 'a@b', password: 'ü&' },
      headers: { 'x-a': '1' },
    });
    expect(JSON.parse(text)).toEqual([
      'application/x-www-form-urlencoded;charset=UTF-8',
      `Basic ${btoa('u:p@')}`,
      '1',
      'username=a%40b&password=%C3%BC%26',
    ]);
  });

  it('gives up at the deadline, also in the middle of a body', async () => {
    const silent = await serve(() => {});
    await expect(request('GET', `http://${silent}/a`, { signal, deadlineMs: 50 })).rejects.toThrow(
      `GET http://${silent}/a: no response within 50 ms`,
    );
    const stalled = await serve((_req, res) => {
      res.write('half');
    });
    await expect(request('GET', `http://${stalled}/b`, { signal, deadlineMs: 50 })).rejects.toThrow('no response within 50 ms');
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const host = await serve(() => stop.abort());
    await expect(request('GET', `http://${host}/`, { signal: stop.signal })).rejects.toThrow('stopped before a response came');
  });

  it('tells what is wrong without query, user-info or body', async () => {
    const port = await freePort();
    const error = await request('POST', `http://me:pa55@127.0.0.1:${port}/login?token=t0ken`, { signal, form: { password: 'b0dy' } }).catch(
      (reason: Error) => reason,
    );
    expect(String(error)).toBe(`Error: POST http://127.0.0.1:${port}/login: ECONNREFUSED`);
    await expect(request('GET', 'ftp://u:secret@host/', { signal })).rejects.toThrow(/^not an http:\/\/ or https:\/\/ URL$/);
  });
});

describe('readDate', () => {
  it("gives the server's clock, whatever the status", async () => {
    const host = await serve((_, res) => res.writeHead(405, { date: 'Thu, 01 Jan 2026 00:00:07 GMT' }).end());
    expect(await readDate(`http://${host}/`, { signal })).toBe(Date.UTC(2026, 0, 1, 0, 0, 7));
  });

  it('says that there is none', async () => {
    const host = await serve((_, res) => {
      res.sendDate = false;
      res.end();
    });
    await expect(readDate(`http://${host}/`, { signal })).rejects.toThrow('the response has no Date');
  });

  it('asks again, on a new connection, where the one that was kept was just being closed', async () => {
    let connections = 0;
    let asked = 0;
    const server = createServer((_, response) => {
      asked += 1;
      // The second question comes on the connection of the first, which ends without an answer.
      if (asked === 2) response.socket?.resetAndDestroy();
      else response.end(String(asked));
    });
    server.on('connection', () => {
      connections += 1;
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { signal } = new AbortController();
    expect((await request('GET', url, { signal })).text).toBe('1');
    expect((await request('GET', url, { signal })).text).toBe('3');
    expect(connections).toBe(2);
    server.closeAllConnections();
    server.close();
  });
});
