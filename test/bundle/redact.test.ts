import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../src/bundle/redact.js';
import { type JournalEvent, journalEvent } from '../../src/journal/event.js';

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

  it('takes out each of thousands, also where one is the beginning of another', () => {
    const redactor = new Redactor();
    const secrets = Array.from({ length: 5000 }, (_, index) => `secret-${index}`);
    for (const secret of secrets) redactor.add(secret);
    expect(redactor.redact(secrets.join(' ')).split(' ')).toEqual(secrets.map(() => '<redacted>'));
  });

  it('leaves words alone of which a secret is only a part', () => {
    const redactor = new Redactor();
    redactor.add('route');
    expect(redactor.redact('route_calculated reroute route: "route"')).toBe('route_calculated reroute <redacted>: "<redacted>"');
  });

  it('leaves an event of the journal an event, whatever the secrets are', () => {
    const words = ['pass', 'load', 'load.second', 'check.result', 'status', 'failures', '1234', 'route_calculated', 'completed'];
    const event = {
      type: 'check.result',
      t: 1234.5,
      check: 'load',
      title: 'a load',
      why: 'to pass',
      status: 'pass',
      observed: 'user 1234 got a pass',
      durationMs: 1234,
    };
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ minLength: 4, maxLength: 8 })), { maxLength: 5 }), (secrets) => {
        const redactor = new Redactor();
        for (const secret of secrets) redactor.add(secret);
        const clean = journalEvent.parse(redactor.redactData(event)) as Extract<JournalEvent, { type: 'check.result' }>;
        expect(clean).toMatchObject({ type: 'check.result', t: 1234.5, check: 'load', status: 'pass', durationMs: 1234 });
        if (secrets.includes('pass')) expect(clean.observed).not.toMatch(/\bpass\b/);
      }),
    );
  });

  it("takes secrets out of the target's own words, also where they are keys", () => {
    const redactor = new Redactor();
    redactor.add('hunter2');
    const second = { tasks: { ask: { failures: { 'error hunter2': 3 }, latency: [1, 2] } }, pushes: { 'a hunter2': 1 } };
    expect(redactor.redactData(second)).toEqual({
      tasks: { ask: { failures: { 'error <redacted>': 3 }, latency: [1, 2] } },
      pushes: { 'a <redacted>': 1 },
    });
  });
});
