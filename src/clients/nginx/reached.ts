import { readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { type ContainerFacts, type DockerClient, runsHere } from '../docker.js';

/**
 * Whether a container has a socket on `port` with one of these IPv4 addresses at the other end, open or just closed: whoever is there knows its
 * address. False also where the table cannot be read.
 */
export async function isReachedFrom(
  container: ContainerFacts,
  port: number,
  addresses: readonly string[],
  docker: DockerClient,
  signal: AbortSignal,
): Promise<boolean> {
  const table = await socketsOf(container, docker, signal).catch(() => '');
  return hasPeer(table, port, addresses);
}

async function socketsOf(container: ContainerFacts, docker: DockerClient, signal: AbortSignal): Promise<string> {
  if (await runsHere(container)) {
    const files = ['tcp', 'tcp6'].map((name) => readFile(`/proc/${container.pid}/net/${name}`, 'utf8').catch(() => ''));
    return (await Promise.all(files)).join('\n');
  }
  return (await docker.exec(container.id, ['cat', '/proc/net/tcp', '/proc/net/tcp6'], { signal })).stdout.toString('utf8');
}

/** Looks for such a row in tables of /proc/net/tcp and tcp6. Addresses there are words in the byte order of nearly every machine. */
export function hasPeer(table: string, port: number, addresses: readonly string[]): boolean {
  const wanted = new Set(addresses.filter((address) => isIPv4(address)).map(asKernel));
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').some((line) => {
    const [, own = '', remote = ''] = line.trim().split(/\s+/);
    return own.endsWith(local) && wanted.has((remote.split(':')[0] ?? '').slice(-8));
  });
}

function asKernel(address: string): string {
  return Buffer.from(address.split('.').map(Number)).swap32().toString('hex').toUpperCase();
}
