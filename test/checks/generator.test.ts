import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import addresses, { judgeAddresses } from '../../checks/generator-addresses.js';
import cpuAndMemory from '../../checks/generator-cpu-memory.js';
import descriptors from '../../checks/generator-descriptors.js';
import ports from '../../checks/generator-ports.js';
import { lookAtGenerator } from '../../src/commands/check-context.js';
import type { ConfigLayer } from '../../src/config/layer.js';
import type { Machine } from '../../src/load/machine.js';
import { checkContext } from '../helpers/check-context.js';

/** Another process runs what was built. */
const BUILT = new URL('../../dist/src/load/machine.js', import.meta.url).href;

const GIB = 2 ** 30;
const MACHINE: Machine = { cores: 4, openFiles: 65_536, portsPerAddress: 28_232, memoryBytes: 8 * GIB };
const ALL = [descriptors, ports, addresses, cpuAndMemory];

/** The statuses of all checks of the generator on a machine that differs from a good one. */
async function judge(changes: Partial<Machine>, layer: ConfigLayer = {}) {
  const context = checkContext(layer);
  const machine = { ...MACHINE, ...changes };
  const all = await Promise.all(
    ALL.map(
      async (check) => [check.id, await check.run({ ...context, generator: () => lookAtGenerator(context.config, machine) })] as const,
    ),
  );
  return Object.fromEntries(all);
}

const plan = (users: number): ConfigLayer => ({ stages: [{ name: 's', users, spawnRate: 1, untilSeconds: 9 }] });

describe('the checks of the generator', () => {
  it('pass on a machine that is enough, with the numbers', async () => {
    const results = await judge({});
    expect(Object.values(results).map(({ status }) => status)).toEqual(['pass', 'pass', 'pass', 'pass']);
    expect(Object.values(results).map(({ observed }) => observed)).toEqual([
      'a process may have 65536 files open',
      '28232 ports: 28232 of one source address',
      'the system chooses the address',
      '4 cores; 8.0 GiB of memory can be had',
    ]);
  });

  it.each<[string, Partial<Machine>, ConfigLayer, string, string, RegExp]>([
    [
      '1,024 descriptors',
      { openFiles: 1024 },
      {},
      'generator-descriptors',
      'warn',
      /1024 files open, so 1000 users are spread over 3 processes/,
    ],
    ['60 descriptors', { openFiles: 60 }, {}, 'generator-descriptors', 'fail', /a process may have 60 open/],
    ['unknown descriptors', { openFiles: undefined }, {}, 'generator-descriptors', 'error', /does not say/],
    ['few ports', { portsPerAddress: 900 }, {}, 'generator-ports', 'fail', /900 from one source address/],
    ['unknown ports', { portsPerAddress: undefined }, {}, 'generator-ports', 'error', /does not say/],
    ['little memory', { memoryBytes: 64 * 2 ** 20 }, {}, 'generator-cpu-memory', 'fail', /64 MiB can be had/],
    ['one core', { cores: 1 }, {}, 'generator-cpu-memory', 'warn', /^1 core;/],
    ['unknown memory', { memoryBytes: undefined }, {}, 'generator-cpu-memory', 'error', /not known/],
    ['another machine’s address', {}, { sourceAddresses: ['192.0.2.1'] }, 'generator-addresses', 'fail', /192\.0\.2\.1 is not an address/],
  ])('find %s, each by its own', async (_, changes, layer, id, status, observed) => {
    const results = await judge(changes, layer);
    expect(results[id]).toMatchObject({ status, observed: expect.stringMatching(observed) });
    const others = Object.entries(results).filter(([other]) => other !== id);
    for (const [other, result] of others) expect([other, result.status]).toEqual([other, 'pass']);
  });

  it('turn green when their remedy is applied', async () => {
    expect((await judge({ openFiles: 65_536 }))['generator-descriptors']?.status).toBe('pass');
    const two = { sourceAddresses: ['127.0.0.1', '127.0.0.2'] };
    expect((await judge({ portsPerAddress: 900 }, two))['generator-ports']).toMatchObject({
      status: 'pass',
      observed: '1800 ports: 900 of each of 2 source addresses',
    });
    expect((await judge({ openFiles: 1024 }, plan(100)))['generator-descriptors']?.status).toBe('pass');
  });

  it.skipIf(process.platform === 'win32')('find the limit that a shell sets, and the one that mends it', async () => {
    const under = (limit: number): Machine => {
      const script = `import(${JSON.stringify(BUILT)}).then(({ readMachine }) => console.log(JSON.stringify(readMachine())))`;
      return JSON.parse(
        execFileSync('sh', ['-c', `ulimit -n ${limit} && exec "$0" -e '${script}'`, process.execPath], { encoding: 'utf8' }),
      );
    };
    const found = (await judge({ openFiles: under(1024).openFiles }))['generator-descriptors'];
    expect(found).toMatchObject({ status: 'warn', observed: expect.stringMatching(/^a process may have 1024 files open/) });
    expect((await judge({ openFiles: under(4096).openFiles }))['generator-descriptors']?.status).toBe('pass');
  });

  it('name the addresses that there are', () => {
    expect(judgeAddresses({ lacks: [] }, ['127.0.1.1', '127.0.2.1'])).toMatchObject({ status: 'pass', observed: '2, from 127.0.1.1 on' });
  });
});
