import { execFile } from 'node:child_process';
import { readlink, realpath } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.js';
import type { DockerClient } from './docker.js';
import { localProcesses } from './nginx/on-target.js';
import { activeWorkers, type NginxProcesses, readLocalProcesses, readNginxProcesses } from './nginx/processes.js';
import { parsePrinted, readNginxConfig } from './nginx.js';

/** A running nginx that can be told to read its configuration again. */
export interface NginxControl {
  /** `kindmap-nginx`, `nginx (pid 4711)`. */
  shown: string;
  /** Of its master, on this machine; left out for one in a container. */
  pid?: number;
  /** The files that it reads, the main one first, each once. Rejects with what nginx says when it would not start with them. */
  configurationFiles(): Promise<string[]>;
  /** `nginx -t`. Rejects with what nginx says when it would not start with its configuration as it is now. */
  test(): Promise<void>;
  /** Rejects when new workers have not taken over in time: nginx goes on with the old configuration then. Connections stay. */
  reload(): Promise<void>;
}

/** There is no nginx to be told anything: it reads its configuration when it starts. */
export class NginxNotRunningError extends Error {
  override name = 'NginxNotRunningError';
}

/** How long nginx may take to look up the names in its configuration, or to start workers. */
const DEADLINE_MS = 30_000;
const TAKEOVER_MS = 10_000;
const POLL_MS = 50;

/** Runs `nginx` with these options, beside those that the master was started with. */
type RunNginx = (options: readonly string[]) => Promise<{ exitCode: number; stdout: string; stderr: string }>;

interface Running {
  shown: string;
  run: RunNginx;
  signal: () => Promise<void>;
  look: () => Promise<NginxProcesses>;
  /** The configuration's files are relative to this. */
  folder: string;
}

/** The nginx that runs in a container. Rejects when none does. */
export async function containerControl(docker: DockerClient, container: string): Promise<NginxControl> {
  const look = () => readNginxProcesses(docker, container, AbortSignal.timeout(TAKEOVER_MS));
  const { master } = await look();
  const run: RunNginx = async (options) => {
    const argv = ['nginx', ...optionsOf(master.command), ...options];
    const { exitCode, stdout, stderr } = await docker.exec(container, argv, { signal: AbortSignal.timeout(DEADLINE_MS) });
    return { exitCode, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') };
  };
  const signal = async (): Promise<void> => void (await said(run, ['-s', 'reload']));
  return control({ shown: container, run, signal, look, folder: '/' });
}

/** Whether the master of an nginx of this machine has this pid. */
export async function isMaster(pid: number): Promise<boolean> {
  return (await readLocalProcesses(pid)) !== undefined;
}

/**
 * The nginx of this machine that was started with this file (or folder), found by its pid file. Rejects when it may not be told, and with a
 * {@link NginxNotRunningError} when there is none.
 */
export async function localControl(config: string): Promise<NginxControl> {
  const configuration = await readNginxConfig(config);
  const processes = await localProcesses({ configuration, from: config });
  if (processes === undefined) {
    throw new NginxNotRunningError(`no nginx that runs with ${config} is to be seen on this machine, by its pid file`);
  }
  const { pid, command } = processes.master;
  const look = async (): Promise<NginxProcesses> => {
    const seen = await readLocalProcesses(pid);
    if (seen === undefined) throw new Error(`nginx (pid ${pid}) has ended`);
    return seen;
  };
  const tell = (signal: NodeJS.Signals | 0): void => {
    try {
      process.kill(pid, signal);
    } catch (error) {
      throw new Error(`nginx (pid ${pid}) cannot be told to reload`, { cause: error });
    }
  };
  tell(0);
  const folder = `/proc/${pid}/cwd`;
  const program = await programOf(pid);
  const run: RunNginx = (options) => runHere(program, [...optionsOf(command), ...options], folder);
  const signal = async (): Promise<void> => tell('SIGHUP');
  const found = control({ shown: `nginx (pid ${pid})`, run, signal, look, folder: await readlink(folder) });
  const configurationFiles = async (): Promise<string[]> => {
    const [read, named] = await Promise.all([realPaths(await found.configurationFiles()), realPaths(configuration.files)]);
    // A pid file can be that of another nginx.
    if (!named.some((file) => read.includes(file))) throw new Error(`${found.shown} does not read ${config}, but ${read[0]}`);
    return read;
  };
  return { ...found, pid, configurationFiles };
}

/** Where links lead, each file once: what is edited is never a link, and never edited twice. */
async function realPaths(files: readonly string[]): Promise<string[]> {
  return [...new Set(await Promise.all(files.map((file) => realpath(file))))];
}

function control({ shown, run, signal, look, folder }: Running): NginxControl {
  return {
    shown,
    async configurationFiles() {
      const { files } = await parsePrinted(await said(run, ['-T']));
      return [...new Set(files.map((file) => path.resolve(folder, file)))];
    },
    test: async () => void (await said(run, ['-t'])),
    async reload() {
      const before = new Set(activeWorkers(await look()).map(idOf));
      await signal();
      await takeover(shown, before, look);
    },
  };
}

async function said(run: RunNginx, options: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(options);
  if (exitCode === 0) return stdout;
  throw new Error(`nginx ${options.join(' ')} ended with ${exitCode}: ${complaintOf(stderr || stdout)}`);
}

/** What it says that is wrong, in one line. */
function complaintOf(text: string): string {
  const complaints = text.split('\n').filter((line) => line.includes('[emerg]'));
  return (complaints.length > 0 ? complaints : [text]).map((line) => line.replace(/^nginx: /, '').trim()).join('; ');
}

async function takeover(shown: string, before: ReadonlySet<string>, look: () => Promise<NginxProcesses>): Promise<void> {
  const end = performance.now() + TAKEOVER_MS;
  while (performance.now() < end) {
    const now = activeWorkers(await look()).map(idOf);
    if (now.length > 0 && !now.some((id) => before.has(id))) return;
    await sleep(POLL_MS);
  }
  throw new Error(`${shown} has not taken its configuration up in ${TAKEOVER_MS / 1000} s; its error log says why`);
}

/** Pids are used again. */
const idOf = ({ pid, startTicks }: { pid: number; startTicks: number }): string => `${pid}@${startTicks}`;

/** Those that say which configuration it is, of `nginx: master process nginx -p /srv -c a.conf -g daemon off;`. */
export function optionsOf(command: string): string[] {
  const [, ...options] = command.split(/ (?=-[a-zA-Z])/);
  return options.flatMap((option) => {
    const [, flag, value] = /^(-[pceg])\s*([\s\S]+)$/.exec(option) ?? [];
    return flag === undefined || value === undefined ? [] : [flag, value];
  });
}

async function programOf(pid: number): Promise<string> {
  const program = await readlink(`/proc/${pid}/exe`).catch((error: unknown) => {
    throw new Error(`nginx (pid ${pid}) is another user's: its program cannot be seen (${messageOf(error)})`);
  });
  // The kernel's note where an update has put a new program in its place.
  return program.replace(/ \(deleted\)$/, '');
}

function runHere(program: string, options: readonly string[], cwd: string): ReturnType<RunNginx> {
  return new Promise((resolve, reject) => {
    const settings = { cwd, timeout: DEADLINE_MS, maxBuffer: 64 * 1024 * 1024, windowsHide: true };
    execFile(program, [...options], settings, (error, stdout, stderr) => {
      if (error === null) resolve({ exitCode: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ exitCode: error.code, stdout, stderr });
      else reject(new Error(`${program} ${options.at(-1)}: ${messageOf(error)}`, { cause: error }));
    });
  });
}
