import { availableParallelism } from 'node:os';
import { localProcesses, peakUsers, reloadCommand } from '../src/clients/nginx/on-target.js';
import { activeWorkers, readNginxProcesses, readOpenFiles } from '../src/clients/nginx/processes.js';
import { type NginxReading, NOTHING_TO_READ, nginxOf, withEngine } from '../src/clients/nginx/read.js';
import { messageOf } from '../src/errors.js';
import type { Check, CheckContext, CheckResult } from '../src/preflight/check.js';

const DEFAULT_CONNECTIONS = 512;

/** What nginx can hold. */
export interface Room {
  /** For each worker. */
  connections: number;
  workers: number;
  /** How the number of workers is known. */
  workersAre: string;
  /** Open files that a worker may have; undefined where nothing tells it. */
  openFiles?: number;
  /** Why not. */
  openFilesUnknown?: string;
}

const check: Check = {
  id: 'nginx-worker-connections',
  title: 'nginx has room for every connection',
  why: 'A WebSocket takes two connections of a worker: past the limit nginx accepts the next user and drops it without an answer.',
  needs: ['nginx'],
  after: ['docker-reachable'],
  async run(ctx) {
    const reading = await nginxOf(ctx);
    if (reading === undefined) return { status: 'skip', observed: NOTHING_TO_READ };
    if (reading.configuration.find('events').length === 0) {
      return {
        status: 'skip',
        observed: `${reading.from} is a part of a configuration, without events: set infrastructure.nginx.config to the whole`,
      };
    }
    return judge(await roomOf(reading, ctx), peakUsers(ctx.config), reading);
  },
};

export default check;

async function roomOf(reading: NginxReading, ctx: CheckContext): Promise<Room> {
  const value = (name: string) => reading.configuration.find(name).at(-1)?.args[0];
  const connections = Number(value('worker_connections') ?? DEFAULT_CONNECTIONS);
  const seen = await processesOf(reading, ctx);
  const written = value('worker_rlimit_nofile');
  const openFiles = seen.openFiles ?? (written === undefined ? undefined : Number(written));
  return {
    connections,
    ...(seen.workers === undefined
      ? await plannedWorkers(value('worker_processes') ?? '1', reading, ctx)
      : { workers: seen.workers, workersAre: 'running' }),
    ...(openFiles !== undefined && { openFiles }),
    ...(seen.problem !== undefined && { openFilesUnknown: seen.problem }),
  };
}

/** What the workers themselves show. Where they cannot be seen the configuration has to do. */
async function processesOf(reading: NginxReading, ctx: CheckContext): Promise<{ workers?: number; openFiles?: number; problem?: string }> {
  const { container } = reading;
  try {
    return await withEngine(ctx, async (docker) => {
      const processes =
        container === undefined ? await localProcesses(reading) : await readNginxProcesses(docker, container.id, ctx.signal);
      const [first, ...others] = processes === undefined ? [] : activeWorkers(processes);
      if (processes === undefined || first === undefined) return { problem: 'its processes are not to be seen here' };
      const openFiles = await readOpenFiles(processes, first.pid, docker, ctx.signal);
      return { workers: 1 + others.length, ...(openFiles !== undefined && { openFiles }) };
    });
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

async function plannedWorkers(
  written: string,
  { container }: NginxReading,
  ctx: CheckContext,
): Promise<{ workers: number; workersAre: string }> {
  if (written !== 'auto') return { workers: Number(written), workersAre: 'configured' };
  // nginx counts the cores of the host, whatever share of them its container has.
  const cores = container === undefined ? availableParallelism() : (await withEngine(ctx, (docker) => docker.engine(ctx.signal))).cores;
  return {
    workers: cores,
    workersAre: container === undefined ? 'auto, as many as this machine has cores' : 'auto, as many as its host has cores',
  };
}

/** Whether connections and open files of all workers are enough for two connections of each user. */
export function judge(
  { connections, workers, workersAre, openFiles, openFilesUnknown }: Room,
  users: number,
  reading: NginxReading,
): CheckResult {
  const needed = 2 * users;
  const observed = `worker_connections ${connections} × ${workers} worker${workers === 1 ? '' : 's'} (${workersAre}) = ${connections * workers}; open files of a worker: ${
    openFiles === undefined ? `unknown${openFilesUnknown === undefined ? '' : ` (${openFilesUnknown})`}` : openFiles
  }`;
  const expected = `at least ${needed}: two for each of ${users} users`;
  // A third more, for what is not a user: the log, the listening sockets, the status page, uneven workers.
  const each = Math.ceil((needed / workers) * 1.33);
  const lines = [
    ...(connections * workers < needed ? [`worker_connections ${roundUp(each)}; in events`] : []),
    ...((openFiles ?? Number.POSITIVE_INFINITY) * workers < needed ? [`worker_rlimit_nofile ${roundUp(2 * each)}; at the top`] : []),
  ];
  if (lines.length > 0) {
    const [main = reading.from] = reading.configuration.files;
    return { status: 'fail', observed, expected, remedy: `in ${main} write ${lines.join(' and ')}. Then: ${reloadCommand(reading)}` };
  }
  if (openFiles === undefined) {
    const remedy = `write worker_rlimit_nofile ${roundUp(2 * each)}; at the top, or let the limit be seen: set infrastructure.nginx.container`;
    return { status: 'warn', observed, expected, remedy };
  }
  return { status: 'pass', observed, expected };
}

const roundUp = (count: number): number => 2 ** Math.ceil(Math.log2(count));
