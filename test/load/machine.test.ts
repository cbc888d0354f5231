import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findUnbindable, parseOpenFiles, parsePorts, readMachine } from '../../src/load/machine.js';

describe('readMachine', () => {
  it('reads the limits of this process', () => {
    const machine = readMachine();
    expect(machine.cores).toBeGreaterThan(0);
    expect(machine.openFiles).toBeGreaterThan(0);
  });

  it('finds the descriptors also without /proc, and says that it does not know the ports', async () => {
    const empty = await mkdtemp(path.join(tmpdir(), 'loadwitness-proc-'));
    const machine = readMachine(empty);
    await rm(empty, { recursive: true });
    expect(machine.openFiles).toBe(readMachine().openFiles);
    expect(machine.portsPerAddress).toBeUndefined();
  });
});

describe('parseOpenFiles', () => {
  it('takes the soft limit', () => {
    const limits = 'Limit                     Soft Limit           Hard Limit           Units     \n';
    expect(parseOpenFiles(`${limits}Max open files            1024                 4096                 files     \n`)).toBe(1024);
    expect(parseOpenFiles(`${limits}Max open files            unlimited            unlimited            files     \n`)).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(parseOpenFiles(limits)).toBeUndefined();
  });
});

describe('parsePorts', () => {
  it('counts both ends of the range', () => {
    expect(parsePorts('32768\t60999\n', '\n')).toBe(28_232);
    expect(parsePorts('5000 5000')).toBe(1);
  });

  it('leaves out what is reserved within the range, once', () => {
    expect(parsePorts('32768\t60999\n', '8080,40000,50000-50009,50005-50010\n')).toBe(28_232 - 12);
  });

  it('knows nothing without a range', () => {
    expect(parsePorts(undefined)).toBeUndefined();
    expect(parsePorts('nonsense')).toBeUndefined();
  });
});

describe('findUnbindable', () => {
  it('names the first address that is not of this machine', async () => {
    expect(await findUnbindable(['127.0.0.1', '127.0.3.4'])).toBeUndefined();
    expect(await findUnbindable(['127.0.0.1', '192.0.2.7', '192.0.2.8'])).toEqual({ address: '192.0.2.7', reason: 'EADDRNOTAVAIL' });
    expect(await findUnbindable([])).toBeUndefined();
  });

  it('looks at a part of very many addresses, from the first to nearly the last', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => (index < 9_000 ? '127.0.0.1' : '192.0.2.1'));
    expect(await findUnbindable(many)).toMatchObject({ address: '192.0.2.1' });
  });
});
