import { realpathSync } from 'node:fs';
import path from 'node:path';
import { builtEntry } from '../entry.js';

/** A folder or file of this machine that a container may read. */
export interface ReadOnlyMount {
  source: string;
  target: string;
}

const APP = '/app';

/** How the demo's backend gets into a container: what is mounted, and where its entry is then. */
export interface App {
  mounts: ReadOnlyMount[];
  entry: string;
}

/**
 * The backend as it was built here, with the packages that it needs. In a checkout these are beside it; where Loadwitness itself is installed
 * as a package the whole node_modules is taken, since packages find each other by their places in it.
 */
export function appMounts(entry = realpathSync(builtEntry('backend.js'))): App {
  const modules = outermostModules(entry);
  if (modules !== undefined) {
    const inside = path.relative(modules, entry).split(path.sep).join('/');
    return { mounts: [{ source: modules, target: `${APP}/node_modules` }], entry: `${APP}/node_modules/${inside}` };
  }
  // …/dist/src/demo/backend.js
  const root = path.resolve(path.dirname(entry), '../../..');
  const mounts = ['package.json', 'dist', 'node_modules'].map((name) => ({ source: path.join(root, name), target: `${APP}/${name}` }));
  return { mounts, entry: `${APP}/dist/src/demo/backend.js` };
}

function outermostModules(file: string): string | undefined {
  const parts = file.split(path.sep);
  const index = parts.indexOf('node_modules');
  return index < 0 ? undefined : parts.slice(0, index + 1).join(path.sep);
}
