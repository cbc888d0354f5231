import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Config, KINDMAP } from '../../config/config.js';
import { type NginxProcesses, readLocalProcesses } from './processes.js';
import type { NginxReading } from './read.js';
import { allRoutes, inherited, type NginxRoute, passedTo, routeOf } from './route.js';
import type { RequestOrigin } from './servers.js';
import type { NginxUpstream } from './upstream.js';

/** A path of KindMap for any user; its id plays no part in where it leads. */
const KINDMAP_WEBSOCKET = '/api/v1/ws/loadwitness';
const KINDMAP_AUTH = '/api/v1/auth';

/** Paths other than the WebSocket's that a run asks for: login, and what its identities need. Empty where a scenario's are not known. */
export function authPaths({ scenario, identity, accounts }: Config): string[] {
  if (scenario !== KINDMAP) return [];
  const logsIn = accounts.length > 0 || identity === 'accounts' || identity === 'registered';
  return [
    ...(logsIn ? [`${KINDMAP_AUTH}/login`, `${KINDMAP_AUTH}/refresh`] : []),
    ...(identity === 'registered' ? [`${KINDMAP_AUTH}/register`] : []),
  ];
}

/**
 * The ways that the run's WebSockets take through nginx. Where the path is not known (a scenario of one's own) those that pass to the upstream:
 * the ones that upgrade, if any does.
 */
export function websocketRoutes(reading: NginxReading, config: Config): NginxRoute[] {
  if (config.scenario === KINDMAP) {
    const route = routeTo(reading, config, KINDMAP_WEBSOCKET);
    return route === undefined ? [] : [route];
  }
  const upstream = config.nginx?.upstream ?? '';
  const passing = allRoutes(reading.configuration).filter((route) => {
    const to = passedTo(route);
    return to !== undefined && (upstream === '' || upstreamName(to) === upstream);
  });
  const upgrading = passing.filter((route) =>
    inherited(route, 'proxy_set_header').some(({ args }) => args[0]?.toLowerCase() === 'upgrade'),
  );
  return upgrading.length > 0 ? upgrading : passing;
}

/** Those of {@link websocketRoutes} that pass on to a backend. */
export function passingRoutes(reading: NginxReading, config: Config): NginxRoute[] {
  return websocketRoutes(reading, config).filter((route) => passedTo(route) !== undefined);
}

/** For checks of how the WebSocket is passed on, where it is not: another check tells that. */
export const NOT_PASSED_ON = "nothing to judge: nginx passes the WebSocket's path on to no backend";

/** The way that a request of the run for `path` takes. */
export function routeTo(reading: NginxReading, { target }: Config, path: string): NginxRoute | undefined {
  return routeOf(reading.configuration, originOf(reading, target), path);
}

/** Where nginx itself gets what is sent to the target: a published port leads to another one in its container. */
export function originOf({ container }: NginxReading, target: string): RequestOrigin {
  const { hostname, port, protocol } = new URL(target);
  const asked = port === '' ? (protocol === 'wss:' ? 443 : 80) : Number(port);
  const published = container?.ports.find(({ hostPort }) => hostPort === asked);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: published?.containerPort ?? asked };
}

/** A location and its file, for a sentence: `location /api/v1/ws/ of /etc/nginx/nginx.conf`. */
export function placeOf({ where, location, server }: NginxRoute): string {
  return `${where} of ${(location ?? server.directive).file}`;
}

/** The name in `http://name/path`, without its port. */
export function upstreamName(proxyPass: string): string {
  return /^https?:\/\/([^/:?$]+)/.exec(proxyPass)?.[1] ?? proxyPass;
}

/** The upstream in front of the backends: the one that is configured, or the only one; undefined when there is none such. */
export function upstreamOfRun({ configuration }: NginxReading, { nginx }: Config): NginxUpstream | undefined {
  const all = configuration.upstreams();
  return nginx?.upstream ? all.find(({ name }) => name === nginx.upstream) : all.length === 1 ? all[0] : undefined;
}

/** Users at the plan's peak. */
export function peakUsers({ stages }: Config): number {
  return Math.max(0, ...stages.map(({ users }) => users));
}

/** Seconds from the first user to the plan's end. */
export function runSeconds({ stages }: Config): number {
  return Math.max(0, ...stages.map(({ untilSeconds }) => untilSeconds));
}

/** The command that tests the configuration and reloads it, which keeps every connection. */
export function reloadCommand({ container, configuration }: NginxReading): string {
  if (container !== undefined) return `docker exec ${container.name} nginx -t && docker exec ${container.name} nginx -s reload`;
  const [main = ''] = configuration.files;
  const isUsual = main === '/etc/nginx/nginx.conf' || configuration.find('http').length === 0;
  const pid = pidFile(configuration);
  const prefix = pid !== undefined && !path.isAbsolute(pid) ? ` -p ${path.dirname(main)}` : '';
  const options = isUsual ? '' : `${prefix} -c ${main}`;
  return `nginx -t${options} && nginx -s reload${options}`;
}

function pidFile(configuration: NginxReading['configuration']): string | undefined {
  return configuration.find('pid').at(-1)?.args[0];
}

const USUAL_PID_FILES = ['/run/nginx.pid', '/var/run/nginx.pid', '/usr/local/nginx/logs/nginx.pid'];

/** The processes of an nginx of this machine, by its pid file; undefined when it is not here or cannot be seen. */
export async function localProcesses({ configuration }: NginxReading): Promise<NginxProcesses | undefined> {
  const named = pidFile(configuration);
  // A relative one is in the folder that nginx was started for, most often that of its configuration.
  const files = named === undefined ? USUAL_PID_FILES : [path.resolve(path.dirname(configuration.files[0] ?? ''), named)];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const processes = /^\d+$/.test(text.trim()) ? await readLocalProcesses(Number(text)) : undefined;
    if (processes !== undefined) return processes;
  }
  return undefined;
}
