import { readFile } from 'node:fs/promises';
import { type DockerClient, runsHere } from '../docker.js';
import { parseStat, timeOfTicks } from '../proc.js';

export interface NginxProcess {
  pid: number;
  /** ISO 8601, to the second or so. */
  startedAt: string;
  /** Clock ticks from the boot to its start: with the pid it names one process for good. */
  startTicks: number;
  /** `nginx: worker process`, `nginx: worker process is shutting down`, `nginx: cache manager process`, … */
  command: string;
}

export interface NginxProcesses {
  /** Left out where it runs in none. */
  container?: string;
  /** Whose pids they are. */
  pidsOf: 'host' | 'container';
  master: NginxProcess;
  workers: NginxProcess[];
  /** Of the first process of its container, as {@link NginxProcess.startTicks}. */
  firstStartTicks: number;
}

/** Gives the files of /proc in a row; those that are gone are left out. */
type Cat = (paths: readonly string[]) => Promise<string>;

/** nginx may run under an init, and that under a shell. */
const DEEPEST = 3;

/** Finds nginx's processes in its container, through the host's /proc or else by `cat` in the container. Throws where there are none to be seen. */
export async function readNginxProcesses(docker: DockerClient, container: string, signal: AbortSignal): Promise<NginxProcesses> {
  const facts = await docker.inspect(container, signal);
  if (!facts.running) throw new Error(`its container is not running: ${facts.status}`);
  const isHost = await runsHere(facts);
  const cat: Cat = isHost ? catHere : (paths) => catThere(docker, facts.id, paths, signal);
  const seen = await lookAt(cat, isHost ? facts.pid : 1);
  if (seen === undefined) throw new Error('no master process of nginx is to be seen in its container');
  return { container: facts.id.slice(0, 12), pidsOf: isHost ? 'host' : 'container', ...seen };
}

/** The same of an nginx of this machine, by the pid of its master; undefined when that is no nginx or cannot be seen. */
export async function readLocalProcesses(masterPid: number): Promise<NginxProcesses | undefined> {
  const seen = await lookAt(catHere, masterPid).catch(() => undefined);
  return seen && { pidsOf: 'host', ...seen };
}

/** The open files that a process may have; undefined when that cannot be read. */
export async function readOpenFiles(
  processes: NginxProcesses,
  pid: number,
  docker: DockerClient | undefined,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { container, pidsOf } = processes;
  const file = `/proc/${pid}/limits`;
  const isThere = pidsOf === 'container' && container !== undefined && docker !== undefined;
  const text = isThere ? await catThere(docker, container, [file], signal) : await catHere([file]);
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1];
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : soft === undefined ? undefined : Number(soft);
}

/** Those that take connections; not the cache's processes, nor those that a reload has replaced. */
export function activeWorkers({ workers }: NginxProcesses): NginxProcess[] {
  return workers.filter(({ command }) => command.startsWith('nginx: worker process') && !command.includes('shutting down'));
}

/**
 * When nginx last read its configuration and looked the names in it up, Unix ms: its oldest worker began then. By the container's own start and
 * the ticks since, so comparable with what the Engine says of other containers, to a tenth of a second or so. Undefined without a worker.
 */
export function loadedAt(processes: NginxProcesses, containerStartedAt: string): number | undefined {
  const ticks = activeWorkers(processes).map(({ startTicks }) => startTicks);
  if (ticks.length === 0) return undefined;
  return Date.parse(containerStartedAt) + (Math.min(...ticks) - processes.firstStartTicks) * MS_PER_TICK;
}

/** The unit of times in /proc, see clients/proc. */
const MS_PER_TICK = 10;

async function lookAt(cat: Cat, root: number): Promise<Pick<NginxProcesses, 'master' | 'workers' | 'firstStartTicks'> | undefined> {
  const system = await cat(['/proc/stat']);
  const found = (await processTree(cat, root, DEEPEST)).map(({ pid, stat, command }) => {
    const { startTicks } = parseStat(stat);
    return { pid, startedAt: new Date(timeOfTicks(startTicks, system)).toISOString(), startTicks, command };
  });
  const master = found.find(({ command }) => command.startsWith('nginx: master'));
  const first = found[0];
  if (master === undefined || first === undefined) return undefined;
  const workers = found.filter(({ command }) => command.startsWith('nginx: ') && !command.startsWith('nginx: master'));
  return { master, workers, firstStartTicks: first.startTicks };
}

interface Found {
  pid: number;
  stat: string;
  command: string;
}

/** A process, and what it and its children started. Two calls a level. */
async function processTree(cat: Cat, root: number, levels: number): Promise<Found[]> {
  const all: Found[] = [];
  let pids = [root];
  for (let level = 0; level <= levels && pids.length > 0; level += 1) {
    all.push(...cutProcesses(await cat(pids.flatMap((pid) => [`/proc/${pid}/stat`, `/proc/${pid}/cmdline`])), pids));
    const children = await cat(pids.map((pid) => `/proc/${pid}/task/${pid}/children`));
    pids = children.split(/\s+/).filter(Boolean).map(Number);
  }
  return all;
}

/** Cuts stat and cmdline of each pid, in a row, apart: a stat is a line that begins with its pid, a cmdline ends with a zero. */
export function cutProcesses(text: string, pids: readonly number[]): Found[] {
  const begins = pids.map((pid) => ({ pid, at: beginOf(text, pid) })).filter(({ at }) => at !== -1);
  return begins.map(({ pid, at }, index) => {
    const [stat = '', ...rest] = text.slice(at, begins[index + 1]?.at).split('\n');
    return { pid, stat, command: rest.join('\n').replaceAll('\0', ' ').trim() };
  });
}

function beginOf(text: string, pid: number): number {
  const begin = `${pid} (`;
  if (text.startsWith(begin)) return 0;
  const at = text.indexOf(`\0${begin}`);
  return at === -1 ? -1 : at + 1;
}

async function catHere(paths: readonly string[]): Promise<string> {
  // A process that has ended since leaves its part empty.
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')));
  return texts.join('');
}

async function catThere(docker: DockerClient, container: string, paths: readonly string[], signal: AbortSignal): Promise<string> {
  const { exitCode, stdout, stderr } = await docker.exec(container, ['cat', ...paths], { signal });
  // 1: some of the files are gone, or there are no more children.
  if (exitCode > 1) throw new Error(`cat ended with ${exitCode}: ${stderr.toString('utf8').trim()}`);
  return stdout.toString('utf8');
}
