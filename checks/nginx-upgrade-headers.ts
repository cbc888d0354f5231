import { placeOf, reloadCommand, websocketRoutes } from '../src/clients/nginx/on-target.js';
import { type NginxReading, NOTHING_TO_READ, nginxOf } from '../src/clients/nginx/read.js';
import { inherited, type NginxRoute, passedTo, settingOf } from '../src/clients/nginx/route.js';
import type { NginxDirective } from '../src/clients/nginx.js';
import type { Check, CheckResult, Config } from '../src/preflight/check.js';

const NEEDED = ['proxy_http_version 1.1;', 'proxy_set_header Upgrade $http_upgrade;', 'proxy_set_header Connection "upgrade";'] as const;

const check: Check = {
  id: 'nginx-upgrade-headers',
  title: 'nginx passes the WebSocket upgrade on',
  why: 'Without HTTP/1.1 and both headers the backend sees a plain GET, and every connect of the run is refused.',
  needs: ['nginx'],
  after: ['docker-reachable'],
  async run(ctx) {
    const reading = await nginxOf(ctx);
    if (reading === undefined) return { status: 'skip', observed: NOTHING_TO_READ };
    return { expected: NEEDED.join(' '), ...judge(reading, ctx.config) };
  },
};

export default check;

/** What the location of the WebSocket says against what an upgrade takes. */
export function judge(reading: NginxReading, config: Config): CheckResult {
  const routes = websocketRoutes(reading, config);
  const passing = routes.filter((route) => passedTo(route) !== undefined);
  const [first] = passing;
  if (first === undefined) {
    const [route] = routes;
    return {
      status: 'fail',
      observed: `the WebSocket's path is passed on to nobody: ${route === undefined ? 'no server takes it' : `${placeOf(route)} has no proxy_pass`}`,
      remedy: `add a location for it, with proxy_pass and ${NEEDED.join(' ')} Then: ${reloadCommand(reading)}`,
    };
  }
  const lacks = lacksOf(first, reading);
  const observed = `${placeOf(first)} passes to ${passedTo(first)}`;
  if (lacks.length === 0) return { status: 'pass', observed: `${observed} with HTTP/1.1, Upgrade and Connection` };
  return {
    status: 'fail',
    observed: `${observed}, but ${lacks.map(({ found }) => found).join(', ')}`,
    remedy: `in ${placeOf(first)} write ${lacks.map(({ line }) => line).join(' ')} Then: ${reloadCommand(reading)}`,
  };
}

interface Lack {
  found: string;
  line: string;
}

function lacksOf(route: NginxRoute, { configuration }: NginxReading): Lack[] {
  const lacks: Lack[] = [];
  const version = settingOf(route, 'proxy_http_version');
  if (version !== '1.1') lacks.push({ found: `speaks HTTP/${version ?? '1.0 (the default)'} to it`, line: NEEDED[0] });
  const headers = inherited(route, 'proxy_set_header');
  const upgrade = headerOf(headers, 'upgrade');
  if (!/^(\$http_upgrade|websocket)$/i.test(upgrade ?? '')) lacks.push({ found: `sends ${shown('Upgrade', upgrade)}`, line: NEEDED[1] });
  const connection = headerOf(headers, 'connection');
  if (!upgrades(connection, configuration.find('map'))) {
    lacks.push({ found: `sends ${shown('Connection', connection)}`, line: NEEDED[2] });
  }
  return lacks;
}

const headerOf = (headers: readonly NginxDirective[], name: string): string | undefined =>
  headers.findLast(({ args }) => args[0]?.toLowerCase() === name)?.args[1];

function shown(name: string, value: string | undefined): string {
  // nginx itself sends `Connection: close`, and no Upgrade.
  return value === undefined ? `no ${name} header` : `${name}: ${value}`;
}

/** Whether a Connection header asks for the upgrade when the client has sent `Upgrade: websocket`. */
function upgrades(value: string | undefined, maps: readonly NginxDirective[]): boolean {
  if (value === undefined) return false;
  if (!value.startsWith('$')) return /\bupgrade\b/i.test(value);
  if (value === '$http_connection') return true;
  const map = maps.find(({ args }) => args[1] === value);
  return (
    map !== undefined && /\bupgrade\b/i.test(mapped(map.block ?? [], map.args[0] === '$http_connection' ? 'Upgrade' : 'websocket') ?? '')
  );
}

/** What a map gives for a value: of an equal text, then of the first expression, then the default. */
function mapped(entries: readonly NginxDirective[], value: string): string | undefined {
  const equal = entries.find(({ name }) => name.toLowerCase() === value.toLowerCase());
  const matching = entries.find(({ name }) => {
    const [, ignoresCase, expression] = /^~(\*?)(.*)$/s.exec(name) ?? [];
    return expression !== undefined && new RegExp(expression, ignoresCase ? 'i' : '').test(value);
  });
  return (equal ?? matching ?? entries.find(({ name }) => name === 'default'))?.args[0];
}
