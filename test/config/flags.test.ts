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
      identity: 'accounts',
      sourceAddresses: '127.0.1.1, ::1',
      interval: '500',
      strict: true,
      thinkTime: '3-5s',
    };
    expect(readFlags(flags)).toMatchObject({
      timeScale: 0.1,
      issues: [],
      layer: {
        identity: 'accounts',
        sourceAddresses: ['127.0.1.1', '::1'],
        monitoring: { intervalSeconds: 500 },
        strict: true,
        thinkTimeSeconds: [3, 5],
      },
    });
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
    [{ identity: 'robots' }, ['--identity: must be guests or accounts, is "robots"']],
    [{ timeScale: '0' }, ['--time-scale: must be a positive number, is "0"']],
    [{ timeScale: '1e-9' }, ['--time-scale: must be at least 0.001, is "1e-9"']],
    [{ timeScale: '' }, ['--time-scale: must be a positive number, is ""']],
    [{ sourceAddresses: '127.0.0.1,nowhere' }, ['--source-addresses: must be IP addresses separated by commas; "nowhere" is none']],
    [{ thinkTime: '5-3' }, ['--think-time: must be seconds such as 3-5 or 3, the first no greater than the second, is "5-3"']],
    [{ interval: '0' }, ['--interval: must be a time of at least 0.1 seconds such as 2 or 2s, is "0"']],
  ])('refuses %j', (flags, expected) => {
    expect(problems(flags)).toEqual(expected);
  });
});
