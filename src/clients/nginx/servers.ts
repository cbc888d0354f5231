import { isIP } from 'node:net';
import type { NginxConfiguration } from './configuration.js';
import type { NginxDirective } from './parse.js';

type Block = readonly NginxDirective[];

/** One `server` of HTTP, with the blocks around it, the outermost first. */
export interface NginxServer {
  directive: NginxDirective;
  block: Block;
  above: readonly Block[];
}

/** An address that a server listens at; `host` is undefined for all addresses. */
export interface Listen {
  host: string | undefined;
  port: number;
  options: string[];
}

/** Where a request goes: a name or an address, and the port on which nginx itself gets it. */
export interface RequestOrigin {
  host: string;
  port: number;
}

/** Every server of HTTP. A file of conf.d, read by itself, has no `http` around them. */
export function serversOf({ directives }: NginxConfiguration): NginxServer[] {
  const from = (block: Block, above: readonly Block[]): NginxServer[] =>
    block
      .filter(({ name, block: own }) => name === 'server' && own !== undefined)
      .map((directive) => ({ directive, block: directive.block ?? [], above }));
  const http = directives.filter(({ name }) => name === 'http').map(({ block = [] }) => block);
  return [...http.flatMap((block) => from(block, [block])), ...from(directives, [directives])];
}

/** Where a server listens; without `listen` nginx takes port 80 of all addresses. */
export function listensOf({ block }: NginxServer): Listen[] {
  const listens = block.filter(({ name }) => name === 'listen').flatMap(({ args }) => listenOf(args));
  const none = !block.some(({ name }) => name === 'listen');
  return none ? [{ host: undefined, port: 80, options: [] }] : listens;
}

function listenOf([place = '', ...options]: readonly string[]): Listen[] {
  if (place.startsWith('unix:')) return [];
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(place) ?? [];
  const isPort = plain !== undefined && /^\d+$/.test(plain);
  const host = isPort ? undefined : (bracketed ?? plain);
  const isAll = host === undefined || host === '*' || host === '0.0.0.0' || host === '::';
  return [{ host: isAll ? undefined : host, port: Number((isPort ? plain : port) ?? 80), options }];
}

/**
 * The servers among which nginx chooses for this request, the chosen one first: those at the port, of them those at the very address, of them
 * by name. Where none listens at the port something stands before nginx that changes it: then the name alone counts, of all servers, and
 * `isCertain` is false.
 */
export function serversFor(servers: readonly NginxServer[], { host, port }: RequestOrigin): { ranked: NginxServer[]; isCertain: boolean } {
  const listensAt = (server: NginxServer, wanted: (listen: Listen) => boolean) => listensOf(server).some(wanted);
  const atPort = servers.filter((server) => listensAt(server, (listen) => listen.port === port));
  if (atPort.length === 0) return { ranked: byName(servers, host, () => false), isCertain: false };
  const address = host === 'localhost' ? '127.0.0.1' : host;
  const exact = atPort.filter((server) => listensAt(server, (listen) => listen.port === port && listen.host === address));
  const anywhere = atPort.filter((server) => listensAt(server, (listen) => listen.port === port && listen.host === undefined));
  // Of a name nobody here knows to which of nginx's addresses it leads.
  const candidates = exact.length > 0 ? exact : isIP(address) !== 0 && anywhere.length > 0 ? anywhere : atPort;
  const isDefault = (server: NginxServer) =>
    listensAt(server, (listen) => listen.port === port && listen.options.includes('default_server'));
  return { ranked: byName(candidates, host, isDefault), isCertain: true };
}

/** As nginx ranks them: the name, `*.name`, `name.*`, the first regular expression, the default server, the first one. */
function byName(servers: readonly NginxServer[], host: string, isDefault: (server: NginxServer) => boolean): NginxServer[] {
  const rank = (server: NginxServer) => Math.min(isDefault(server) ? 5000 : 6000, ...namesOf(server).map((name) => rankOf(name, host)));
  return servers
    .map((server) => ({ server, rank: rank(server) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ server }) => server);
}

function namesOf({ block }: NginxServer): string[] {
  return block.filter(({ name }) => name === 'server_name').flatMap(({ args }) => args);
}

function rankOf(name: string, host: string): number {
  const asked = host.toLowerCase();
  const own = name.toLowerCase();
  if (own === asked || own === `.${asked}`) return 0;
  // Of several wildcards the longest wins.
  if (own.startsWith('*.') && asked.endsWith(own.slice(1))) return 2000 - own.length;
  if (own.startsWith('.') && asked.endsWith(own)) return 2000 - own.length - 1;
  if (own.endsWith('.*') && asked.startsWith(own.slice(0, -1))) return 3000 - own.length;
  if (name.startsWith('~') && new RegExp(portable(name.slice(1)), 'i').test(host)) return 4000;
  return Number.POSITIVE_INFINITY;
}

/** What PCRE and this machine's regular expressions write differently. */
export function portable(expression: string): string {
  return expression.replace(/\(\?P</g, '(?<').replace(/^\(\?i\)/, '');
}
