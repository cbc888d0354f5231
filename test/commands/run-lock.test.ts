import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCK, LOCK_TURN } from '../../src/commands/run-folder.js';
import { type LockHolder, RunBusyError, waitForWriters, whoWrites, withRunLock } from '../../src/commands/run-lock.js';
import { withoutRootRights } from '../helpers/without-rights.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const lock = (rest: Partial<LockHolder>): void =>
  writeFileSync(
    join(folder, LOCK),
    JSON.stringify({ purpose: 'run', pid: process.pid, host: hostname(), startTicks: null, since: Date.now(), id: 'other', ...rest }),
  );

/** The id of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid as number;
}

const nothing = async (): Promise<void> => {};

describe('the lock of a run', () => {
  it('is there while the work lasts, whatever becomes of it, and gone afterwards', async () => {
    const during = await withRunLock(folder, 'report', async () => await whoWrites(folder));
    expect(during).toMatchObject({ purpose: 'report', pid: process.pid, host: hostname() });
    await expect(withRunLock(folder, 'report', () => Promise.reject(new Error('it failed')))).rejects.toThrow('it failed');
    expect(readdirSync(folder)).toEqual([]);
    expect(await whoWrites(folder)).toBeUndefined();
  });

  it('lets one in at a time, also past one that a dead process left', async () => {
    lock({ pid: await deadPid() });
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside--;
    };
    await Promise.all(Array.from({ length: 12 }, () => withRunLock(folder, 'finalize', work)));
    expect(most).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not waited for while a run goes on, which is told with its process', async () => {
    await withRunLock(folder, 'run', async () => {
      const refused = withRunLock(folder, 'finalize', nothing);
      await expect(refused).rejects.toThrow(RunBusyError);
      await expect(refused).rejects.toThrow(`loadwitness run (pid ${process.pid}) writes to this folder`);
      await expect(waitForWriters(folder)).rejects.toThrow(RunBusyError);
    });
  });

  it('is given up after a while when another command does not end', async () => {
    lock({ purpose: 'finalize' });
    await expect(withRunLock(folder, 'report', nothing, 100)).rejects.toThrow(`loadwitness finalize (pid ${process.pid})`);
    await expect(waitForWriters(folder, 100)).rejects.toThrow(RunBusyError);
    expect(JSON.parse(readFileSync(join(folder, LOCK), 'utf8')).id).toBe('other');
  });

  it.skipIf(process.platform !== 'linux')('of a process whose id another one has by now is nobody’s', async () => {
    lock({ startTicks: 1 });
    expect(await whoWrites(folder)).toBeUndefined();
    expect(await withRunLock(folder, 'report', async () => 'done')).toBe('done');
  });

  it('from before the machine was started is nobody’s', async () => {
    lock({ since: 1_000_000 });
    expect(await withRunLock(folder, 'report', async () => 'done')).toBe('done');
  });

  it('of another machine is believed, and it is said how to be rid of it', async () => {
    lock({ pid: 1, host: 'elsewhere' });
    await expect(withRunLock(folder, 'finalize', nothing)).rejects.toThrow(`(pid 1 on elsewhere; remove ${LOCK} if it has ended there)`);
  });

  it('that was not written to its end is nobody’s', async () => {
    writeFileSync(join(folder, LOCK), '{"pid":');
    expect(await withRunLock(folder, 'report', async () => 'done')).toBe('done');
  });

  it('can be taken over although whoever was about to do so died', async () => {
    lock({ pid: await deadPid() });
    mkdirSync(join(folder, LOCK_TURN));
    utimesSync(join(folder, LOCK_TURN), 0, 0);
    expect(await withRunLock(folder, 'report', async () => 'done')).toBe('done');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that somebody else has by now is left alone', async () => {
    await withRunLock(folder, 'report', async () => lock({ purpose: 'finalize' }));
    expect(existsSync(join(folder, LOCK))).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('cannot be had in a folder that is not ours to write to', async () => {
    chmodSync(folder, 0o555);
    await withoutRootRights(async () => {
      await expect(withRunLock(folder, 'report', nothing)).rejects.toThrow('cannot write to the folder of the run: EACCES');
    });
    chmodSync(folder, 0o755);
  });

  it('cannot be had where there is no folder', async () => {
    await expect(withRunLock(join(folder, 'none'), 'report', nothing)).rejects.toThrow('cannot write to the folder of the run: ENOENT');
  });
});
