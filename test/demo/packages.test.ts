import { describe, expect, it } from 'vitest';
import { findPrograms, type Machine } from '../../src/demo/packages.js';
import { UsageError } from '../../src/errors.js';

/** A machine on which installing a package makes its programs appear. */
function machine(has: string[], more: Partial<Machine> = {}): Machine & { ran: string[] } {
  const programs = new Set(has);
  const ran: string[] = [];
  return {
    platform: 'linux',
    root: true,
    ran,
    find: async (program) => (programs.has(program) ? `/bin/${program}` : undefined),
    run: async (program, args) => {
      ran.push([program, ...args].join(' '));
      if (program === 'sudo' && !programs.has('sudo')) throw new Error('sudo: a password is required');
      if (args.includes('redis-server')) programs.add('redis-server');
      if (args.includes('nginx-light')) programs.add('nginx');
    },
    ...more,
  };
}

function options(install = true): { install: boolean; onProgress(line: string): void; lines: string[] } {
  const lines: string[] = [];
  return { install, lines, onProgress: (line) => lines.push(line) };
}

describe('findPrograms', () => {
  it('finds what is there and installs nothing', async () => {
    const here = machine(['redis-server', 'nginx', 'apt-get']);
    expect(await findPrograms(options(), here)).toEqual({ redisServer: '/bin/redis-server', nginx: '/bin/nginx' });
    expect(here.ran).toEqual([]);
  });

  it('installs both with apt-get as root, and says so', async () => {
    const here = machine(['apt-get']);
    const asked = options();
    await findPrograms(asked, here);
    expect(here.ran).toEqual([
      'env DEBIAN_FRONTEND=noninteractive apt-get update -qq',
      'env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server nginx-light',
    ]);
    expect(asked.lines).toEqual(['installing redis-server nginx-light with apt-get']);
  });

  it('installs only the one that is missing, through sudo for anybody else', async () => {
    const here = machine(['apt-get', 'redis-server', 'sudo'], { root: false });
    await findPrograms(options(), here);
    expect(here.ran.at(-1)).toBe('sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light');
  });

  it.each([
    ['installing was not wanted', machine(['apt-get']), false],
    ['there is no apt-get', machine([]), true],
    ['it is neither root nor has sudo', machine(['apt-get'], { root: false }), true],
  ])('names the packages in one line when %s', async (_, here, install) => {
    const error = await findPrograms(options(install), here).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(/redis-server nginx-light/);
    expect((error as Error).message).not.toContain('\n');
    expect(here.ran.filter((line) => line.includes('apt-get'))).toEqual([]);
  });

  it('says that the demo needs Linux elsewhere', async () => {
    await expect(findPrograms(options(), machine([], { platform: 'darwin' }))).rejects.toThrow(/needs Linux.*darwin/);
  });

  it('tells what apt-get said when it fails', async () => {
    const run = async (): Promise<void> => {
      throw new Error('E: Unable to locate package nginx-light');
    };
    await expect(findPrograms(options(), machine(['apt-get'], { run }))).rejects.toThrow('E: Unable to locate package nginx-light');
  });
});
