import { lookup } from 'node:dns/promises';
import type { Config } from '../../config/config.js';
import type { DockerClient } from '../docker.js';
import type { NginxReading } from './read.js';
import { hostOf, type NginxUpstream } from './upstream.js';

/** One address of an upstream as nginx deals users out to it. */
export interface UpstreamPeer {
  /** The backend's name where it is one of the configured, else the server as it is written. */
  name: string;
  weight: number;
  down: boolean;
}

/**
 * The addresses behind the servers of an upstream: nginx makes a server of each address that a name has. Of a name that nobody here can look up it
 * is taken for as many as there are to be replicas when it is the only server, else for one.
 *
 * @param docker where nginx runs in a container
 */
export async function peersOf(
  upstream: NginxUpstream,
  reading: NginxReading,
  config: Config,
  docker: DockerClient,
): Promise<UpstreamPeer[]> {
  const usual = upstream.peers.filter(({ backup }) => !backup);
  const counts = await Promise.all(usual.map(({ server }) => addressesOf(server, usual.length, reading, config, docker)));
  return usual.flatMap(({ server, weight, down }, index) => {
    const count = counts[index] ?? 1;
    const name = backendAt(server, config) ?? server;
    return Array.from({ length: count }, (_, nth) => ({ name: count === 1 ? name : `${name} (${nth + 1} of ${count})`, weight, down }));
  });
}

function backendAt(server: string, { backends }: Config): string | undefined {
  const place = hostOf(server);
  if (place === undefined) return undefined;
  const isAt = (own: string | undefined) => own === place.host;
  return backends.find(({ address, port, container }) => isAt(container) || (isAt(address) && port === place.port))?.name;
}

async function addressesOf(
  server: string,
  servers: number,
  { container }: NginxReading,
  { replicas, backends }: Config,
  docker: DockerClient,
): Promise<number> {
  const place = hostOf(server);
  if (place === undefined || !place.isName || backends.some((backend) => backend.container === place.host)) return 1;
  const found = container === undefined ? await lookedUp(place.host) : await running(docker, place.host);
  return found > 0 ? found : servers === 1 ? Math.max(1, replicas) : 1;
}

/** A name that is not known here may well be known to nginx. */
async function lookedUp(name: string): Promise<number> {
  return await lookup(name, { all: true, family: 4 }).then(
    (addresses) => addresses.length,
    () => 0,
  );
}

/** Containers of a service of Docker Compose, which share its name. */
async function running(docker: DockerClient, service: string): Promise<number> {
  return (await docker.find({ service })).filter((facts) => facts.running).length;
}
