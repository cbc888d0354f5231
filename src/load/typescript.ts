import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The one thing that is used of the package `jiti`. */
interface Jiti {
  createJiti(parent: string, options: { fsCache: boolean }): { import(file: string): Promise<unknown> };
}

/** Looked up only where it is needed: a Node that strips types by itself does without. */
const JITI = 'jiti';

/** Whether a file is TypeScript by its name. */
export function isTypeScript(file: string): boolean {
  return ['.ts', '.mts', '.cts'].includes(extname(file));
}

/**
 * Loads a module written in TypeScript: by Node itself where it strips types (22.18 and later), else through jiti. Types are erased, not
 * checked.
 */
export async function importTypeScript(file: string): Promise<unknown> {
  if ('typescript' in process.features && process.features.typescript) return await import(pathToFileURL(file).href);
  const { createJiti } = (await import(JITI)) as Jiti;
  // Nothing is left behind on the disk.
  return await createJiti(import.meta.url, { fsCache: false }).import(file);
}
