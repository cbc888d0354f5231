import { access, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';

/** What Linux tells of one process now. */
export interface ProcessUsage {
  /** User and system time of all its threads since it began, in seconds. */
  cpuSeconds: number;
  /** Resident set. */
  rssBytes: number;
  /** When it began, in ticks since boot: with the pid it names one process for good, as pids are used again. */
  startTicks: number;
}

/** The local end of a TCP connection. */
export interface LocalEnd {
  /** IPv4 in dotted form (also when it is mapped into IPv6), IPv6 as eight groups without zeros being left out. */
  address: string;
  port: number;
}

/** A TCP socket by its local end. */
export interface LocalSocket extends LocalEnd {
  state: 'established' | 'listen';
}

/**
 * USER_HZ, the unit of the times in /proc/<pid>/stat. Linux fixed it at 100 for user space on every architecture that Node runs on,
 * whatever the kernel's own HZ is; asking sysconf would take a child process.
 */
const TICKS_PER_SECOND = 100;

const PROC = '/proc';

/** CPU time and memory of a process. Throws when there is none with this pid, when it is a zombie, or without Linux's /proc. */
export async function readProcess(pid: number, root = PROC): Promise<ProcessUsage> {
  const [stat, status] = await Promise.all([readOf(pid, 'stat', root), readOf(pid, 'status', root)]);
  const { state, cpuSeconds, startTicks } = parseStat(stat);
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (state === 'Z' || state === 'X' || rss === undefined) throw new Error(`process ${pid} has exited`);
  return { cpuSeconds, startTicks, rssBytes: Number(rss) * 1024 };
}

/** /proc/<pid>/stat. The second field is the command's name in parentheses, which may itself hold blanks and parentheses. */
export function parseStat(text: string): { state: string; cpuSeconds: number; startTicks: number } {
  // Counting from the state, which is the third field of proc(5).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  return { state: fields[0] ?? '', cpuSeconds: (field(14) + field(15)) / TICKS_PER_SECOND, startTicks: field(22) };
}

/** The environment with which a process was started. Its values can be secrets. Needs the same user, or root. */
export async function readEnvironment(pid: number, root = PROC): Promise<Record<string, string>> {
  const pairs = (await readOf(pid, 'environ', root)).split('\0').filter((pair) => pair.includes('='));
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

/** Names the network namespace of a process; undefined when that may not be known (another user's process). */
export async function networkNamespace(pid: number | 'self', root = PROC): Promise<string | undefined> {
  try {
    return await readlink(path.join(root, String(pid), 'ns', 'net'));
  } catch {
    // Only used to read a shared table once: without it the table is read once for each process.
    return undefined;
  }
}

/**
 * When a process began, in Unix ms, to the second or so: the kernel tells the moment of its boot in whole seconds, and moves it when the
 * clock is set. @param startTicks as in {@link ProcessUsage}
 */
export async function startTime(startTicks: number, root = PROC): Promise<number> {
  return timeOfTicks(startTicks, await readFile(path.join(root, 'stat'), 'utf8'));
}

/** The same from a text of /proc/stat. */
export function timeOfTicks(ticks: number, stat: string): number {
  const bootSeconds = /^btime (\d+)$/m.exec(stat)?.[1];
  if (bootSeconds === undefined) throw new Error('/proc/stat does not say when the machine was booted');
  return (Number(bootSeconds) + ticks / TICKS_PER_SECOND) * 1000;
}

/** The local ends of all established TCP connections in the network namespace of `pid`, IPv4 and IPv6. */
export async function readEstablished(pid: number | 'self' = 'self', root = PROC): Promise<LocalEnd[]> {
  return (await readSockets(pid, root)).filter(({ state }) => state === 'established').map(({ address, port }) => ({ address, port }));
}

/** The local ends of all TCP sockets that listen or are connected in the network namespace of `pid`, IPv4 and IPv6. */
export async function readSockets(pid: number | 'self', root = PROC): Promise<LocalSocket[]> {
  return (await Promise.all(SOCKET_TABLES.map((table) => readSocketTable(pid, table, root)))).flat();
}

/** Connections over IPv4 to a socket that listens on both are in the second. */
export const SOCKET_TABLES = ['tcp', 'tcp6'] as const;
export type SocketTable = (typeof SOCKET_TABLES)[number];

/** The sockets of one of the tables. The kernel walks those of the whole machine for it, which takes some milliseconds. */
export async function readSocketTable(pid: number | 'self', table: SocketTable, root = PROC): Promise<LocalSocket[]> {
  const read = readOf(pid, `net/${table}`, root);
  // A kernel without IPv6 has no such file.
  return parseSockets(await (table === 'tcp6' ? read.catch(() => '') : read));
}

const STATES: Record<string, LocalSocket['state']> = { '01': 'established', '0A': 'listen' };

/** The sockets in a table of /proc/net/tcp or tcp6, or in both in a row, that listen or are connected. */
export function parseSockets(table: string): LocalSocket[] {
  const sockets: LocalSocket[] = [];
  for (const line of table.split('\n')) {
    const [, local = '', , code = ''] = line.trimStart().split(' ', 4);
    const [address, port] = local.split(':');
    const state = STATES[code];
    // Of a heading too, whose fourth word is no state.
    if (state === undefined || address === undefined || port === undefined) continue;
    sockets.push({ address: parseAddress(address), port: Number.parseInt(port, 16), state });
  }
  return sockets;
}

const MAPPED_PREFIX = '00000000000000000000ffff';

/** An address as the kernel prints it: 32-bit words in the machine's byte order, which is little-endian wherever Node runs on Linux but s390x. */
function parseAddress(hex: string): string {
  const bytes = Buffer.from(hex, 'hex').swap32();
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.toString('hex', 0, 12) === MAPPED_PREFIX) return bytes.subarray(12).join('.');
  return Array.from({ length: 8 }, (_, group) => bytes.readUInt16BE(group * 2).toString(16)).join(':');
}

async function readOf(pid: number | 'self', name: string, root: string): Promise<string> {
  try {
    return await readFile(path.join(root, String(pid), name), 'utf8');
  } catch (error) {
    throw await explain(error, pid, root);
  }
}

async function explain(error: unknown, pid: number | 'self', root: string): Promise<unknown> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // ESRCH: it exited between the open and the read.
  if (code !== 'ENOENT' && code !== 'ESRCH') return error;
  const hasProc = await access(path.join(root, 'self', 'stat')).then(
    () => true,
    () => false,
  );
  return new Error(hasProc ? `there is no process ${pid}` : "needs Linux's /proc, which is not here");
}
