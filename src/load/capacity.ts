import type { Config } from '../config/config.js';
import { ExitCode, KnownError } from '../errors.js';
import type { Stage } from '../journal/event.js';
import { findUnbindable, type Machine, readMachine } from './machine.js';

/** How a load is spread over this machine. */
export interface Layout {
  /** Descriptors are counted by process, so threads do not help where they run out. */
  kind: 'threads' | 'processes';
  workers: number;
  /** As many users as this layout can hold; Infinity where no limit is known. */
  mostUsers: number;
}

/** What a load needs of the machine. */
export interface Need {
  /** The greatest number of users at a time. */
  users: number;
  /** Number of addresses to connect from; at least 1. */
  sourceAddresses: number;
  /** Worker threads that were asked for; 0: as many as help. */
  workers: number;
  /** Whether the sockets speak TLS. */
  secure: boolean;
}

/** Something that the machine has too little of. */
export interface Lack {
  what: 'open files' | 'ports' | 'memory' | 'source addresses';
  /** What there is, what is needed and what to do. */
  text: string;
}

/** Whether the machine is enough. `unknown` says what could not be looked at. */
export type Capacity = { enough: true; layout: Layout; unknown: string[] } | { enough: false; lacks: Lack[] };

/** The part of the configuration that says what its load needs of the machine. */
export type MachineConfig = Pick<Config, 'target' | 'stages' | 'sourceAddresses' | 'workers'>;

/** Descriptors of the main process besides the sockets of its users: Node's own, the journal, the logs, Redis. */
const OWN_FILES = 96;
/** Descriptors of a worker process besides its sockets. */
const WORKER_FILES = 48;
/** Descriptors of the event loop of a worker thread. */
const THREAD_FILES = 12;
/** More processes than this would wait for each other more than they would help. */
const MOST_PROCESSES = 64;
/** With fewer users a further worker costs more than it helps. */
const USERS_PER_WORKER = 200;
const USER_BYTES = 20 * 1024;
/** What a socket's TLS state takes on top. */
const TLS_BYTES = 32 * 1024;
const WORKER_BYTES = 64 * 1024 * 1024;

/** The greatest number of users of a plan. */
export function greatestUsers(stages: readonly Stage[]): number {
  return stages.reduce((most, { users }) => Math.max(most, users), 0);
}

/** Judges what a load needs by what the machine has. */
export function capacityOf(need: Need, machine: Machine): Capacity {
  const { users } = need;
  const layout = layoutOf(need, machine);
  const ports = need.sourceAddresses * (machine.portsPerAddress ?? Number.POSITIVE_INFINITY);
  const memory = (machine.memoryBytes ?? Number.POSITIVE_INFINITY) - layout.workers * WORKER_BYTES;
  const userBytes = USER_BYTES + (need.secure ? TLS_BYTES : 0);
  const lacks: Lack[] = [];
  if (users > layout.mostUsers) lacks.push(filesLack(users, machine.openFiles ?? 0));
  if (users > ports) lacks.push(portsLack(users, need.sourceAddresses, machine.portsPerAddress ?? 0));
  if (users * userBytes > memory)
    lacks.push(memoryLack(users, users * userBytes + layout.workers * WORKER_BYTES, machine.memoryBytes ?? 0));
  if (lacks.length > 0) return { enough: false, lacks };
  const mostUsers = Math.min(layout.mostUsers, ports, Math.floor(memory / userBytes));
  return { enough: true, layout: { ...layout, mostUsers }, unknown: unknownOf(machine) };
}

