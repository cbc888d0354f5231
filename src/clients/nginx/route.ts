import type { NginxConfiguration } from './configuration.js';
import type { NginxDirective } from './parse.js';
import { type NginxServer, portable, type RequestOrigin, serversFor, serversOf } from './servers.js';

type Block = readonly NginxDirective[];

/** The blocks that a request goes through. What `rewrite`, `try_files`, `error_page` and `if` do with it is not followed. */
export interface NginxRoute {
  server: NginxServer;
  /** The innermost location; undefined where the server has none for this path. */
  location?: NginxDirective;
  /** The blocks whose directives hold, the outermost first: http, server, location, location within it. */
  levels: readonly Block[];
  /** As it is written: `location /api/v1/ws/`, or `server`. */
  where: string;
}

/** The way of a request for `path`, and undefined where the configuration has no server. Throws for a location's expression that cannot be read here. */
export function routeOf(configuration: NginxConfiguration, origin: RequestOrigin, path: string): NginxRoute | undefined {
  const { ranked, isCertain } = serversFor(serversOf(configuration), origin);
  const routes = ranked.map((server) => within(server, locationsFor(server.block, path)));
  // Where nobody can tell which server is meant, one that passes on is more likely than one that redirects.
  return (isCertain ? undefined : routes.find((route) => passedTo(route) !== undefined)) ?? routes[0];
}

/** The way through every location of every server. */
export function allRoutes(configuration: NginxConfiguration): NginxRoute[] {
  return serversOf(configuration).flatMap((server) => {
    const chains = (block: Block): NginxDirective[][] =>
      block.filter(isLocation).flatMap((location) => [[location], ...chains(location.block ?? []).map((chain) => [location, ...chain])]);
    return chains(server.block).map((chain) => within(server, chain));
  });
}

/** The directives of this name that hold on this way: those of the innermost block that has any. */
export function inherited({ levels }: Pick<NginxRoute, 'levels'>, name: string): NginxDirective[] {
  for (const block of levels.toReversed()) {
    const own = block.filter((directive) => directive.name === name);
    if (own.length > 0) return own;
  }
  return [];
}

/** The first word of the directive that holds: `60s` of `proxy_read_timeout 60s`. */
export function settingOf(route: Pick<NginxRoute, 'levels'>, name: string): string | undefined {
  return inherited(route, name).at(-1)?.args[0];
}

/** Where a route passes requests on, as it is written: `http://fastapi_backend`. It is not inherited. */
export function passedTo({ location }: NginxRoute): string | undefined {
  return location?.block?.find(({ name }) => name === 'proxy_pass')?.args[0];
}

function within(server: NginxServer, chain: readonly NginxDirective[]): NginxRoute {
  const location = chain.at(-1);
  return {
    server,
    ...(location !== undefined && { location }),
    levels: [...server.above, server.block, ...chain.map(({ block = [] }) => block)],
    where: location === undefined ? 'server' : ['location', ...location.args].join(' '),
  };
}

const isLocation = ({ name, args }: NginxDirective): boolean => name === 'location' && !(args[0] ?? '').startsWith('@');

/** A location's modifier and what it is for; nginx takes `=/a` and `^~/a` in one word, too. */
function patternOf({ args }: NginxDirective): { modifier: string; pattern: string } {
  const [first = '', second] = args;
  if (second !== undefined) return { modifier: first, pattern: second };
  const [, modifier = '', pattern = ''] = /^(=|\^~|~\*|~)?([\s\S]*)$/.exec(first) ?? [];
  return { modifier, pattern };
}

/** The location that nginx takes and those around it, the outermost first: as ngx_http_core_find_location does. */
function locationsFor(block: Block, path: string): NginxDirective[] {
  const all = block.filter(isLocation).map((directive) => ({ directive, ...patternOf(directive) }));
  const exact = all.find(({ modifier, pattern }) => modifier === '=' && pattern === path);
  if (exact !== undefined) return [exact.directive];
  const longest = all
    .filter(({ modifier, pattern }) => (modifier === '' || modifier === '^~') && path.startsWith(pattern))
    .sort((a, b) => b.pattern.length - a.pattern.length)[0];
  const nested = longest === undefined ? [] : locationsFor(longest.directive.block ?? [], path);
  // An exact match or an expression within it is the end of the search; so is a `^~` there for its own level alone.
  if (longest !== undefined && nested.some((directive) => !isPrefix(directive))) return [longest.directive, ...nested];
  if (longest?.modifier !== '^~') {
    const matching = all.find(({ modifier, pattern }) => modifier.startsWith('~') && matches(modifier, pattern, path));
    if (matching !== undefined) return [matching.directive, ...locationsFor(matching.directive.block ?? [], path)];
  }
  return longest === undefined ? [] : [longest.directive, ...nested];
}

function isPrefix(directive: NginxDirective): boolean {
  const { modifier } = patternOf(directive);
  return modifier === '' || modifier === '^~';
}

function matches(modifier: string, pattern: string, path: string): boolean {
  const ignoresCase = modifier === '~*' || pattern.startsWith('(?i)');
  try {
    return new RegExp(portable(pattern), ignoresCase ? 'i' : '').test(path);
  } catch (error) {
    throw new Error(`location ${modifier} ${pattern}: this expression cannot be read here`, { cause: error });
  }
}
