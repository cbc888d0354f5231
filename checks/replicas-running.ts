import { once } from 'node:events';
import { connect } from 'node:net';
import { inspectBackends, type SeenBackend } from '../src/clients/backends.js';
import type { ContainerFacts } from '../src/clients/docker.js';
import { readProcess } from '../src/clients/proc.js';
import { dockerCommand, recreateCommand } from '../src/clients/shell.js';
import { messageOf } from '../src/errors.js';
import type { Backend, Check, CheckResult, Config } from '../src/preflight/check.js';

const CONNECT_MS = 3_000;

/** What was seen of one backend. */
export interface Finding {
  name: string;
  /** Undefined where nothing could be looked at. */
  running: boolean | undefined;
  detail: string;
  /** What to do where it does not run. */
  remedy: string;
}

const check: Check = {
  id: 'replicas-running',
  title: 'All replicas run',
  why: 'With a replica missing the others carry its load, and the result is that of another system.',
  needs: ['backends'],
  after: ['docker-reachable'],
  async run({ config, env, signal }) {
    const seen = await inspectBackends(config, env, signal);
    const findings = await Promise.all(seen.map((one) => look(one, dockerCommand(config), signal)));
    const replicas = config.replicas || config.backends.length;
    return { expected: `${replicas} replicas run`, ...judge(findings, config) };
  },
};

export default check;

async function look(seen: SeenBackend, docker: string, signal: AbortSignal): Promise<Finding> {
  if (seen.kind === 'process') return await lookAtProcess(seen.backend, signal);
  const { name, container = name } = seen.backend;
  if (seen.facts !== undefined) return ofContainer(seen.facts, docker);
  return { name, running: false, detail: `there is no container ${container}`, remedy: `find out what became of it: ${docker} ps -a` };
}

/** What the state of a container means. */
export function ofContainer(facts: ContainerFacts, docker: string): Finding {
  const { name, status, exitCode, oomKilled } = facts;
  const logs = `${docker} logs --tail 50 ${name}`;
  const why = oomKilled ? `code ${exitCode}, killed for lack of memory` : `code ${exitCode}`;
  switch (status) {
    case 'running':
      return { name, running: true, detail: 'running', remedy: '' };
    case 'paused':
      return { name, running: false, detail: 'paused', remedy: `${docker} unpause ${name}` };
    case 'restarting':
      return { name, running: false, detail: `restarting again and again (${why})`, remedy: `its log says why it ends: ${logs}` };
    case 'created':
      return { name, running: false, detail: 'created and never started', remedy: `${docker} start ${name}` };
    case 'exited':
      return { name, running: false, detail: `exited (${why})`, remedy: `${docker} start ${name} (why it ended: ${logs})` };
    default:
      return { name, running: false, detail: status, remedy: `make it anew: ${recreateCommand(docker, [facts])}` };
  }
}

async function lookAtProcess({ name, pid, address, port }: Backend, signal: AbortSignal): Promise<Finding> {
  const problems: string[] = [];
  const seen: string[] = [];
  const note = async (what: string, look: () => Promise<unknown>) => {
    try {
      await look();
      seen.push(what);
    } catch (error) {
      problems.push(`${what}: ${messageOf(error)}`);
    }
  };
  // Elsewhere than on Linux the port alone has to do.
  if (pid !== undefined && process.platform === 'linux') await note(`pid ${pid}`, () => readProcess(pid));
  if (port !== undefined) {
    const host = address ?? '127.0.0.1';
    await note(`${host}:${port}`, () => accepts(host, port, signal));
  }
  const running = problems.length > 0 ? false : seen.length > 0 ? true : undefined;
  const find = [...(pid === undefined ? [] : [`ps -p ${pid}`]), ...(port === undefined ? [] : [`ss -ltnp 'sport = :${port}'`])].join('; ');
  const remedy = `start ${name} again, or mend its pid, address and port in infrastructure.backends: ${find}`;
  return { name, running, detail: problems.length > 0 ? problems.join(', ') : seen.join(', '), remedy };
}

async function accepts(host: string, port: number, signal: AbortSignal): Promise<void> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MS)]) });
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw new Error(`accepts no connection within ${CONNECT_MS / 1000} s`);
    throw error;
  } finally {
    socket.destroy();
  }
}

export function judge(findings: readonly Finding[], config: Pick<Config, 'replicas' | 'docker'>): CheckResult {
  const replicas = config.replicas || findings.length;
  const alive = findings.filter((finding) => finding.running === true);
  const dead = findings.filter((finding) => finding.running === false);
  const unseen = findings.filter((finding) => finding.running === undefined);
  const count = `${alive.length} of ${replicas} run`;
  if (dead.length > 0) {
    return {
      status: 'fail',
      observed: `${count}; ${dead.map(({ name, detail }) => `${name}: ${detail}`).join('; ')}`,
      remedy: dead.map(({ remedy }) => remedy).join('; '),
    };
  }
  if (unseen.length > 0) {
    const names = unseen.map(({ name }) => name).join(', ');
    return {
      status: 'warn',
      observed: `${count}; nothing to look at for ${names}`,
      remedy: 'give each of infrastructure.backends its container, or its pid or port',
    };
  }
  const observed = `${count}: ${alive.map(({ name, detail }) => `${name} (${detail})`).join(', ')}`;
  if (alive.length === replicas) return { status: 'pass', observed };
  if (alive.length < replicas && config.docker?.backends !== undefined) {
    const docker = dockerCommand(config);
    return {
      status: 'fail',
      observed,
      remedy: `Docker has no more containers of it: start the missing ones (${docker} compose up -d --scale <service>=${replicas}), or set infrastructure.replicas to ${alive.length}`,
    };
  }
  const name = `name all ${replicas} replicas under infrastructure.backends, or `;
  return {
    status: 'warn',
    observed,
    remedy: `${alive.length < replicas ? name : ''}set infrastructure.replicas to ${alive.length}`,
  };
}
