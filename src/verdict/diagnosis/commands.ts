import type { ComponentRow } from '../run-result.js';
import type { Judged } from './rule.js';

type Role = ComponentRow['role'];

/** The components of a role that are containers, by the id that `docker` takes: names are those of the configuration. */
export function containersOf(run: Judged, role: Role): { name: string; id: string }[] {
  return run.components.flatMap(({ name, role: own, source, start, end }) => {
    const id = (end ?? start)?.id;
    return own === role && source === 'docker' && id !== undefined ? [{ name, id: id.slice(0, 12) }] : [];
  });
}

/** The backends that are processes, by their id. */
export function processesOf(run: Judged): { name: string; pid: string }[] {
  return run.components.flatMap(({ name, role, source, start, end }) => {
    const pid = (end ?? start)?.id.split('@')[0];
    return role === 'backend' && source === 'process' && pid !== undefined && /^\d+$/.test(pid) ? [{ name, pid }] : [];
  });
}

/** Shows the lines of a backend's log that match an extended regular expression. Applications write to stderr, which a pipe leaves out. */
export function logCommand(run: Judged, expression: string, backend?: string): string | null {
  const containers = containersOf(run, 'backend').filter(({ name }) => backend === undefined || name === backend);
  const [one] = containers;
  if (one !== undefined && containers.length === 1) return `docker logs ${one.id} 2>&1 | grep -E '${expression}'`;
  if (containers.length > 1) {
    return `for c in ${containers.map(({ id }) => id).join(' ')}; do docker logs $c 2>&1 | grep -E '${expression}'; done`;
  }
  // Of processes the run has kept the log, where it has.
  const kept = run.evidenceFiles.filter(({ path, status }) => path.startsWith('logs/') && path.endsWith('.log.gz') && status !== 'missing');
  const wanted = backend === undefined ? kept : kept.filter(({ path }) => path === `logs/${backend}.log.gz`);
  return wanted.length === 0 ? null : `zgrep -hE '${expression}' ${wanted.map(({ path }) => path).join(' ')}`;
}

/** `docker exec <id> redis-cli <words>`, or the same without Docker. */
export function redisCli(run: Judged, words: string): string {
  const [container] = containersOf(run, 'redis');
  if (container !== undefined) return `docker exec ${container.id} redis-cli ${words}`;
  const at = / at (?<host>[\w.-]+):(?<port>\d+)/.exec(run.checks.find(({ check }) => check === 'redis-reachable')?.observed ?? '');
  return `redis-cli ${at?.groups ? `-h ${at.groups.host} -p ${at.groups.port} ` : ''}${words}`;
}

/** Runs a program in the container of nginx, or here. */
export function nginxCommand(run: Judged, words: string): string {
  const [container] = containersOf(run, 'nginx');
  return container === undefined ? `sudo ${words}` : `docker exec ${container.id} ${words}`;
}

/** Lines of the error log of nginx; null where its place is not known. */
export function nginxLogCommand(run: Judged, expression: string): string | null {
  const [container] = containersOf(run, 'nginx');
  return container === undefined ? null : `docker logs ${container.id} 2>&1 | grep -E '${expression}'`;
}

/** Shows what the backends use now. */
export function usageCommand(run: Judged): string | null {
  const containers = containersOf(run, 'backend');
  if (containers.length > 0) return `docker stats --no-stream ${containers.map(({ id }) => id).join(' ')}`;
  const processes = processesOf(run);
  return processes.length === 0 ? null : `top -b -n 1 -p ${processes.map(({ pid }) => pid).join(',')}`;
}

/** Shows where a backend's code is at the moment, by its own stack; null for one of which no process is known. */
export function stackCommand(run: Judged, backend: string | undefined): string | null {
  const container = containersOf(run, 'backend').find(({ name }) => backend === undefined || name === backend);
  if (container !== undefined) return `sudo py-spy dump --pid $(docker inspect -f '{{.State.Pid}}' ${container.id})`;
  const process = processesOf(run).find(({ name }) => backend === undefined || name === backend);
  return process === undefined ? null : `sudo py-spy dump --pid ${process.pid}`;
}

/** Begins a backend anew; null where it is no container. */
export function restartCommand(run: Judged, backend: string | undefined): string | null {
  const container = containersOf(run, 'backend').find(({ name }) => name === backend);
  return container === undefined ? null : `docker restart ${container.id}`;
}
