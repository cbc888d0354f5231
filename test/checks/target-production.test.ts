import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OffPeak, targetProduction, timeIn } from '../../checks/target-production.js';
import type { Resolve } from '../../src/clients/whereabouts.js';
import type { ConfigLayer } from '../../src/config/layer.js';
import { checkContext } from '../helpers/check-context.js';

const PUBLIC: Resolve = () => Promise.resolve(['203.0.113.7']);
const SEOUL_03 = Date.UTC(2026, 5, 1, 18, 0);
const SEOUL_14 = Date.UTC(2026, 5, 1, 5, 0);

interface Case {
  target?: string;
  yes?: boolean;
  now?: number;
  minutes?: number;
  offPeak?: OffPeak;
  resolve?: Resolve;
}

function run({ target = 'wss://api.example.org', yes = false, now = SEOUL_14, minutes = 25, offPeak, resolve = PUBLIC }: Case) {
  const layer: ConfigLayer = { target, stages: [{ name: 's', users: 1, spawnRate: 1, untilSeconds: minutes * 60 }] };
  const context = checkContext(layer, { yes, now: () => now });
  return targetProduction(resolve).run(offPeak ? { ...context, config: { ...context.config, ...{ offPeak } } } : context);
}

describe('target-production', () => {
  it('lets a target on this machine or in a private network be, at any time', async () => {
    expect(await run({ target: 'ws://127.0.0.1:80' })).toMatchObject({ status: 'pass', observed: '127.0.0.1 is this machine' });
    const resolve: Resolve = () => Promise.resolve(['10.0.0.9']);
    expect(await run({ resolve })).toMatchObject({ status: 'pass', observed: 'api.example.org (10.0.0.9) is in a private network' });
  });

  it('asks for --yes where the target is public, and names it', async () => {
    expect(await run({ now: SEOUL_03 })).toMatchObject({
      status: 'fail',
      observed: expect.stringMatching(/^api\.example\.org \(203\.0\.113\.7\) is public/),
      remedy: expect.stringMatching(/between 02:00-05:00 Asia\/Seoul.*--yes/),
    });
  });

  it('passes with --yes within the off-peak time', async () => {
    expect(await run({ yes: true, now: SEOUL_03 })).toMatchObject({ status: 'pass', observed: expect.stringMatching(/it is 03:00 in/) });
  });

  it('warns with --yes outside of it, and says how long to wait', async () => {
    expect(await run({ yes: true })).toMatchObject({
      status: 'warn',
      observed: expect.stringMatching(/it is 14:00 in Asia\/Seoul, outside/),
      remedy: 'begin in 12 h, at 02:00',
    });
  });

  it('warns when the load would end after it', async () => {
    const now = SEOUL_03 + 100 * 60_000;
    expect(await run({ yes: true, now, minutes: 20 })).toMatchObject({ status: 'pass' });
    expect(await run({ yes: true, now, minutes: 21 })).toMatchObject({
      status: 'warn',
      observed: expect.stringMatching(/21 min ends after 05:00$/),
    });
  });

  it('takes the window that is configured', async () => {
    const offPeak = { from: '22:30', to: '06:00', timeZone: 'Europe/Berlin' };
    const berlin = (hour: number, minute: number) => Date.UTC(2026, 0, 10, hour - 1, minute);
    expect(await run({ yes: true, offPeak, now: berlin(23, 59) })).toMatchObject({ status: 'pass' });
    expect(await run({ yes: true, offPeak, now: berlin(1, 0) })).toMatchObject({ status: 'pass' });
    expect(await run({ yes: true, offPeak, now: berlin(22, 0) })).toMatchObject({ status: 'warn', remedy: 'begin in 30 min, at 22:30' });
  });

  it('leaves a name without an address to another check', async () => {
    const resolve: Resolve = () => Promise.reject(new Error('ENOTFOUND'));
    expect(await run({ resolve })).toMatchObject({ status: 'skip', observed: expect.stringMatching(/has no address/) });
  });
});

describe('timeIn', () => {
  const at = (iso: string) => Date.parse(iso);
  it.each([
    ['02:00', '05:00', 'Asia/Seoul', '2026-06-01T16:59:59Z', '01:59', false, 0, 1],
    ['02:00', '05:00', 'Asia/Seoul', '2026-06-01T17:00:00Z', '02:00', true, 180, 0],
    ['02:00', '05:00', 'Asia/Seoul', '2026-06-01T19:59:59Z', '04:59', true, 1, 0],
    ['02:00', '05:00', 'Asia/Seoul', '2026-06-01T20:00:00Z', '05:00', false, 0, 21 * 60],
    ['23:00', '01:00', 'UTC', '2026-06-01T00:00:00Z', '00:00', true, 60, 0],
    ['23:00', '01:00', 'UTC', '2026-06-01T22:00:00Z', '22:00', false, 0, 60],
    ['02:00', '05:00', 'America/New_York', '2026-07-01T07:00:00Z', '03:00', true, 120, 0],
    ['02:00', '05:00', 'America/New_York', '2026-01-01T07:00:00Z', '02:00', true, 180, 0],
    ['02:00', '05:00', 'Asia/Kolkata', '2026-01-01T21:00:00Z', '02:30', true, 150, 0],
    ['00:00', '24:00', 'UTC', '2026-01-01T13:00:00Z', '13:00', true, 660, 0],
  ])('%s-%s %s at %s: it is %s', (from, to, timeZone, now, local, inside, left, wait) => {
    expect(timeIn({ from, to, timeZone }, at(now))).toEqual({ local, inside, left, wait });
  });

  it('is within the window after the wait that it says', () => {
    const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });
    const text = (value: number) => [Math.floor(value / 60), value % 60].map((part) => String(part).padStart(2, '0')).join(':');
    fc.assert(
      fc.property(minute, minute, fc.integer({ min: 0, max: 10 ** 8 }), (from, to, minutes) => {
        const window = { from: text(from), to: text(to), timeZone: 'Asia/Seoul' };
        const { inside, wait } = timeIn(window, minutes * 60_000);
        expect(inside).toBe(wait === 0);
        expect(timeIn(window, (minutes + wait) * 60_000).inside).toBe(true);
      }),
    );
  });

  it('throws for a time zone that nobody knows', () => {
    expect(() => timeIn({ from: '02:00', to: '05:00', timeZone: 'Asia/Atlantis' }, 0)).toThrow(RangeError);
  });
});
