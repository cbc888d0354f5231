import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFlags } from '../../../../src/config/flags.js';
import { liveEn } from '../../../../src/report/view/i18n/live-en.js';
import { type Checked, rateOf, sentence, stagesOf, targetOf, timeOf, usersOf } from '../../../../src/report/view/live/plan-text.js';

const messageOf = (checked: Checked<unknown>): string | undefined => (checked.ok ? undefined : sentence(liveEn.rules, checked.wrong));

/** What the command line says of a flag; undefined when it takes it. */
const ofFlag = (flags: Parameters<typeof readFlags>[0], path: string): string | undefined =>
  readFlags(flags).issues.find((issue) => issue.path === path)?.message;

/** Texts that are nearly numbers, times, stages and URLs, and some that are nothing of all that. */
const digits = fc.oneof(fc.nat(30).map(String), fc.constantFrom('', '0', '1.5', '-1', '1e3', ' 7 ', '9'.repeat(20), '0x10', 'five', '２'));
const time = fc.oneof(
  digits,
  fc.tuple(digits, fc.constantFrom('s', 'm', 'h', '', 'x')).map(([n, unit]) => n + unit),
);
const stage = fc.tuple(digits, digits, time).map(([users, rate, until]) => `${users}@${rate}:${until}`);
const stages = fc.oneof(
  fc.array(stage, { maxLength: 3 }).map((all) => all.join(',')),
  fc.string({ maxLength: 12 }),
);
const url = fc.oneof(
  fc.webUrl({ withQueryParameters: true }),
  fc
    .tuple(
      fc.constantFrom('ws:', 'wss:', 'http:', 'https:', 'ftp:', 'file:', 'constructor:', ''),
      fc.constantFrom('//a.example', '//u:p@h', '//h:99/', '//h/x', '//', '//[::1]:8', '//h#f'),
    )
    .map((parts) => parts.join('')),
  fc.string({ maxLength: 12 }),
);

describe('what is typed in the form', () => {
  it('is taken and refused as the command line does, in its words', () => {
    fc.assert(fc.property(digits, (text) => void expect(messageOf(usersOf(text))).toBe(ofFlag({ users: text, runTime: '1m' }, '--users'))));
    fc.assert(
      fc.property(
        digits,
        (text) => void expect(messageOf(rateOf(text))).toBe(ofFlag({ users: '1', spawnRate: text, runTime: '1m' }, '--spawn-rate')),
      ),
    );
    fc.assert(fc.property(time, (text) => void expect(messageOf(timeOf(text))).toBe(ofFlag({ users: '1', runTime: text }, '--run-time'))));
    fc.assert(
      fc.property(stages, (text) => void expect(messageOf(stagesOf(text))).toBe(ofFlag({ stages: text }, '--stages'))),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(url, (text) => void expect(messageOf(targetOf(text))).toBe(ofFlag({ target: text }, '--target'))),
      { numRuns: 500 },
    );
  });

  it('means the same as on the command line', () => {
    fc.assert(
      fc.property(time, (text) => {
        const checked = timeOf(text);
        if (checked.ok) expect(readFlags({ users: '1', runTime: text }).layer.stages?.[0]?.untilSeconds).toBe(checked.value);
      }),
    );
    expect(targetOf('https://example.org')).toEqual({ ok: true, value: 'wss://example.org' });
    expect(targetOf('http://127.0.0.1:8080/')).toEqual({ ok: true, value: readFlags({ target: 'http://127.0.0.1:8080/' }).layer.target });
  });

  it.each([
    ['a bad stage among good ones', stagesOf('20@5:10s,60@5'), '"60@5" is none'],
    ['a stage that ends before the one before', stagesOf('20@5:60,60@5:10'), 'Stage 2 ends at 10 s, no later than the one before (60 s)'],
    ['a stage without a rate', stagesOf('20@0:10s'), 'the rate of Stage 1 must be a positive number, is 0'],
    ['a password in a URL', targetOf('wss://a:b@c'), 'must not hold a user name or password'],
  ])('says what is wrong with %s', (_, checked, text) => {
    expect(messageOf(checked)).toContain(text);
  });
});
