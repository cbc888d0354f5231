import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'nginx-conf';
import { request } from './http.js';
import { expandWildcards, hasWildcard } from './wildcard.js';

/** The page of ngx_http_stub_status_module. The first three counters only grow; the others are connections now. */
export interface StubStatus {
  accepted: number;
  handled: number;
  requests: number;
  active: number;
  reading: number;
  writing: number;
  waiting: number;
}

const STUB_STATUS =
  /^Active connections: (\d+)\s+server accepts handled requests\s+(\d+) (\d+) (\d+)\s+Reading: (\d+) Writing: (\d+) Waiting: (\d+)\s*$/;

/** Reads a stub_status page; throws when there is no response in time, or something else at the URL. */
export async function readStubStatus(url: string, signal: AbortSignal): Promise<StubStatus> {
  const { status, text } = await request('GET', url, { signal, deadlineMs: 2_000 });
  if (status !== 200) throw new Error(`the stub_status page answered HTTP ${status}`);
  const match = STUB_STATUS.exec(text);
  if (match === null) throw new Error('the page is not one of stub_status');
  const [active = 0, accepted = 0, handled = 0, requests = 0, reading = 0, writing = 0, waiting = 0] = match.slice(1).map(Number);
  return { accepted, handled, requests, active, reading, writing, waiting };
}

/** One directive of a configuration, with the directives of its block if it has one. */
export interface NginxDirective {
  name: string;
  /** Words after the name, without their quotes. */
  args: string[];
  block?: NginxDirective[];
  /** The file in which it stands. */
  file: string;
}

/** How an upstream block picks a server. */
export type BalancingMethod = 'round_robin' | 'ip_hash' | 'least_conn' | 'hash' | 'random' | 'least_time';

export interface NginxUpstream {
  name: string;
  method: BalancingMethod;
  /** Each server as it is written, without its parameters: `fastapi:8001`, `unix:/tmp/a.sock`. */
  servers: string[];
  /** The file in which it stands. */
  file: string;
}

/** A configuration with its includes in their places. */
export interface NginxConfiguration {
  directives: NginxDirective[];
  /** Files that were read, the main one first. */
  files: string[];
  /** Includes of one named file that is not there. nginx itself would refuse to start; a copy of its configuration often lacks some. */
  missing: string[];
  /** Every directive of this name, at any depth, in the order of the files. */
  find(name: string): NginxDirective[];
  upstreams(): NginxUpstream[];
}

/**
 * Reads an nginx configuration (nginx.conf, or a single file of conf.d) and what it includes.
 * Relative includes start at the main file's folder, as nginx does. Throws when a file cannot be read or parsed, with its path and line.
 */
export async function readNginxConfig(file: string): Promise<NginxConfiguration> {
  const main = path.resolve(file);
  const files: string[] = [];
  const missing: string[] = [];

  async function load(current: string, ancestors: readonly string[]): Promise<NginxDirective[]> {
    if (ancestors.includes(current)) throw new Error(`${current}: includes itself`);
    const source = await readFile(current, 'utf8');
    files.push(current);
    return expand(parseNginx(source, current), [...ancestors, current]);
  }

  async function expand(directives: NginxDirective[], ancestors: readonly string[]): Promise<NginxDirective[]> {
    const result: NginxDirective[] = [];
    for (const directive of directives) {
      if (directive.name === 'include' && directive.args[0] !== undefined) {
        result.push(...(await include(path.resolve(path.dirname(main), directive.args[0]), ancestors)));
      } else if (directive.block === undefined) {
        result.push(directive);
      } else {
        result.push({ ...directive, block: await expand(directive.block, ancestors) });
      }
    }
    return result;
  }

  async function include(pattern: string, ancestors: readonly string[]): Promise<NginxDirective[]> {
    const result: NginxDirective[] = [];
    for (const found of hasWildcard(pattern) ? await expandWildcards(pattern) : [pattern]) {
      try {
        result.push(...(await load(found, ancestors)));
      } catch (error) {
        if (!isMissing(error)) throw error;
        missing.push(found);
      }
    }
    return result;
  }

  const directives = await load(main, []);
  const find = (name: string) => findIn(directives, name);
  return { directives, files, missing, find, upstreams: () => find('upstream').map(upstreamOf) };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function findIn(directives: readonly NginxDirective[], name: string): NginxDirective[] {
  return directives.flatMap((directive) => [
    ...(directive.name === name ? [directive] : []),
    ...(directive.block === undefined ? [] : findIn(directive.block, name)),
  ]);
}

const METHODS: readonly string[] = ['ip_hash', 'least_conn', 'hash', 'random', 'least_time'] satisfies BalancingMethod[];

function isMethod(name: string): name is BalancingMethod {
  return METHODS.includes(name);
}

function upstreamOf(directive: NginxDirective): NginxUpstream {
  const block = directive.block ?? [];
  // nginx warns "load balancing method redefined" and takes the last one.
  const method = block.map(({ name }) => name).findLast(isMethod) ?? 'round_robin';
  const servers = block.filter(({ name }) => name === 'server').flatMap(({ args }) => args.slice(0, 1));
  return { name: directive.args[0] ?? '', method, servers, file: directive.file };
}

/** Parses one file, leaving its includes as directives. Throws with the file's path and the line. */
export function parseNginx(source: string, file: string): NginxDirective[] {
  type Node = { name: string; value: string; isBlock: boolean; isVerbatim: boolean; children: Node[] | null };
  const convert = (node: Node): NginxDirective => ({
    name: unquote(node.name),
    args: node.isVerbatim ? [node.value] : words(node.value),
    ...(node.isBlock && !node.isVerbatim && { block: (node.children ?? []).map(convert) }),
    file,
  });
  let directives: NginxDirective[] = [];
  const text = withoutComments(source);
  requireWholeBlocks(text, file);
  // The library calls back before it returns.
  parse(text, (error: (Error & { line?: number }) | null, tree) => {
    if (error !== null) throw new Error(`${file}, line ${error.line ?? '?'}: ${error.message}`);
    directives = (tree?.children ?? []).map(convert);
  });
  return directives;
}

/**
 * The library takes `#note` after a single blank or a tab for a directive, which swallows the next one (`ip_hash; #note`).
 * As in nginx, a quote or a # means something only where a word begins. Newlines stay, so that lines in errors are right.
 */
function withoutComments(source: string): string {
  return source.replace(/(?<![^\s;{}])(?:"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|#[^\n]*)/g, (part) =>
    part.startsWith('#') ? '' : part,
  );
}

/** The library takes a missing } in silence, and loses what comes after one too many. Lua may hold any number of them. */
function requireWholeBlocks(text: string, file: string): void {
  if (text.includes('_by_lua_block')) return;
  let line = 1;
  const open: number[] = [];
  for (const [part] of text.matchAll(/\n|\$\{[^}]*\}|(?<![^\s;{}])(?:"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*')|[{}]/g)) {
    if (part === '{') open.push(line);
    else if (part === '}' && open.pop() === undefined) throw new Error(`${file}, line ${line}: this } closes no block`);
    line += part.match(/\n/g)?.length ?? 0;
  }
  const unclosed = open.pop();
  if (unclosed !== undefined) throw new Error(`${file}, line ${unclosed}: this block is never closed`);
}

function words(value: string): string[] {
  return (value.match(/"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|\S+/g) ?? []).map(unquote);
}

function unquote(word: string): string {
  const quote = word[0];
  if (word.length < 2 || (quote !== '"' && quote !== "'") || !word.endsWith(quote)) return word;
  return word.slice(1, -1).replaceAll(`\\${quote}`, quote);
}
