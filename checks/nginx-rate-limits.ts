import { authPaths, peakUsers, placeOf, reloadCommand, routeTo, websocketRoutes } from '../src/clients/nginx/on-target.js';
import { type NginxReading, NOTHING_TO_READ, nginxOf } from '../src/clients/nginx/read.js';
import { inherited, type NginxRoute, settingOf } from '../src/clients/nginx/route.js';
import { knownAddresses } from '../src/clients/nginx/seen-addresses.js';
import type { NginxDirective } from '../src/clients/nginx.js';
import type { Check, CheckResult, Config } from '../src/preflight/check.js';

/** One way of the run through nginx, and how many of its connections can be on it at a time. */
interface Way {
  what: string;
  route: NginxRoute;
  atATime: number;
}

interface Limit {
  /** As it is told: `limit_req of zone api_limit (10r/s for each $binary_remote_addr) on login, in location /`. */
  text: string;
  directive: NginxDirective;
  /** Whether it can turn users of this run away. */
  binds: boolean;
}

const check: Check = {
  id: 'nginx-rate-limits',
  title: 'No rate limit of nginx is in the way',
  why: 'Users of a load test come from few addresses: a limit for each address refuses them (503, 429), and the test measures the limit.',
  needs: ['nginx'],
  after: ['docker-reachable'],
  async run(ctx) {
    const reading = await nginxOf(ctx);
    if (reading === undefined) return { status: 'skip', observed: NOTHING_TO_READ };
    return { expected: 'no limit_req, and no limit_conn below the users, on the paths of the run', ...judge(reading, ctx.config) };
  },
};

export default check;

/** Limits that are in use on the ways of the run. A zone that nothing uses limits nothing. */
export function judge(reading: NginxReading, config: Config): CheckResult {
  const addresses = knownAddresses(config, reading)?.addresses.length ?? 1;
  const ways = waysOf(reading, config);
  const zones = zonesOf(reading);
  const limits = ways.flatMap((way) => limitsOn(way, zones, addresses));
  const binding = limits.filter(({ binds }) => binds);
  if (binding.length > 0) {
    const files = [...new Set(binding.map(({ directive }) => directive.file))].join(', ');
    return {
      status: 'fail',
      observed: unique(binding.map(({ text }) => text)).join('; '),
      remedy: `for the time of the test take these lines out of ${files}, then: ${reloadCommand(reading)}`,
    };
  }
  const harmless = unique(limits.map(({ text }) => text));
  const idle = [...zones.keys()].filter((zone) => !isUsed(zone, reading));
  const observed = [
    harmless.length > 0
      ? `${harmless.join('; ')}: above what the run needs`
      : `no limit on ${ways.map(({ what }) => what).join(', ') || 'any path'}`,
    ...(idle.length > 0 ? [`zones that nothing uses, and so no limits: ${idle.join(', ')}`] : []),
  ];
  return { status: 'pass', observed: observed.join('; ') };
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];

function waysOf(reading: NginxReading, config: Config): Way[] {
  const users = peakUsers(config);
  const sockets = websocketRoutes(reading, config).map((route) => ({ what: 'the WebSocket', route, atATime: users }));
  const others = authPaths(config).flatMap((path) => {
    const route = routeTo(reading, config, path);
    // Each is over within a second, or the login check tells it.
    return route === undefined ? [] : [{ what: path, route, atATime: Math.ceil(config.loginsPerSecond) }];
  });
  return [...sockets, ...others];
}

/** Key and rate of each zone, by its name. */
function zonesOf({ configuration }: NginxReading): Map<string, { key: string; rate?: string }> {
  return new Map(
    ['limit_req_zone', 'limit_conn_zone'].flatMap((kind) =>
      configuration.find(kind).map(({ args: [key = '', ...parameters] }) => {
        const rate = parameterOf(parameters, 'rate');
        return [nameOf(parameterOf(parameters, 'zone') ?? ''), { key, ...(rate !== undefined && { rate }) }];
      }),
    ),
  );
}

const nameOf = (zone: string): string => zone.split(':')[0] ?? '';

const parameterOf = (args: readonly string[], name: string): string | undefined =>
  args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1);

function isUsed(zone: string, { configuration }: NginxReading): boolean {
  return (
    configuration.find('limit_req').some(({ args }) => parameterOf(args, 'zone') === zone) ||
    configuration.find('limit_conn').some(({ args }) => args[0] === zone)
  );
}

function limitsOn({ what, route, atATime }: Way, zones: ReturnType<typeof zonesOf>, addresses: number): Limit[] {
  const on = `on ${what}, in ${placeOf(route)}`;
  const requests = settingOf(route, 'limit_req_dry_run') === 'on' ? [] : inherited(route, 'limit_req');
  const connections = settingOf(route, 'limit_conn_dry_run') === 'on' ? [] : inherited(route, 'limit_conn');
  return [
    ...requests.map((directive) => {
      const zone = parameterOf(directive.args, 'zone') ?? '?';
      const { key = '?', rate = '?' } = zones.get(zone) ?? {};
      // However high its rate: without a burst two requests closer together than that are one too many.
      return { directive, binds: true, text: `limit_req of zone ${zone} (${rate} for each ${key}) ${on}` };
    }),
    ...connections.map((directive) => {
      const [zone = '?', most = '0'] = directive.args;
      const key = zones.get(zone)?.key ?? '?';
      const isByAddress = key === '$binary_remote_addr' || key === '$remote_addr';
      const needed = isByAddress ? Math.ceil(atATime / Math.max(1, addresses)) : atATime;
      const text = `limit_conn of zone ${zone} (${most} for each ${key}, where the run has ${needed}) ${on}`;
      return { directive, binds: Number(most) < needed, text };
    }),
  ];
}
