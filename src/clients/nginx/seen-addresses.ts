import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Config } from '../../config/config.js';
import type { NginxReading } from './read.js';

/** The addresses from which nginx will see the run come. */
export interface SeenAddresses {
  /** Dealt out to the users in turn. */
  addresses: string[];
  /** Why they are not those that the load is sent from. */
  because?: string;
}

/**
 * From where nginx will see the users come; undefined where that is one address that the system chooses. Through a port that Docker publishes on
 * this machine's loopback it is the gateway of nginx's network, whatever the load is sent from: Docker's proxy makes a connection of its own. What
 * other things on the way (a load balancer, NAT) make of an address is not known here.
 */
export function knownAddresses({ target, sourceAddresses }: Config, { container }: NginxReading): SeenAddresses | undefined {
  const { host, port } = placeOf(target);
  const gateway = container?.addresses.find((address) => address.gateway !== undefined);
  const isPublished = container?.ports.some(({ hostPort }) => hostPort === port) ?? false;
  if (gateway?.gateway !== undefined && isPublished && isLoopback(host)) {
    return {
      addresses: [gateway.gateway],
      because: `through the port that Docker publishes nginx sees only the gateway ${gateway.gateway} of its network ${gateway.network}`,
    };
  }
  return sourceAddresses.length > 0 ? { addresses: sourceAddresses } : undefined;
}

/** The same, with the system's choice looked up. Rejects when the target's name cannot be looked up. */
export async function seenAddresses(config: Config, reading: NginxReading): Promise<SeenAddresses> {
  const { host, port } = placeOf(config.target);
  return knownAddresses(config, reading) ?? { addresses: [await localAddress(host, port)] };
}

function placeOf(target: string): { host: string; port: number } {
  const { hostname, port, protocol } = new URL(target);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? (protocol === 'wss:' ? 443 : 80) : Number(port) };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

/** The address of this machine that connections to `host` come from. Nothing is sent: a UDP socket that is connected only looks the way up. */
async function localAddress(host: string, port: number): Promise<string> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  try {
    socket.connect(port, host);
    await once(socket, 'connect');
    return socket.address().address;
  } finally {
    socket.close();
  }
}
