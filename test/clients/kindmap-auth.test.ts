import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { login, refresh, register } from '../../src/clients/kindmap-auth.js';
import { freePort } from '../helpers/free-port.js';

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

async function target(answer: (form: URLSearchParams, path: string, body: string) => [number, string]): Promise<string> {
  const started = createServer(async (req, res) => {
    const sent = Buffer.concat(await req.toArray()).toString();
    const [status, body] = answer(new URLSearchParams(sent), `${req.method} ${req.url}`, sent);
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

describe('refresh', () => {
  it('posts the refresh token as JSON and gives the new pair', async () => {
    const seen: unknown[] = [];
    const origin = await target((_, path, body) => {
      seen.push(path, body);
      return [200, JSON.stringify({ access_token: 'a2', refresh_token: 'r2' })];
    });
    expect(await refresh(origin, 'r1', signal)).toEqual({ status: 200, token: 'a2', refreshToken: 'r2' });
    expect(seen).toEqual(['POST /api/v1/auth/refresh', '{"refresh_token":"r1"}']);
  });

  it('gives the status alone when the token is refused', async () => {
    expect(await refresh(await target(() => [401, '{}']), 'r1', signal)).toEqual({ status: 401 });
  });
});

describe('register', () => {
  const registration = { ...account, username: 'test', disabilityType: 'PHY' };

  it('posts what the target wants to know and gives the id of the new user', async () => {
    const seen: unknown[] = [];
    const origin = await target((_, path, body) => {
      seen.push(path, JSON.parse(body));
      return [201, JSON.stringify({ user_id: 'u1', email: account.email })];
    });
    expect(await register(origin, registration, signal)).toEqual({ status: 201, userId: 'u1' });
    expect(seen).toEqual(['POST /api/v1/auth/register', { ...account, username: 'test', disability_type: 'PHY' }]);
  });

  it.each([
    [201, '{"id":"u2"}', { status: 201, userId: 'u2' }],
    [201, '{"id":7}', { status: 201 }],
    [400, '{"user_id":"u1"}', { status: 400 }],
  ])('reads HTTP %i %s', async (status, body, expected) => {
    expect(await register(await target(() => [status, body]), registration, signal)).toEqual(expected);
  });

  it('names neither password nor token when nobody answers', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const calls = [register(nowhere, registration, signal), refresh(nowhere, 'secret-token', signal), login(nowhere, account, signal)];
    for (const { status, reason } of (await Promise.allSettled(calls)) as PromiseRejectedResult[]) {
      expect(status).toBe('rejected');
      expect(reason.message).toMatch(/^POST http:\/\/127\.0\.0\.1:\d+\/api\/v1\/auth\/\w+: ECONNREFUSED$/);
    }
  });
});
