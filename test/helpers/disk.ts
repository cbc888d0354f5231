import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const isRoot = process.getuid?.() === 0;

/** Whether this process can mount small disks. Without it tests of full ones are left out, loudly; in CI that is an error. */
export const canMount: boolean = isRoot && process.platform === 'linux' && mounts();

function mounts(): boolean {
  const folder = join('/tmp', `loadwitness-mount-${process.pid}`);
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', folder], { stdio: 'ignore' });
    execFileSync('umount', ['-l', folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (!canMount) {
  if (process.env.CI) throw new Error('these tests mount small disks: they need root on Linux');
  process.stderr.write('SKIPPED: tests of full and read-only disks need root on Linux, to mount small ones\n');
}

/** A disk of its own that holds no more than so much. */
export interface SmallDisk {
  folder: string;
  /** Leaves no more than so many bytes free. */
  fill(leave?: number): void;
  /** Makes room again. */
  empty(): void;
  makeReadOnly(): void;
  end(): void;
}

/** @param size As mount(8) takes it: `256k`. */
export function mountDisk(folder: string, size: string): SmallDisk {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', folder]);
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill(leave = 0) {
      if (leave > 0) writeFileSync(join(folder, 'room'), Buffer.alloc(leave));
      try {
        for (;;) writeFileSync(ballast, Buffer.alloc(4096), { flag: 'a' });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
      rmSync(join(folder, 'room'), { force: true });
    },
    empty: () => rmSync(ballast, { force: true }),
    makeReadOnly: () => void execFileSync('mount', ['-o', 'remount,ro', folder]),
    end: () => void execFileSync('umount', ['-l', folder]),
  };
}
