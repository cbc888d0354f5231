import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileFacts, factsOfFile } from './file-facts.js';
import { type Manifest, type ManifestParts, manifestJson, manifestOf } from './manifest.js';
import { byText, MANIFEST } from './paths.js';

/** Files of a run's folder by their path with `/`, sorted; what is no plain file apart. */
export interface Listing {
  files: string[];
  /** Links, sockets and the like: they are followed nowhere. */
  others: string[];
}

/** Lists what is in a run's folder. @param ignored Names in it that are none of the evidence. */
export async function listFolder(folder: string, ignored: readonly string[] = []): Promise<Listing> {
  const files: string[] = [];
  const others: string[] = [];
  const walk = async (at: string): Promise<void> => {
    for (const entry of await readdir(join(folder, ...at.split('/')), { withFileTypes: true })) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`;
      if (ignored.includes(path)) continue;
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) files.push(path);
      else others.push(path);
    }
  };
  await walk('');
  return { files: files.sort(byText), others: others.sort(byText) };
}

/** Facts of every file of a folder but its manifest. */
export async function factsOfFolder(folder: string, paths: readonly string[]): Promise<Map<string, FileFacts>> {
  const facts = new Map<string, FileFacts>();
  for (const path of paths) if (path !== MANIFEST) facts.set(path, await factsOfFile(join(folder, ...path.split('/')), path));
  return facts;
}

/** Writes manifest.json of a run's folder: whole, or not at all. The same files give the same bytes. */
export async function sealFolder(folder: string, parts: Omit<ManifestParts, 'files'>, ignored: readonly string[] = []): Promise<Manifest> {
  const { files } = await listFolder(folder, ignored);
  const manifest = manifestOf({ ...parts, files: await factsOfFolder(folder, files) });
  await writeWhole(join(folder, MANIFEST), manifestJson(manifest));
  return manifest;
}

/** Writes beside the file and renames: a reader never sees half of it. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const beside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeFile(beside, text, { mode: 0o600 });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
