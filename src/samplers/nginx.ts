import type { DockerClient } from '../clients/docker.js';
import { readStubStatus } from '../clients/nginx.js';
import type { LocalSocket } from '../clients/proc.js';
import { messageOf } from '../errors.js';
import { containerSockets, type SocketsMethod } from './container-sockets.js';
import { nginxConfigFile, nginxWorkersFile } from './nginx-evidence.js';
import { nginxLog } from './nginx-log.js';
import type { Reading, Sampler, SamplerContext } from './sampler.js';

export interface NginxOptions {
  /** URL of a `stub_status` page. */
  statusUrl?: string;
  /** The Engine and the name of nginx's container. */
  docker?: DockerClient;
  container?: string;
  /** The port in the container on which clients come; left out: all on which it listens. */
  port?: number;
  /** The error log, where that is a file of this machine. */
  errorLog?: string;
  /** Path of nginx.conf, for the evidence, where `nginx -T` cannot be run in a container. */
  config?: string;
  /** Counters of the error log: name → regular expression. */
  patterns?: Record<string, string>;
}

type Part = (ctx: SamplerContext) => Promise<Reading[]>;

/**
 * nginx: its connections, from a page of stub_status or else from the sockets of its container, and counters of its error log. A part that
 * cannot be read is a problem and hides no other; where nothing can be read, the reading fails.
 */
export function nginxSampler(options: NginxOptions): Sampler {
  const { statusUrl, docker, container, port, errorLog, config, patterns = {} } = options;
  const inContainer = docker !== undefined && container !== undefined ? { docker, container } : undefined;
  const place = { ...(errorLog !== undefined && { log: errorLog }), ...(inContainer && { container: inContainer.container }) };
  const log = Object.keys(patterns).length > 0 ? nginxLog(place, patterns, docker) : undefined;
  const parts: Part[] = [];
  if (statusUrl !== undefined) parts.push(({ signal }) => statusReadings(statusUrl, signal));
  else if (inContainer !== undefined) parts.push(socketReadings(inContainer.docker, inContainer.container, port));
  if (log !== undefined) parts.push((ctx) => log.readings(ctx));

  return {
    id: 'nginx',
    async start({ signal }) {
      await log?.start(signal);
    },
    async sample(ctx) {
      const results = await Promise.allSettled(parts.map((part) => part(ctx)));
      const failures = results.flatMap((result) => (result.status === 'rejected' ? [messageOf(result.reason)] : []));
      const readings = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
      // Nothing at all is one failed reading.
      if (readings.length === 0 && failures.length > 0) throw new Error(failures.join('; '));
      for (const failure of failures) ctx.problem(failure);
      return readings;
    },
    async snapshot(when, { signal }) {
      return await Promise.all([
        ...(inContainer !== undefined || config !== undefined ? [nginxConfigFile(when, { ...inContainer, config }, signal)] : []),
        ...(inContainer !== undefined ? [nginxWorkersFile(when, inContainer, signal)] : []),
      ]);
    },
    stop: async () => log?.close(),
  };
}

async function statusReadings(url: string, signal: AbortSignal): Promise<Reading[]> {
  const { accepted, handled, requests, active, reading, writing, waiting } = await readStubStatus(url, signal);
  const states = Object.entries({ active, reading, writing, waiting });
  return [
    ...states.map(([state, value]) => ({ name: 'nginx.connections_current' as const, value, attributes: { state } })),
    { name: 'nginx.connections_accepted', value: accepted },
    { name: 'nginx.connections_handled', value: handled },
    { name: 'nginx.requests', value: requests },
  ];
}

/**
 * Connections that are established on the ports on which nginx listens. Their sum is also told as what stub_status calls active: that counts
 * the connections of clients, waiting ones included and those to upstreams not, from nginx's accept to its close. The two differ only by those
 * that the kernel has accepted and nginx not yet (workers that are busy or at their limit), and by those that the client has closed and nginx not yet.
 */
function socketReadings(docker: DockerClient, container: string, port: number | undefined): Part {
  const read = containerSockets(docker, container);
  let told: SocketsMethod | undefined;
  return async ({ signal, note }) => {
    const { sockets, method, facts } = await read(signal);
    if (port === undefined && facts.addresses.some(({ network }) => network === 'host')) {
      throw new Error("its container is on the host's network: which of its ports is nginx's has to be configured");
    }
    if (method !== told) note({ component: 'nginx', what: 'connections-method', detail: method });
    told = method;
    const counts = connectionsByPort(sockets, port);
    if (counts.size === 0)
      throw new Error(port === undefined ? 'nothing listens in its container' : `nothing listens on port ${port} of its container`);
    return [
      ...[...counts].map(([of, value]) => ({ name: 'nginx.connections_established' as const, value, attributes: { port: String(of) } })),
      {
        name: 'nginx.connections_current',
        value: [...counts.values()].reduce((sum, count) => sum + count, 0),
        attributes: { state: 'active' },
      },
    ];
  };
}

/** The Engine's own name server listens in each container of a network. */
const ENGINE_DNS = '127.0.0.11';

/** Established connections of each port on which something listens, 0 included. @param only of this port alone */
export function connectionsByPort(sockets: readonly LocalSocket[], only?: number): Map<number, number> {
  const listening = sockets.filter(({ state, address, port }) => state === 'listen' && address !== ENGINE_DNS && (only ?? port) === port);
  const counts = new Map(listening.map(({ port }) => [port, 0]));
  for (const { state, port } of sockets) {
    const count = counts.get(port);
    if (state === 'established' && count !== undefined) counts.set(port, count + 1);
  }
  return counts;
}
