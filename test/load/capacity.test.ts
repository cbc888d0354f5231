import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExitCode, KnownError } from '../../src/errors.js';
import { type Capacity, capacityOf, describeLayout, greatestUsers, planLayout } from '../../src/load/capacity.js';
import type { Machine } from '../../src/load/machine.js';

const GIB = 2 ** 30;
const machine = (changes: Partial<Machine> = {}): Machine => ({
  cores: 4,
  openFiles: 20_000,
  portsPerAddress: 28_232,
  memoryBytes: 16 * GIB,
  ...changes,
});
const capacity = (users: number, { on = machine(), sourceAddresses = 1, workers = 0, secure = false } = {}): Capacity =>
  capacityOf({ users, sourceAddresses, workers, secure }, on);
const layout = (...args: Parameters<typeof capacity>) => {
  const judged = capacity(...args);
  if (!judged.enough) throw new Error(JSON.stringify(judged.lacks));
  return judged.layout;
};
const lacks = (...args: Parameters<typeof capacity>): string[] => {
  const judged = capacity(...args);
  return judged.enough ? [] : judged.lacks.map(({ what, text }) => `${what}: ${text}`);
};

describe('capacityOf', () => {
  it('uses as many threads as help, and leaves one core to sampling', () => {
    expect(layout(100)).toMatchObject({ kind: 'threads', workers: 1 });
    expect(layout(400)).toMatchObject({ kind: 'threads', workers: 2 });
    expect(layout(10_000)).toMatchObject({ kind: 'threads', workers: 3 });
    expect(layout(10_000, { on: machine({ cores: 1 }) })).toMatchObject({ kind: 'threads', workers: 1 });
    expect(layout(0)).toMatchObject({ kind: 'threads', workers: 1 });
  });

  it('uses as many threads as it is told to', () => {
    expect(layout(10, { workers: 5 })).toMatchObject({ kind: 'threads', workers: 5 });
  });

  it('uses processes where one may not open all sockets', () => {
    expect(layout(24_000)).toMatchObject({ kind: 'processes', workers: 3 });
    expect(layout(24_000, { on: machine({ cores: 2 }) })).toMatchObject({ kind: 'processes', workers: 2 });
    expect(layout(400, { on: machine({ cores: 2, openFiles: 300 }) })).toMatchObject({ kind: 'processes', workers: 2 });
    expect(layout(70_000, { on: machine({ cores: 2 }), sourceAddresses: 3 })).toMatchObject({ kind: 'processes', workers: 4 });
  });

  it('never gives a worker more sockets than its process may open', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200_000 }),
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 128, max: 50_000 }),
        fc.integer({ min: 0, max: 8 }),
        (users, cores, openFiles, workers) => {
          const judged = capacity(users, {
            on: machine({ cores, openFiles, memoryBytes: undefined, portsPerAddress: undefined }),
            workers,
          });
          if (!judged.enough) return users > 64 * (openFiles - 48);
          const { kind, workers: count, mostUsers } = judged.layout;
          const inOneProcess = kind === 'threads' ? users : Math.ceil(users / count);
          return inOneProcess < openFiles && users <= mostUsers;
        },
      ),
    );
  });

  it('says how many users could be added', () => {
    expect(layout(1000).mostUsers).toBe(20_000 - 96 - 3 * 12);
    expect(layout(1000, { on: machine({ portsPerAddress: 1500 }) }).mostUsers).toBe(1500);
    expect(layout(1000, { on: machine({ memoryBytes: 3 * 64 * 2 ** 20 + 2000 * 20 * 1024 }) }).mostUsers).toBe(2000);
  });

  it('says what is lacking and what to type', () => {
    expect(lacks(60_000)).toEqual([
      'ports: 28232 sockets can go to one address and port from one source address, so 28232 from one source address: ' +
        '2 more in --source-addresses, or a wider net.ipv4.ip_local_port_range',
    ]);
    expect(lacks(60_000, { sourceAddresses: 2 })).toEqual([expect.stringContaining('56464 from 2 source addresses: 1 more')]);
    expect(lacks(60_000, { sourceAddresses: 3 })).toEqual([]);
    expect(lacks(20_000, { on: machine({ openFiles: 256 }) })).toEqual([
      'open files: a process may have 256 open, and 64 processes cannot share 20000 sockets among them: ulimit -n 409 or more',
    ]);
    expect(lacks(20_000, { on: machine({ openFiles: 409 }) })).toEqual([]);
    expect(lacks(20_000, { on: machine({ memoryBytes: 256 * 2 ** 20 }) })).toEqual([
      'memory: 256 MiB can be had, and 20000 users need about 583 MiB: fewer users, or another machine',
    ]);
    expect(lacks(20_000, { on: machine({ memoryBytes: 600 * 2 ** 20 }) })).toEqual([]);
    expect(lacks(20_000, { on: machine({ memoryBytes: 600 * 2 ** 20 }), secure: true })).toEqual([expect.stringContaining('1208 MiB')]);
    expect(lacks(60_000, { on: machine({ openFiles: 64, memoryBytes: 1 }) })).toHaveLength(3);
  });

  it('takes nothing for a limit that it cannot look at, and says so', () => {
    const blind = machine({ openFiles: undefined, portsPerAddress: undefined, memoryBytes: undefined });
    expect(capacity(10 ** 6, { on: blind })).toEqual({
      enough: true,
      layout: { kind: 'threads', workers: 3, mostUsers: Number.POSITIVE_INFINITY },
      unknown: ['open files', 'ports', 'memory'],
    });
  });
});

