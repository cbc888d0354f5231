import type { ContainerFacts, DockerClient } from '../clients/docker.js';
import { runsHere } from '../clients/docker.js';
import { parseNetstat } from '../clients/netstat.js';
import { type LocalSocket, parseSockets, readSocketTable, SOCKET_TABLES, type SocketTable } from '../clients/proc.js';
import { messageOf } from '../errors.js';

/** How the sockets of a container were read. */
export type SocketsMethod = '/proc/<pid>/net/tcp of the host' | 'docker exec cat /proc/net/tcp' | 'docker exec netstat -tan';

export interface ContainerSockets {
  sockets: LocalSocket[];
  method: SocketsMethod;
  /** The container that they are of. */
  facts: ContainerFacts;
}

/** A look at the container is good for so long: who bears the name may change while the old one lives on. */
const FACTS_MS = 10_000;

/**
 * Reads the TCP sockets of the container that bears a name, again and again: from the host's /proc where that is the Engine's own machine and
 * the process is proven to be the container's, else by one program in the container. Each call of the result throws when nothing works.
 */
export function containerSockets(docker: DockerClient, container: string): (signal: AbortSignal) => Promise<ContainerSockets> {
  let known: { facts: ContainerFacts; at: number } | undefined;
  let works: SocketsMethod | undefined;
  /** Tables in which something listens: until the next look nobody connects to any other. */
  let listening: readonly SocketTable[] | undefined;

  async function look(signal: AbortSignal): Promise<ContainerFacts> {
    const facts = await docker.inspect(container, signal);
    if (!facts.running) throw new Error(`its container is not running: ${facts.status}, exit code ${facts.exitCode}`);
    if (facts.id !== known?.facts.id) works = undefined;
    known = { facts, at: performance.now() };
    listening = undefined;
    return facts;
  }

  /** An Engine that is lost for a while does not make what is known about the container wrong. */
  async function current(signal: AbortSignal): Promise<ContainerFacts> {
    if (known !== undefined && performance.now() - known.at < FACTS_MS) return known.facts;
    const before = known?.facts;
    try {
      return await look(signal);
    } catch (error) {
      if (works === HOST && before !== undefined && (await runsHere(before))) return before;
      throw error;
    }
  }

  async function byHost(facts: ContainerFacts): Promise<LocalSocket[]> {
    const tables = listening ?? SOCKET_TABLES;
    const read = await Promise.all(tables.map(async (table) => ({ table, sockets: await readSocketTable(facts.pid, table) })));
    const accepting = read.filter(({ sockets }) => sockets.some(({ state }) => state === 'listen')).map(({ table }) => table);
    listening = accepting.length > 0 ? accepting : undefined;
    const sockets = read.flatMap((one) => one.sockets);
    // Looked at afterwards: a pid that was given to another process in between would show.
    if (!(await runsHere(facts))) throw new Error(`process ${facts.pid} is not to be seen as the container's`);
    return sockets;
  }

  async function byCat({ id }: ContainerFacts, signal: AbortSignal): Promise<LocalSocket[]> {
    const table = await textOf(docker, id, ['cat', '/proc/net/tcp', '/proc/net/tcp6'], signal);
    if (!table.includes('local_address')) throw new Error('cat gave no table');
    return parseSockets(table);
  }

  async function byNetstat({ id }: ContainerFacts, signal: AbortSignal): Promise<LocalSocket[]> {
    return parseNetstat(await textOf(docker, id, ['netstat', '-tan'], signal));
  }

  const methods: [SocketsMethod, typeof byCat][] = [
    [HOST, byHost],
    ['docker exec cat /proc/net/tcp', byCat],
    ['docker exec netstat -tan', byNetstat],
  ];

  async function readBy(candidates: typeof methods, facts: ContainerFacts, signal: AbortSignal): Promise<ContainerSockets> {
    const failures: string[] = [];
    for (const [method, read] of candidates) {
      try {
        const sockets = await read(facts, signal);
        works = method;
        return { sockets, method, facts };
      } catch (error) {
        signal.throwIfAborted();
        failures.push(`${method}: ${messageOf(error)}`);
      }
    }
    throw new Error(`its sockets cannot be read: ${failures.join('; ')}`);
  }

  return async (signal) => {
    const facts = await current(signal);
    if (works === undefined) return await readBy(methods, facts, signal);
    const proven = methods.filter(([method]) => method === works);
    try {
      return await readBy(proven, facts, signal);
    } catch {
      // What worked no longer does: most often it has another pid now. If not, the reason comes out again here.
      works = undefined;
      return await readBy(methods, await look(signal), signal);
    }
  };
}

const HOST: SocketsMethod = '/proc/<pid>/net/tcp of the host';

/** What a program wrote. Also of one that failed in the end: a kernel without IPv6 has no tcp6, and cat says so. */
async function textOf(docker: DockerClient, container: string, argv: readonly string[], signal: AbortSignal): Promise<string> {
  const { exitCode, stdout, stderr } = await docker.exec(container, argv, { signal });
  if (exitCode !== 0 && stdout.length === 0) {
    // The Engine itself writes to stdout that there is no such program.
    throw new Error(`${argv[0]} ended with ${exitCode}: ${stderr.toString('utf8').trim()}`);
  }
  return stdout.toString('utf8');
}
