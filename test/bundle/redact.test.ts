import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../src/bundle/redact.js';

describe('Redactor', () => {
  it.each([
    ['a token in a URL', 'ws://h/api/v1/ws/u?token=abc.def&x=1', 'ws://h/api/v1/ws/u?token=<redacted>&x=1'],
    ['a bearer', 'Authorization: Bearer abc.def-ghi', 'Authorization: Bearer <redacted>'],
    ['a JWT anywhere', 'got eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl back', 'got <redacted> back'],
    ['a password in a URL', 'redis://user:s3cr3t@127.0.0.1:6379/0', 'redis://<redacted>@127.0.0.1:6379/0'],
    ['nothing in ordinary ids', 'route_id=6b0c5c1e-1111-4222-8333-123456789abc', 'route_id=6b0c5c1e-1111-4222-8333-123456789abc'],
  ])('takes out %s', (_, text, clean) => {
    expect(new Redactor().redact(text)).toBe(clean);
  });

  it('takes out a known secret in all its forms', () => {
    const redactor = new Redactor();
    redactor.add('p"ss wörd');
    for (const form of ['p"ss wörd', 'p\\"ss wörd', 'p%22ss%20w%C3%B6rd']) expect(redactor.redact(`<${form}>`)).toBe('<<redacted>>');
  });

  it('leaves JSON valid and its numbers whole, whatever the secret', () => {
    const event = { t: 1234567.5, counts: { 'close 1234': 1234 }, text: 'a 1234 "b" \\ c' };
    fc.assert(
      fc.property(fc.oneof(fc.constant('1234'), fc.string({ minLength: 4, maxLength: 8 })), (secret) => {
        const redactor = new Redactor();
        redactor.add(secret);
        const clean = JSON.parse(redactor.redactJson(JSON.stringify({ ...event, secret })));
        expect(clean.t).toBe(event.t);
        expect(Object.values(clean.counts)).toEqual([1234]);
        expect(clean.secret).not.toContain(secret);
      }),
    );
  });
});
