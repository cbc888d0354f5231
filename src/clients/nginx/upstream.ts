import { isIP } from 'node:net';
import type { NginxDirective } from './parse.js';

/** How an upstream block picks a server. */
export type BalancingMethod = 'round_robin' | 'ip_hash' | 'least_conn' | 'hash' | 'random' | 'least_time';

/** One `server` of an upstream. */
export interface NginxPeer {
  /** As it is written: `fastapi:8001`, `127.0.0.1:8001`, `unix:/tmp/a.sock`. */
  server: string;
  weight: number;
  down: boolean;
  backup: boolean;
  /** Its name is looked up again and again, not at the start alone. */
  resolve: boolean;
}

export interface NginxUpstream {
  name: string;
  method: BalancingMethod;
  /** Each server as it is written, without its parameters: `fastapi:8001`, `unix:/tmp/a.sock`. */
  servers: string[];
  /** The same with their parameters. */
  peers: NginxPeer[];
  /** The file in which it stands. */
  file: string;
}

const METHODS: readonly string[] = ['ip_hash', 'least_conn', 'hash', 'random', 'least_time'] satisfies BalancingMethod[];

function isMethod(name: string): name is BalancingMethod {
  return METHODS.includes(name);
}

/** What an `upstream` block says. */
export function upstreamOf(directive: NginxDirective): NginxUpstream {
  const block = directive.block ?? [];
  // nginx warns "load balancing method redefined" and takes the last one.
  const method = block.map(({ name }) => name).findLast(isMethod) ?? 'round_robin';
  const peers = block.filter(({ name, args }) => name === 'server' && args[0] !== undefined).map(({ args }) => peerOf(args));
  return { name: directive.args[0] ?? '', method, servers: peers.map(({ server }) => server), peers, file: directive.file };
}

function peerOf([server = '', ...parameters]: readonly string[]): NginxPeer {
  const weight = parameters.map((parameter) => /^weight=(\d+)$/.exec(parameter)?.[1]).find((value) => value !== undefined);
  const has = (word: string) => parameters.includes(word);
  return { server, weight: Number(weight ?? 1), down: has('down'), backup: has('backup'), resolve: has('resolve') };
}

/** Host and port of a server as it is written; undefined for a Unix socket. Without a port it is 80. */
export function hostOf(server: string): { host: string; port: number; isName: boolean } | undefined {
  if (server.startsWith('unix:')) return undefined;
  const [, bracketed, plain = '', port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(server) ?? [];
  const host = bracketed ?? plain;
  return { host, port: Number(port ?? 80), isName: isIP(host) === 0 };
}
