import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ExitCode, KnownError } from '../errors.js';

/** Where `vite build` puts the page: beside the built sources, of which this file is one unless it runs as it was written. */
const FOLDERS = ['../../view/', '../../dist/view/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/** A file of the page. @param folders Where it may be, the first that has it counts. @throws KnownError when the page was not built. */
export function readBuilt(name: string, folders: readonly string[] = FOLDERS): string {
  const folder = folders.find((one) => existsSync(`${one}${name}`));
  if (folder === undefined) {
    throw new KnownError(`the page of the report was not built (no ${name} in ${folders.join(' or ')}): npm run build`, ExitCode.internal);
  }
  return readFileSync(`${folder}${name}`, 'utf8');
}

const cached = new Map<string, string>();

function built(name: string): string {
  const text = cached.get(name) ?? readBuilt(name);
  cached.set(name, text);
  return text;
}

/** The page's script. @throws KnownError when the page was not built. */
export const pageScript = (): string => built('page.js');

/** The page's style. @throws KnownError when the page was not built. */
export const pageStyle = (): string => built('page.css');