describe('planLayout', () => {
  const stages = [
    { name: 'up', users: 700, spawnRate: 10, untilSeconds: 60 },
    { name: 'down', users: 10, spawnRate: 10, untilSeconds: 90 },
  ];
  const config = { target: 'ws://127.0.0.1:1', stages, sourceAddresses: ['127.0.0.1', '127.0.0.2'], workers: 0 };

  it('plans for the greatest number of users of any stage', async () => {
    expect(greatestUsers(stages)).toBe(700);
    expect((await planLayout(config, machine({ openFiles: 400 }))).layout).toMatchObject({ kind: 'processes', workers: 3 });
  });

  it('looks at this machine', async () => {
    const { layout: planned } = await planLayout(config);
    expect(planned.workers).toBeGreaterThan(0);
    expect(planned.mostUsers).toBeGreaterThanOrEqual(700);
  });

  it('refuses before the load, with all that is lacking', async () => {
    const addresses = [...config.sourceAddresses, '192.0.2.1'];
    const refusal = await planLayout({ ...config, sourceAddresses: addresses }, machine({ portsPerAddress: 100 })).catch((error) => error);
    expect(refusal).toBeInstanceOf(KnownError);
    expect(refusal.exitCode).toBe(ExitCode.preflightFailed);
    expect(refusal.message.split('\n')).toEqual([
      'this machine cannot hold the load of 700 users, so none was sent:',
      expect.stringMatching(/^ {2}ports: .* 4 more in --source-addresses/),
      expect.stringMatching(
        /^ {2}source addresses: 192\.0\.2\.1 is not an address of this machine \(EADDRNOTAVAIL\): ip address add 192\.0\.2\.1/,
      ),
    ]);
  });
});

describe('describeLayout', () => {
  it('says how the load is spread', () => {
    expect(describeLayout({ kind: 'threads', workers: 1, mostUsers: 1 })).toBe('one worker thread');
    expect(describeLayout({ kind: 'threads', workers: 3, mostUsers: 1 })).toBe('3 worker threads');
    expect(describeLayout({ kind: 'processes', workers: 2, mostUsers: 1 })).toMatch(/^2 worker processes/);
  });
});
