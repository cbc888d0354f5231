import { connect } from 'node:net';
import type { ContainerFacts } from '../clients/docker.js';

/** Long enough for a network, short enough for somebody who waits. */
const CONNECT_MS = 1_000;

export interface AddressOptions {
  /** Where Redis listens within its container. */
  port: number;
  /** Whether the containers run on this machine's own kernel: on another's their addresses may be somebody else's here. */
  isLocal: boolean;
  /** The Docker host, as DOCKER_HOST has it; undefined: this machine. */
  host: string | undefined;
}

/** The `host:port` by which a container is reached from here: at its own address, else at a published port; undefined where it is not. */
export async function redisAddress(facts: ContainerFacts, options: AddressOptions): Promise<string | undefined> {
  const candidates = [
    ...(options.isLocal ? ownAddresses(facts) : []).map((host) => ({ host, port: options.port })),
    ...published(facts, options),
  ];
  const reached = await Promise.all(candidates.map(isReached));
  const best = candidates.find((_, index) => reached[index]);
  return best && `${best.host.includes(':') ? `[${best.host}]` : best.host}:${best.port}`;
}

interface Address {
  host: string;
  port: number;
}

function ownAddresses({ addresses }: ContainerFacts): string[] {
  return addresses.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6].filter((one) => one !== undefined));
}

function published({ ports }: ContainerFacts, { port, host }: AddressOptions): Address[] {
  const engine = machineOf(host);
  return ports.flatMap(({ containerPort, hostAddress, hostPort }) => {
    if (containerPort !== port) return [];
    const isAny = hostAddress === '' || hostAddress === '0.0.0.0' || hostAddress === '::';
    if (engine !== undefined) return isAny ? [{ host: engine, port: hostPort }] : [];
    return [{ host: isAny ? '127.0.0.1' : hostAddress, port: hostPort }];
  });
}

/** The other machine that a Docker host is on; undefined for this one. */
function machineOf(host: string | undefined): string | undefined {
  if (host === undefined || !/^(tcp|https?|ssh):/.test(host) || !URL.canParse(host)) return undefined;
  const name = new URL(host).hostname.replace(/^\[(.*)\]$/, '$1');
  return ['localhost', '127.0.0.1', '::1'].includes(name) && !host.startsWith('ssh:') ? undefined : name;
}

async function isReached({ host, port }: Address): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_MS });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    // Why it is not reached makes no difference: the next way is tried.
    socket.once('connect', end(true)).once('timeout', end(false)).once('error', end(false));
  });
}
