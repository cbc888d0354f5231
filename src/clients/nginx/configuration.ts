import { hasWildcard } from '../wildcard.js';
import { type NginxDirective, parseNginx } from './parse.js';
import { type NginxUpstream, upstreamOf } from './upstream.js';

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

/** Where files of a configuration are: on this machine, in a container, in what `nginx -T` printed. */
export interface FileSource {
  /** Undefined when it is not there. */
  read(file: string): Promise<string | undefined>;
  /** The files that match a pattern with wildcards, sorted. */
  expand(pattern: string): Promise<string[]>;
  /** Absolute, from the main file's folder, as nginx does. */
  resolve(include: string): string;
}

/** Reads files one after the other as one configuration, and what they include. Throws when one cannot be read or parsed, with its path and line. */
export async function loadConfiguration(mains: readonly string[], source: FileSource): Promise<NginxConfiguration> {
  const files: string[] = [];
  const missing: string[] = [];

  async function load(file: string, ancestors: readonly string[]): Promise<NginxDirective[] | undefined> {
    if (ancestors.includes(file)) throw new Error(`${file}: includes itself`);
    const text = await source.read(file);
    if (text === undefined) return undefined;
    files.push(file);
    return expand(parseNginx(text, file), [...ancestors, file]);
  }

  async function expand(directives: NginxDirective[], ancestors: readonly string[]): Promise<NginxDirective[]> {
    const result: NginxDirective[] = [];
    for (const directive of directives) {
      if (directive.name === 'include' && directive.args[0] !== undefined) {
        result.push(...(await include(source.resolve(directive.args[0]), ancestors)));
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
    for (const found of hasWildcard(pattern) ? await source.expand(pattern) : [pattern]) {
      const directives = await load(found, ancestors);
      if (directives === undefined) missing.push(found);
      else result.push(...directives);
    }
    return result;
  }

  const directives: NginxDirective[] = [];
  for (const main of mains) {
    const loaded = await load(main, []);
    if (loaded === undefined) throw new Error(`ENOENT: there is no file ${main}`);
    directives.push(...loaded);
  }
  const find = (name: string) => findIn(directives, name);
  return { directives, files, missing, find, upstreams: () => find('upstream').map(upstreamOf) };
}

function findIn(directives: readonly NginxDirective[], name: string): NginxDirective[] {
  return directives.flatMap((directive) => [
    ...(directive.name === name ? [directive] : []),
    ...(directive.block === undefined ? [] : findIn(directive.block, name)),
  ]);
}
