import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bearer, Tokens } from '../../src/demo/tokens.js';

const SECRET = 'only for this test';
const tokens = new Tokens(SECRET);
const now = 1_765_000_000_000;
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('Tokens', () => {
  it('issues HS256 tokens that any reader of JWT can check', async () => {
    const [header = '', payload = '', signature] = (await tokens.issue('u1', now)).access_token.split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual({ sub: 'u1', exp: now / 1000 + 1800, type: 'access' });
    expect(signature).toBe(createHmac('sha256', SECRET).update(`${header}.${payload}`).digest('base64url'));
  });

  it('reads its own tokens until they expire after 30 minutes', async () => {
    const { access_token: token } = await tokens.issue('u1', now);
    expect(await tokens.read(token, 'access', now + 1_799_000)).toEqual({ userId: 'u1' });
    expect(await tokens.read(token, 'access', now + 1_800_000)).toBe('expired');
  });

  it('issues tokens that are over as soon as it is told', async () => {
    const { access_token: token, refresh_token: renewal } = await new Tokens(SECRET, 5).issue('u1', now);
    expect(await tokens.read(token, 'access', now + 4_000)).toEqual({ userId: 'u1' });
    expect(await tokens.read(token, 'access', now + 5_000)).toBe('expired');
    expect(await tokens.read(renewal, 'refresh', now + 5_000)).toEqual({ userId: 'u1' });
  });

  it('takes no token of one type for the other', async () => {
    const pair = await tokens.issue('u1', now);
    expect(await tokens.read(pair.refresh_token, 'access', now)).toBe('invalid');
    expect(await tokens.read(pair.access_token, 'refresh', now)).toBe('invalid');
  });

  it('refuses what was signed with another secret, changed, or not signed at all', async () => {
    const claims = { sub: 'u1', exp: now / 1000 + 60, type: 'access' };
    const [header, payload, signature] = (await tokens.issue('u1', now)).access_token.split('.');
    const forged = [
      (await new Tokens('another').issue('u1', now)).access_token,
      `${header}.${part({ ...claims, sub: 'u2' })}.${signature}`,
      `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`,
      `${part({ alg: 'none', typ: 'JWT' })}.${payload}.${signature}`,
      `${header}.${payload}`,
      `${header}.${payload}.${signature}.x`,
      'x.y.z',
      '',
    ];
    expect(await Promise.all(forged.map((token) => tokens.read(token, 'access', now)))).toEqual(forged.map(() => 'invalid'));
  });

  it('refuses signed claims without a subject', async () => {
    const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ exp: now / 1000 + 60, type: 'access' })}`;
    const token = `${body}.${createHmac('sha256', SECRET).update(body).digest('base64url')}`;
    expect(await tokens.read(token, 'access', now)).toBe('invalid');
  });
});

describe('bearer', () => {
  it('finds the token of an Authorization header', () => {
    expect(['Bearer a.b.c', 'bearer  x', 'Basic abc', 'Bearer', undefined].map(bearer)).toEqual([
      'a.b.c',
      'x',
      undefined,
      undefined,
      undefined,
    ]);
  });
});
