import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { expandWildcards } from '../wildcard.js';
import { type FileSource, loadConfiguration, type NginxConfiguration } from './configuration.js';

/**
 * Reads an nginx configuration (nginx.conf, a single file of conf.d, or a folder) and what it includes. Of a folder that is its nginx.conf, else
 * all its *.conf together. Relative includes start at the main file's folder, as nginx does. Throws when a file cannot be read or parsed, with its path and line.
 */
export async function readNginxConfig(place: string): Promise<NginxConfiguration> {
  const main = path.resolve(place);
  const isFolder = (await stat(main)).isDirectory();
  const folder = isFolder ? main : path.dirname(main);
  const source: FileSource = { read: readIfThere, expand: expandWildcards, resolve: (include) => path.resolve(folder, include) };
  return await loadConfiguration(isFolder ? await mainsOf(folder) : [main], source);
}

async function mainsOf(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.conf')).sort();
  if (names.length === 0) throw new Error(`${folder}: no *.conf is in this folder`);
  const chosen = names.includes('nginx.conf') ? ['nginx.conf'] : names;
  return chosen.map((name) => path.join(folder, name));
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