/** Threads where one process may open all sockets, processes otherwise. `mostUsers` is what the descriptors allow. */
function layoutOf({ users, workers }: Need, { cores, openFiles = Number.POSITIVE_INFINITY }: Machine): Layout {
  // One core is left to sampling.
  const wanted = workers > 0 ? workers : Math.max(1, Math.min(cores - 1, Math.ceil(users / USERS_PER_WORKER)));
  const together = openFiles - OWN_FILES - wanted * THREAD_FILES;
  if (users <= together) return { kind: 'threads', workers: wanted, mostUsers: together };
  const each = Math.max(0, openFiles - WORKER_FILES);
  const processes = Math.min(MOST_PROCESSES, Math.max(wanted, Math.ceil(users / Math.max(1, each))));
  return { kind: 'processes', workers: processes, mostUsers: each * processes };
}

function filesLack(users: number, openFiles: number): Lack {
  const enough = Math.ceil(users / MOST_PROCESSES) + OWN_FILES;
  const text = `a process may have ${openFiles} open, and ${MOST_PROCESSES} processes cannot share ${users} sockets among them: ulimit -n ${enough} or more`;
  return { what: 'open files', text };
}

function portsLack(users: number, addresses: number, ports: number): Lack {
  const from = addresses === 1 ? 'one source address' : `${addresses} source addresses`;
  const lacking = Math.ceil(users / Math.max(1, ports)) - addresses;
  const text =
    `${ports} sockets can go to one address and port from one source address, so ${ports * addresses} from ${from}: ` +
    `${lacking} more in --source-addresses, or a wider net.ipv4.ip_local_port_range`;
  return { what: 'ports', text };
}

function memoryLack(users: number, needed: number, bytes: number): Lack {
  const mib = (value: number) => `${Math.round(value / 1024 / 1024)} MiB`;
  const text = `${mib(bytes)} can be had, and ${users} users need about ${mib(needed)}: fewer users, or another machine`;
  return { what: 'memory', text };
}

function unknownOf({ openFiles, portsPerAddress, memoryBytes }: Machine): string[] {
  const known = { 'open files': openFiles, ports: portsPerAddress, memory: memoryBytes };
  return Object.entries(known).flatMap(([name, value]) => (value === undefined ? [name] : []));
}

/** What the load of a configuration needs. */
export function needOf({ target, stages, sourceAddresses, workers }: MachineConfig): Need {
  const secure = target.startsWith('wss:');
  return { users: greatestUsers(stages), sourceAddresses: Math.max(1, sourceAddresses.length), workers, secure };
}

/** Tells of a source address that no socket of this machine can be bound to. */
export async function addressLack({ sourceAddresses }: Pick<Config, 'sourceAddresses'>): Promise<Lack | undefined> {
  const unbindable = await findUnbindable(sourceAddresses);
  if (unbindable === undefined) return undefined;
  const { address, reason } = unbindable;
  return {
    what: 'source addresses',
    text: `${address} is not an address of this machine (${reason}): ip address add ${address} dev <interface>`,
  };
}

/**
 * Spreads the load of a configuration over this machine.
 *
 * @throws KnownError naming all that the machine lacks, and what to type.
 */
export async function planLayout(config: MachineConfig, machine: Machine = readMachine()): Promise<{ layout: Layout; unknown: string[] }> {
  const need = needOf(config);
  const capacity = capacityOf(need, machine);
  const lacks = capacity.enough ? [] : capacity.lacks;
  const unbindable = await addressLack(config);
  if (unbindable) lacks.push(unbindable);
  if (lacks.length > 0 || !capacity.enough) {
    const lines = lacks.map(({ what, text }) => `  ${what}: ${text}`);
    const text = [`this machine cannot hold the load of ${need.users} users, so none was sent:`, ...lines].join('\n');
    throw new KnownError(text, ExitCode.preflightFailed);
  }
  return { layout: capacity.layout, unknown: capacity.unknown };
}

/** The layout in words: `2 worker threads in one process`, `3 worker processes`. */
export function describeLayout({ kind, workers }: Layout): string {
  if (kind === 'processes') return `${workers} worker processes, since one may not open that many sockets`;
  return workers === 1 ? 'one worker thread' : `${workers} worker threads`;
}
