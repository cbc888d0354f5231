import { once } from 'node:events';
import { connect } from 'node:net';
import { readProcess } from '../src/clients/proc.js';
import { messageOf } from '../src/errors.js';
import type { Backend, Check, CheckResult } from '../src/preflight/check.js';

const CONNECT_MS = 3_000;

interface Finding {
  name: string;
  /** Undefined where nothing could be looked at. */
  running: boolean | undefined;
  detail: string;
}

const check: Check = {
  id: 'replicas-running',
  title: 'All replicas run',
  why: 'With a replica missing the others carry its load, and the result is that of another system.',
  needs: ['backends'],
  async run({ config, signal }) {
    const findings = await Promise.all(config.backends.map((backend) => look(backend, signal)));
    return { expected: `${config.replicas} replicas, each alive and listening`, ...judge(findings, config.replicas) };
  },
};

export default check;

async function look({ name, pid, address, port }: Backend, signal: AbortSignal): Promise<Finding> {
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
  return { name, running, detail: problems.length > 0 ? problems.join(', ') : seen.join(', ') };
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

function judge(findings: readonly Finding[], replicas: number): CheckResult {
  const alive = findings.filter((finding) => finding.running === true);
  const dead = findings.filter((finding) => finding.running === false);
  const unseen = findings.filter((finding) => finding.running === undefined);
  const count = `${alive.length} of ${replicas} run`;
  if (dead.length > 0) {
    return {
      status: 'fail',
      observed: `${count}; ${dead.map(({ name, detail }) => `${name}: ${detail}`).join('; ')}`,
      remedy: `start ${dead.map(({ name }) => name).join(', ')}, or mend its pid and port: docker ps | grep fastapi; docker start ${dead[0]?.name}`,
    };
  }
  if (unseen.length > 0) {
    const names = unseen.map(({ name }) => name).join(', ');
    return {
      status: 'warn',
      observed: `${count}; nothing to look at for ${names}`,
      remedy: 'give each of infrastructure.backends its pid or port',
    };
  }
  const observed = `${count}: ${alive.map(({ name, detail }) => `${name} (${detail})`).join(', ')}`;
  if (alive.length === replicas) return { status: 'pass', observed };
  return {
    status: 'warn',
    observed,
    remedy: `name all ${replicas} replicas under infrastructure.backends, or set infrastructure.replicas to ${alive.length}`,
  };
}
