import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { ExitCode, KnownError, messageOf, UsageError } from '../errors.js';

/** Paths of the programs that the demo runs. */
export interface Programs {
  redisServer: string;
  nginx: string;
}

/** The machine, as far as finding and installing programs goes. */
export interface Machine {
  platform: string;
  root: boolean;
  /** The program's path, or undefined. */
  find(program: string): Promise<string | undefined>;
  /** Runs a program to its end and keeps its output; rejects when it fails. */
  run(program: string, args: readonly string[], signal?: AbortSignal): Promise<void>;
}

export interface PackageOptions {
  /** Whether missing packages may be installed with apt-get. */
  install: boolean;
  onProgress(line: string): void;
  signal?: AbortSignal;
}

const PACKAGES = { 'redis-server': 'redis-server', nginx: 'nginx-light' } as const;
/** Debian keeps nginx where only root's PATH looks. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * Finds redis-server and nginx, and installs what is missing where that is allowed and possible.
 * @throws UsageError that names the packages, or says that the demo needs Linux
 */
export async function findPrograms(options: PackageOptions, machine: Machine = thisMachine()): Promise<Programs> {
  if (machine.platform !== 'linux') {
    throw new UsageError(`the demo needs Linux (it uses the loopback addresses 127.0.x.1 and /proc); this is ${machine.platform}`);
  }
  const missing = await missingPackages(machine);
  if (missing.length > 0) await install(missing, options, machine);
  const [redisServer, nginx] = await Promise.all([machine.find('redis-server'), machine.find('nginx')]);
  if (redisServer === undefined || nginx === undefined) {
    throw new KnownError(`redis-server or nginx is still missing after ${missing.join(' and ')} was installed`, ExitCode.internal);
  }
  return { redisServer, nginx };
}

async function missingPackages(machine: Machine): Promise<string[]> {
  const found = await Promise.all(Object.entries(PACKAGES).map(async ([program, name]) => ((await machine.find(program)) ? [] : [name])));
  return found.flat();
}

async function install(packages: readonly string[], options: PackageOptions, machine: Machine): Promise<void> {
  const names = packages.join(' ');
  const byHand = `install them with: sudo apt-get install -y --no-install-recommends ${names}`;
  if (!options.install) throw new UsageError(`the demo needs the packages ${names}; ${byHand}`);
  if ((await machine.find('apt-get')) === undefined) {
    throw new UsageError(
      `the demo needs redis-server and nginx, and there is no apt-get here to install them: install the packages ${names} by hand`,
    );
  }
  const sudo = machine.root ? [] : ['sudo', '-n'];
  if (!machine.root && !(await works(machine, 'sudo', ['-n', 'true']))) {
    throw new UsageError(`the demo needs the packages ${names} and may not install them (neither root nor passwordless sudo); ${byHand}`);
  }
  const aptGet = async (...args: string[]): Promise<void> => {
    const [program = 'env', ...rest] = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
    await machine.run(program, rest, options.signal);
  };
  options.onProgress(`installing ${names} with apt-get`);
  try {
    await aptGet('update', '-qq');
    await aptGet('install', '-y', '-qq', '--no-install-recommends', ...packages);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new KnownError(`apt-get could not install ${names}: ${messageOf(error)}`, ExitCode.internal, { cause: error });
  }
}

async function works(machine: Machine, program: string, args: readonly string[]): Promise<boolean> {
  return machine.run(program, args).then(
    () => true,
    // Not installed, or it asks for a password: either way it does not work, which is the answer.
    () => false,
  );
}

function thisMachine(): Machine {
  return { platform: process.platform, root: process.getuid?.() === 0, find, run };
}

async function find(program: string): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...SYSTEM_FOLDERS];
  for (const folder of folders) {
    const path = join(folder, program);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder: the next one may have it.
    }
  }
  return undefined;
}

async function run(program: string, args: readonly string[], signal?: AbortSignal): Promise<void> {
  try {
    await promisify(execFile)(program, args, { maxBuffer: 64 * 1024 * 1024, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    const stderr = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr).trim() : '';
    // apt-get's last lines say what failed; the whole command line says nothing more.
    throw new Error(stderr.split('\n').slice(-3).join(' ') || messageOf(error), { cause: error });
  }
}
