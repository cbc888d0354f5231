import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { login } from '../../src/clients/kindmap-auth.js';

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

async function target(answer: (form: URLSearchParams, path: string) => [number, string]): Promise<string> {
  const started = createServer(async (req, res) => {
    const [status, body] = answer(new URLSearchParams(Buffer.concat(await req.toArray()).toString()), `${req.method} ${req.url}`);
    res.writeHead(status).end(body);
  }).listen(0, '127.0.0.1');
  server = started;
  await once(started, 'listening');
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

const { signal } = new AbortController();
const account = { email: 'test+1@test.com', password: 'pässword&' };

describe('login', () => {
  it('posts the e-mail as username and gives both tokens', async () => {
    const seen: unknown[] = [];
    const origin = await target((form, path) => {
      seen.push(path, form.get('username'), form.get('password'));
      return [200, JSON.stringify({ access_token: 'a', refresh_token: 'r', token_type: 'bearer' })];
    });
    expect(await login(origin, account, signal)).toEqual({ status: 200, token: 'a', refreshToken: 'r' });
    expect(seen).toEqual(['POST /api/v1/auth/login', account.email, account.password]);
  });

  it('gives the status alone when the login was refused', async () => {
    const origin = await target(() => [401, '{"detail":"…","access_token":"no"}']);
    expect(await login(origin, account, signal)).toEqual({ status: 401 });
  });

  it.each(['<html>', 'null', '[]', '{"access_token":5}'])('finds no token in %s', async (body) => {
    const origin = await target(() => [200, body]);
    expect(await login(origin, account, signal)).toEqual({ status: 200 });
  });
});
