import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Flags, readFlags } from '../../src/config/flags.js';
import { KINDMAP_SMALL_STAGES, KINDMAP_STAGES } from '../../src/config/profiles/kindmap.js';

const problems = (flags: Flags) => readFlags(flags).issues.map(({ path, message }) => `${path}: ${message}`);

describe('readFlags', () => {
  it.each([
    ['wss://example.org', 'wss://example.org'],
    ['https://example.org/', 'wss://example.org'],
    ['http://127.0.0.1:8080', 'ws://127.0.0.1:8080'],
    ['ws://[::1]:80', 'ws://[::1]'],
  ])('turns the target %s into %s', (target, origin) => {
    expect(readFlags({ target })).toMatchObject({ layer: { target: origin }, issues: [] });
  });

  it.each(['example.org', 'ftp://example.org', 'localhost:80', 'wss://example.org/api', 'wss://example.org?x=1', 'ws://u:p@h', ''])(
    'refuses the target %j',
    (target) => {
      expect(problems({ target })).toEqual([expect.stringMatching(/^--target: must/)]);
    },
  );

  it("makes one stage of Locust's three flags", () => {
    const plan = (flags: Flags) => readFlags(flags).layer.stages;
    expect(plan({ users: '100', spawnRate: '2.5', runTime: '1h30m10s' })).toEqual([
      { name: '100 users', users: 100, spawnRate: 2.5, untilSeconds: 5410 },
    ]);
    expect(plan({ users: '3', runTime: '300' })).toEqual([{ name: '3 users', users: 3, spawnRate: 1, untilSeconds: 300 }]);
  });

  it('knows the presets', () => {
    expect(readFlags({ preset: 'full' }).layer.stages).toEqual(KINDMAP_STAGES);
    expect(readFlags({ preset: 'small' }).layer.stages).toEqual(KINDMAP_SMALL_STAGES);
  });

  it('reads all other flags', () => {
    const flags = {
      timeScale: '0.1',
      scenario: 'own/chat.ts',
      identity: 'minted',
      rhythm: 'paced',
      ca: 'own/ca.pem',
      insecure: true,
      seed: '7',
      workers: 'auto',
      sourceAddresses: '127.0.1.1, ::1, 127.0.2.0/30',
      interval: '500',
      strict: true,
      thinkTime: '3-5s',
    };
    expect(readFlags(flags)).toMatchObject({
      timeScale: 0.1,
      issues: [],
      layer: {
        scenario: resolve('own/chat.ts'),
        identity: 'minted',
        rhythm: 'paced',
        tls: { caFile: resolve('own/ca.pem'), insecure: true },
        seed: 7,
        workers: 0,
        sourceAddresses: ['127.0.1.1', '::1', '127.0.2.1', '127.0.2.2'],
        monitoring: { intervalSeconds: 500 },
        strict: true,
        thinkTimeSeconds: [3, 5],
      },
    });
  });

  it('takes a think time of 0: the next task follows at once', () => {
    expect(readFlags({ thinkTime: '0' })).toMatchObject({ layer: { thinkTimeSeconds: [0, 0] }, issues: [] });
  });

  it.each<[Flags, string[]]>([
    [{ users: '-5', runTime: '5m' }, ['--users: must be a whole number of 1 or more, is "-5"']],
    [{ users: '1.5', runTime: '5m' }, ['--users: must be a whole number of 1 or more, is "1.5"']],
    [
      { users: '5', runTime: '5 min', spawnRate: '0' },
      ['--spawn-rate: must be a positive number, is "0"', '--run-time: must be a time such as 300, 300s, 20m or 1h30m10s, is "5 min"'],
    ],
    [{ users: '5', runTime: '0' }, ['--run-time: must be a time such as 300, 300s, 20m or 1h30m10s, is "0"']],
    [{ runTime: '5m' }, ['--run-time: needs --users as well, e.g. --users 100 --spawn-rate 2 --run-time 5m']],
    [{ spawnRate: '5' }, ['--spawn-rate: needs --users as well, e.g. --users 100 --spawn-rate 2 --run-time 5m']],
    [{ users: '5' }, ['--users: needs --run-time as well, e.g. --run-time 5m: a run without an end cannot be judged']],
    [
      { users: '5', runTime: '5m', stages: '1@1:1s' },
      ['--stages: cannot be given together with --users, --run-time: each is a whole plan'],
    ],
    [{ users: '5', preset: 'small' }, ['--preset: cannot be given together with --users: each is a whole plan']],
    [{ preset: 'small', stages: '1@1:1s' }, ['--preset: cannot be given together with --stages: each is a whole plan']],
    [{ preset: 'huge' }, ['--preset: must be full or small, is "huge"']],
    [{ identity: 'robots' }, ['--identity: must be one of guests, accounts, registered, minted, is "robots"']],
    [{ scenario: 'metro' }, ['--scenario: must be kindmap or the path of a module (.js, .mjs, .cjs, .ts, .mts, .cts), is "metro"']],
    [{ rhythm: 'waltz' }, ['--rhythm: must be one of closed, paced, is "waltz"']],
    [{ seed: '-1' }, ['--seed: must be a whole number between 0 and 4294967295, is "-1"']],
    [{ seed: '4294967296' }, ['--seed: must be a whole number between 0 and 4294967295, is "4294967296"']],
    [{ workers: 'many' }, ['--workers: must be a whole number up to 256, or auto, is "many"']],
    [
      { sourceAddresses: '127.0.1.5/30' },
      ['--source-addresses: "127.0.1.5/30" must begin at the first address of its range: write 127.0.1.4/30'],
    ],
    [
      { sourceAddresses: '10.0.0.0/16,10.1.0.0/16' },
      ['--source-addresses: must stand for at most 65536 addresses together, stands for 131068'],
    ],
    [{ timeScale: '0' }, ['--time-scale: must be a positive number, is "0"']],
    [{ timeScale: '1e-9' }, ['--time-scale: must be at least 0.001, is "1e-9"']],
    [{ timeScale: '' }, ['--time-scale: must be a positive number, is ""']],
    [
      { sourceAddresses: '127.0.0.1,nowhere' },
      ['--source-addresses: "nowhere" must be an IPv4 or IPv6 address, or a range such as 127.0.1.0/28'],
    ],
    [{ thinkTime: '5-3' }, ['--think-time: must be seconds such as 3-5 or 3, the first no greater than the second, is "5-3"']],
    [{ interval: '0' }, ['--interval: must be a time of at least 0.1 seconds such as 2 or 2s, is "0"']],
  ])('refuses %j', (flags, expected) => {
    expect(problems(flags)).toEqual(expected);
  });
});
