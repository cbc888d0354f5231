import { describe, expect, it } from 'vitest';
import type { Address } from '../../src/dashboard/address.js';
import { type Asking, Doorkeeper, linkOf } from '../../src/dashboard/admission.js';

const TOKEN = 'a-token-that-is-long-enough';
const HERE: Address = { host: '127.0.0.1', port: 8090 };
const OUTSIDE: Address = { host: '192.0.2.7', port: 8090 };

const asking = (headers: Asking['headers'], rest: Partial<Asking> = {}): Asking => ({
  method: 'GET',
  url: '/',
  headers: { host: '127.0.0.1:8090', ...headers },
  remoteAddress: '127.0.0.1',
  isUpgrade: false,
  ...rest,
});

const statusOf = (doorkeeper: Doorkeeper, one: Asking): number | string => {
  const admission = doorkeeper.admit(one);
  return admission.type === 'denied' ? admission.status : admission.type;
};

describe('the name that a server is asked for by', () => {
  it.each([
    ['127.0.0.1:8090', HERE, 'ok'],
    ['localhost:8090', HERE, 'ok'],
    ['LOCALHOST:8090', HERE, 'ok'],
    ['[::1]:8090', HERE, 'ok'],
    ['127.0.0.1:8091', HERE, 403],
    ['127.0.0.1', HERE, 403],
    ['evil.example:8090', HERE, 403],
    ['127.0.0.1.evil.example:8090', HERE, 403],
    ['localhost.evil.example:8090', HERE, 403],
    ['evil.example@127.0.0.1:8090', HERE, 403],
    ['', HERE, 403],
    [undefined, HERE, 403],
    ['192.0.2.7:8090', HERE, 403],
    ['localhost:80', { host: 'localhost', port: 80 }, 'ok'],
    ['localhost', { host: 'localhost', port: 80 }, 'ok'],
    ['load.example:8090', { host: 'load.example', port: 8090 }, 'ok'],
    ['localhost:8090', { host: 'load.example', port: 8090 }, 403],
    ['192.0.2.9:80', { host: '0.0.0.0', port: 8090 }, 'ok'],
    ['[2001:db8::1]:8090', { host: '::', port: 8090 }, 'ok'],
    ['evil.example:8090', { host: '0.0.0.0', port: 8090 }, 403],
  ] as [string | undefined, Address, number | string][])('%s of %o is %s', (host, address, expected) => {
    expect(statusOf(new Doorkeeper(address, undefined), asking({ host }))).toBe(expected);
  });
});

describe('the page that asks', () => {
  it.each([
    [{ method: 'POST' }, 'http://127.0.0.1:8090', 'ok'],
    [{ method: 'POST' }, 'http://evil.example', 403],
    [{ method: 'POST' }, 'http://127.0.0.1:3000', 403],
    [{ method: 'POST' }, 'https://127.0.0.1:8090', 403],
    [{ method: 'POST' }, 'null', 403],
    [{ method: 'POST' }, undefined, 403],
    [{ method: 'DELETE' }, undefined, 403],
    [{ isUpgrade: true }, 'http://127.0.0.1:8090', 'ok'],
    [{ isUpgrade: true }, 'http://evil.example', 403],
    [{ isUpgrade: true }, undefined, 403],
    [{}, undefined, 'ok'],
    // It cannot read the answer, since we allow no other origin.
    [{}, 'http://evil.example', 'ok'],
  ] as [Partial<Asking>, string | undefined, number | string][])('%o from %s is %s', (rest, origin, expected) => {
    expect(statusOf(new Doorkeeper(HERE, undefined), asking({ origin }, rest))).toBe(expected);
  });
});

describe('the token', () => {
  const door = () => new Doorkeeper(OUTSIDE, TOKEN);
  const host = '192.0.2.7:8090';

  it('is needed for everything, a WebSocket too', () => {
    expect(statusOf(door(), asking({ host }))).toBe(401);
    expect(statusOf(door(), asking({ host, origin: `http://${host}` }, { isUpgrade: true }))).toBe(401);
    expect(statusOf(door(), asking({ host, origin: `http://${host}` }, { method: 'POST' }))).toBe(401);
  });

  it('is taken as a bearer, and a wrong one is not', () => {
    expect(statusOf(door(), asking({ host, authorization: `Bearer ${TOKEN}` }))).toBe('ok');
    expect(statusOf(door(), asking({ host, authorization: `Bearer ${TOKEN}x` }))).toBe(401);
    expect(statusOf(door(), asking({ host, authorization: `Basic ${TOKEN}` }))).toBe(401);
  });

  it('of a link gives the browser a cookie that no script reads, that is not the token, and that lets it in', () => {
    const doorkeeper = door();
    const admission = doorkeeper.admit(asking({ host }, { url: `/?token=${TOKEN}` }));
    if (admission.type !== 'enter') throw new Error(admission.type);
    expect(admission.cookie).toMatch(/^loadwitness_8090=[\w-]+; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(admission.cookie).not.toContain(TOKEN);
    const cookie = `other=1; ${admission.cookie.split(';')[0]}`;
    expect(statusOf(doorkeeper, asking({ host, cookie }))).toBe('ok');
    expect(statusOf(doorkeeper, asking({ host, cookie, origin: `http://${host}` }, { isUpgrade: true }))).toBe('ok');
    expect(statusOf(doorkeeper, asking({ host, cookie, origin: 'http://evil.example' }, { isUpgrade: true }))).toBe(403);
    // Another server does not know it.
    expect(statusOf(door(), asking({ host, cookie }))).toBe(401);
  });

  it('is not taken from the address of anything but a page', () => {
    expect(statusOf(door(), asking({ host, origin: `http://${host}` }, { url: `/api/live?token=${TOKEN}`, isUpgrade: true }))).toBe(401);
    expect(statusOf(door(), asking({ host, origin: `http://${host}` }, { url: `/api/runs?token=${TOKEN}`, method: 'POST' }))).toBe(401);
  });

  it('may be wrong ten times, and then that address has to wait', () => {
    const doorkeeper = door();
    const wrong = (remoteAddress: string) => statusOf(doorkeeper, asking({ host, authorization: 'Bearer wrong' }, { remoteAddress }));
    expect(Array.from({ length: 12 }, () => wrong('192.0.2.66'))).toEqual([...new Array<number>(10).fill(401), 429, 429]);
    expect(statusOf(doorkeeper, asking({ host, authorization: `Bearer ${TOKEN}` }, { remoteAddress: '192.0.2.66' }))).toBe(429);
    expect(wrong('192.0.2.67')).toBe(401);
    // To ask without one is no attempt.
    for (let count = 0; count < 20; count++) expect(statusOf(doorkeeper, asking({ host }, { remoteAddress: '192.0.2.68' }))).toBe(401);
  });

  it('is in the link that lets a browser in', () => {
    expect(linkOf(OUTSIDE, 'a b')).toBe('http://192.0.2.7:8090/?token=a%20b');
    expect(linkOf(HERE, undefined)).toBe('http://127.0.0.1:8090/');
    expect(linkOf({ host: '::1', port: 1 }, undefined)).toBe('http://[::1]:1/');
    expect(linkOf({ host: '0.0.0.0', port: 1 }, undefined)).toBe('http://localhost:1/');
  });
});
