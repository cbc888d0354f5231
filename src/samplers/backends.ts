import { isIP } from 'node:net';
import { totalmem } from 'node:os';
import { type LocalEnd, networkNamespace, type ProcessUsage, readEstablished, readProcess, startTime } from '../clients/proc.js';
import { messageOf } from '../errors.js';
import type { ComponentIdentity } from '../journal/event.js';
import { cpuRate } from './cpu-rate.js';
import type { Reading, Sampler } from './sampler.js';

/** A backend as a process of this machine. What is left out is not read. */
export interface BackendProcess {
  name: string;
  pid?: number;
  /** The IP address of its own end of the connections; left out, or 0.0.0.0 or ::, for any. */
  address?: string;
  port?: number;
}

/** CPU, memory and established connections of each backend. A backend that cannot be read is told as a problem and hides no other. */
export function backendsSampler(backends: readonly BackendProcess[]): Sampler {
  const processes = backends.map((backend) => ({ backend, watch: watchProcess(backend) }));
  const identities = backends.map((backend) => ({ backend, identify: identifyProcess(backend) }));
  return {
    id: 'backends',
    async start() {
      // Only sets the base of the CPU rates: a failure is told by the first reading.
      await Promise.allSettled(processes.map(({ watch }) => watch()));
    },
    async sample({ problem }) {
      const connections = connectionCounter();
      const parts = processes.flatMap(({ backend, watch }) =>
        [watch(), connections(backend)].map((part) =>
          part.catch((error: unknown) => {
            problem(`${backend.name}: ${messageOf(error)}`);
            return [];
          }),
        ),
      );
      return (await Promise.all(parts)).flat();
    },
    async identify({ problem }) {
      const parts = identities.map(({ backend, identify }) =>
        identify().catch((error: unknown) => {
          problem(`${backend.name}: ${messageOf(error)}`);
          return [];
        }),
      );
      return (await Promise.all(parts)).flat();
    },
  };
}

/** Says which process it is. None without a pid. */
function identifyProcess({ name, pid }: BackendProcess): () => Promise<ComponentIdentity[]> {
  let known: ComponentIdentity | undefined;
  return async () => {
    if (pid === undefined) return [];
    const { startTicks } = await readProcess(pid);
    const id = `${pid}@${startTicks}`;
    // Told as it was told before: the same process must not seem to be another one because the machine's clock was set.
    if (known?.id === id) return [known];
    const startedAt = new Date(await startTime(startTicks)).toISOString();
    known = { name, role: 'backend', source: 'process', id, startedAt };
    return [known];
  };
}

/** Reads CPU and memory of one process again and again, and sees when another one has taken its pid. */
function watchProcess({ name, pid }: BackendProcess): () => Promise<Reading[]> {
  const attributes = { backend: name };
  const rate = cpuRate();
  let startTicks: number | undefined;
  const isAnother = (usage: ProcessUsage) => startTicks !== undefined && usage.startTicks !== startTicks;

  return async () => {
    if (pid === undefined) return [];
    const usage = await readProcess(pid);
    if (isAnother(usage)) throw new Error(`process ${pid} has exited, and another one has its pid`);
    startTicks = usage.startTicks;
    const utilization = rate.next(usage.cpuSeconds);
    return [
      ...(utilization === undefined ? [] : [{ name: 'process.cpu.utilization' as const, value: utilization, attributes }]),
      { name: 'process.memory.usage', value: usage.rssBytes, attributes },
      { name: 'process.memory.utilization', value: usage.rssBytes / totalmem(), attributes },
    ];
  };
}

/** Counts connections for one sample. Each network namespace's table (all connections of the machine, or of a container) is read once. */
function connectionCounter(): (backend: BackendProcess) => Promise<Reading[]> {
  const tables = new Map<string, Promise<LocalEnd[]>>();

  async function table(pid: number | 'self'): Promise<LocalEnd[]> {
    const key = (await networkNamespace(pid)) ?? String(pid);
    const known = tables.get(key);
    if (known !== undefined) return known;
    const read = readEstablished(pid);
    tables.set(key, read);
    return read;
  }

  return async ({ name, pid, address, port }) => {
    if (port === undefined) return [];
    const isOwn = ownEnd(address, port);
    const ends = await table(pid ?? 'self');
    return [{ name: 'backend.connections', value: ends.filter(isOwn).length, attributes: { backend: name } }];
  };
}

function ownEnd(address: string | undefined, port: number): (end: LocalEnd) => boolean {
  if (address === undefined) return (end) => end.port === port;
  // A name would match nothing, and 0 connections would look like a reading.
  if (isIP(address) === 0) throw new Error(`its connections cannot be counted: ${address} is not an IP address`);
  const wanted = normalAddress(address);
  if (wanted === '0.0.0.0' || wanted === ANY_IPV6) return (end) => end.port === port;
  return (end) => end.port === port && end.address === wanted;
}

const ANY_IPV6 = '0:0:0:0:0:0:0:0';

/** An address in the form of {@link LocalEnd}. */
function normalAddress(address: string): string {
  if (isIP(address) === 4) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.toLowerCase().split('::');
  const groups = (part: string) => part.split(':').filter(Boolean);
  const left = groups(head);
  const right = groups(tail ?? '');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
