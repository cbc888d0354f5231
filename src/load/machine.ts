import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import process from 'node:process';

/** What this machine has for a load. What cannot be known here is undefined. */
export interface Machine {
  cores: number;
  /** Descriptors that one process may have open. */
  openFiles: number | undefined;
  /** Ports that sockets to one address and port can leave from, for each source address. */
  portsPerAddress: number | undefined;
  /** Memory that can be had without swapping. */
  memoryBytes: number | undefined;
}

/** Looks at the machine. @param proc Where Linux tells of itself. */
export function readMachine(proc = '/proc'): Machine {
  return {
    cores: availableParallelism(),
    openFiles: parseOpenFiles(read(`${proc}/self/limits`)) ?? openFilesOfReport(),
    portsPerAddress: parsePorts(read(`${proc}/sys/net/ipv4/ip_local_port_range`), read(`${proc}/sys/net/ipv4/ip_local_reserved_ports`)),
    // Elsewhere what Node calls available is only what is unused, which on a healthy system is next to nothing.
    memoryBytes: process.platform === 'linux' ? process.availableMemory() : undefined,
  };
}

/** The soft limit in /proc/self/limits. */
export function parseOpenFiles(limits: string | undefined): number | undefined {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits ?? '')?.[1];
  if (soft === undefined) return undefined;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}

/** How many ports the range holds (`32768 60999`) less those that are reserved (`8080,50000-50009`). */
export function parsePorts(range: string | undefined, reserved = ''): number | undefined {
  const [low, high] = (range ?? '').trim().split(/\s+/).map(Number);
  if (low === undefined || high === undefined || !(low <= high)) return undefined;
  const taken = new Set<number>();
  for (const part of reserved.trim().split(',').filter(Boolean)) {
    const [first, last = first] = part.split('-').map(Number) as [number, number?];
    for (let port = Math.max(low, first); port <= Math.min(high, last); port++) taken.add(port);
  }
  return high - low + 1 - taken.size;
}

/** Undefined for a file that is not there: then this is no Linux, or one that hides it, and the limit is not known. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** The limit as Node's diagnostic report has it, on systems that know limits but have no /proc. */
function openFilesOfReport(): number | undefined {
  const { userLimits } = (process.report?.getReport() ?? {}) as { userLimits?: { open_files?: { soft?: number | 'unlimited' } } };
  const soft = userLimits?.open_files?.soft;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : soft;
}

/** So many source addresses are tried, evenly taken from all. */
const SAMPLE = 256;

/** The first of these addresses that no socket of this machine can be bound to, with the reason. */
export async function findUnbindable(addresses: readonly string[]): Promise<{ address: string; reason: string } | undefined> {
  const step = Math.max(1, addresses.length / SAMPLE);
  for (let at = 0; at < addresses.length; at += step) {
    const address = addresses[Math.floor(at)] as string;
    const reason = await bindingError(address);
    if (reason !== undefined) return { address, reason };
  }
  return undefined;
}

function bindingError(host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port: 0, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
