import { type ContainerFacts, type DockerClient, NoContainerError } from '../src/clients/docker.js';
import { passingRoutes, reloadCommand, upstreamName, upstreamOfRun } from '../src/clients/nginx/on-target.js';
import { loadedAt, readNginxProcesses } from '../src/clients/nginx/processes.js';
import { isReachedFrom } from '../src/clients/nginx/reached.js';
import { type NginxReading, NOTHING_TO_READ, nginxOf, withEngine } from '../src/clients/nginx/read.js';
import { passedTo } from '../src/clients/nginx/route.js';
import { hostOf } from '../src/clients/nginx/upstream.js';
import type { Check, CheckContext, CheckResult, Config } from '../src/preflight/check.js';

/** A name that nginx looks up once, as it starts or is reloaded. */
interface FixedName {
  host: string;
  port: number;
}

/** A container behind such a name. */
export interface NamedContainer {
  host: string;
  name: string;
  address: string;
  /** Unix ms. */
  startedAt: number;
  /** nginx has been connected to its present address. */
  isReached: boolean;
}

export interface Looked {
  /** When nginx looked the names up, Unix ms. */
  loadedAt: number;
  containers: NamedContainer[];
  /** Names of which no running container is known. */
  unknown: string[];
}

/**
 * The rule: a container gets its address when it starts, so one that started before nginx last read its configuration is known to it. One that
 * started later is known only if it has a socket from nginx. What this cannot see: a network that was taken from a running container and given
 * back, a name that is not a container's or that of its Compose service, and that a later one happens to have the address of the one before.
 */
const check: Check = {
  id: 'nginx-upstream-addresses',
  title: "nginx knows the backends' present addresses",
  why: 'A name in an upstream is looked up once: when a replica gets another address, nginx goes on with the old one, and that replica idles.',
  needs: ['nginx'],
  after: ['docker-reachable'],
  async run(ctx) {
    const reading = await nginxOf(ctx);
    if (reading === undefined) return { status: 'skip', observed: NOTHING_TO_READ };
    const expected = 'every backend started before nginx looked its name up';
    const names = fixedNames(reading, ctx.config);
    if (names.length === 0) {
      return { status: 'pass', observed: `no name is looked up once only: ${serversIn(reading, ctx.config)}`, expected };
    }
    const { container } = reading;
    if (container === undefined) {
      const hosts = names.map(({ host }) => host).join(', ');
      return { status: 'skip', observed: `when nginx looked ${hosts} up is not to be seen: set infrastructure.nginx.container` };
    }
    return { expected, ...judge(await withEngine(ctx, (docker) => look(names, container, docker, ctx)), reloadCommand(reading)) };
  },
};

export default check;

function serversIn(reading: NginxReading, config: Config): string {
  return upstreamOfRun(reading, config)?.servers.join(', ') ?? 'the WebSocket is passed to no name';
}

function fixedNames(reading: NginxReading, config: Config): FixedName[] {
  const upstream = upstreamOfRun(reading, config);
  const places =
    upstream === undefined
      ? passingRoutes(reading, config)
          .map((route) => passedTo(route) ?? '')
          .filter((to) => !to.includes('$'))
          .map((to) => hostOf(to.replace(/^https?:\/\/([^/]*).*$/, '$1')))
      : upstream.peers.filter(({ resolve }) => !resolve).map(({ server }) => hostOf(server));
  const blocks = new Set(reading.configuration.upstreams().map(({ name }) => name));
  const isFixed = (host: string) => host !== 'localhost' && !blocks.has(upstreamName(host));
  return places.flatMap((place) => (place?.isName && isFixed(place.host) ? [{ host: place.host, port: place.port }] : []));
}

async function look(names: readonly FixedName[], nginx: ContainerFacts, docker: DockerClient, { signal }: CheckContext): Promise<Looked> {
  const [processes, found] = await Promise.all([
    readNginxProcesses(docker, nginx.id, signal),
    Promise.all(names.map(async (name) => ({ ...name, containers: await behind(name.host, docker, signal) }))),
  ]);
  const time = loadedAt(processes, nginx.startedAt);
  if (time === undefined) throw new Error('no worker of nginx is to be seen');
  const from = nginx.addresses.flatMap(({ ipv4 }) => (ipv4 === undefined ? [] : [ipv4]));
  const networks = nginx.addresses.map(({ network }) => network);
  const containers = await Promise.all(
    found.flatMap(({ host, port, containers: own }) =>
      own.map(async (facts): Promise<NamedContainer> => {
        const startedAt = Date.parse(facts.startedAt);
        return {
          host,
          name: facts.name,
          address: addressIn(facts, networks),
          startedAt,
          // Only of a late one it is worth the look.
          isReached: startedAt > time && (await isReachedFrom(facts, port, from, docker, signal)),
        };
      }),
    ),
  );
  return { loadedAt: time, containers, unknown: found.flatMap(({ host, containers: own }) => (own.length === 0 ? [host] : [])) };
}

function addressIn({ addresses }: ContainerFacts, networks: readonly string[]): string {
  const shared = addresses.find(({ network }) => networks.includes(network)) ?? addresses[0];
  return shared?.ipv4 ?? shared?.ipv6 ?? 'no address';
}

/** The running containers for which Docker's own name server has this name. */
async function behind(host: string, docker: DockerClient, signal: AbortSignal): Promise<ContainerFacts[]> {
  const named = await docker.inspect(host, signal).then(
    (facts) => [facts],
    (error: unknown) => {
      if (error instanceof NoContainerError) return [];
      throw error;
    },
  );
  const found = named.length > 0 ? named : await docker.find({ service: host }, signal);
  return found.filter(({ running }) => running);
}

/** Whether a container may have got an address that nginx has never heard of. */
export function judge({ loadedAt: time, containers, unknown }: Looked, reload: string): CheckResult {
  const at = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const late = containers.filter(({ startedAt }) => startedAt > time);
  const stale = late.filter(({ isReached }) => !isReached);
  const unseen = unknown.length === 0 ? '' : `; no running container is known for ${unknown.join(', ')}`;
  if (stale.length > 0) {
    const list = stale.map(({ name, address, startedAt }) => `${name} (${address}) started at ${at(startedAt)}`).join(', ');
    return {
      status: 'fail',
      observed: `nginx looked the names up at ${at(time)}; ${list}, and has no connection from nginx${unseen}`,
      remedy: `let nginx look them up again, which keeps every connection: ${reload}`,
    };
  }
  if (containers.length === 0) {
    return { status: 'skip', observed: `nothing to compare${unseen}` };
  }
  const reached = late.length === 0 ? '' : `; later, but connected to from nginx: ${late.map(({ name }) => name).join(', ')}`;
  return {
    status: 'pass',
    observed: `nginx looked the names up at ${at(time)}, after ${containers.length - late.length} of ${containers.length} backends had started${reached}${unseen}`,
  };
}
