import { readdir } from 'node:fs/promises';
import path from 'node:path';

const MAGIC = /[*?[]/;

/** Whether a path holds a wildcard of glob(3). */
export function hasWildcard(pattern: string): boolean {
  return MAGIC.test(pattern);
}

/** The regular expression of one path segment of glob(3): `*`, `?`, `[a-z]`, `[!a]`. A leading dot must be written out. */
export function segmentPattern(segment: string): RegExp {
  const body = segment.replace(/\[!?\]?[^\]]*\]|[\s\S]/g, (part) => {
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (part.length > 1)
      return part
        .replace(/\\/g, '\\\\')
        .replace(/^\[!/, '[^')
        .replace(/^(\[\^?)\]/, '$1\\]');
    return part.replace(/[\\^$.|+(){}[\]]/, '\\$&');
  });
  return new RegExp(`^${segment.startsWith('.') ? '' : '(?!\\.)'}${body}$`, 'u');
}

/** The paths that match an absolute pattern with wildcards in any segment, sorted; a folder that is missing has none. */
export async function expandWildcards(pattern: string): Promise<string[]> {
  const { root } = path.parse(pattern);
  const segments = pattern.slice(root.length).split(/[\\/]/).filter(Boolean);
  let found = [root];
  for (const segment of segments) {
    found = (await Promise.all(found.map((folder) => matchIn(folder, segment)))).flat();
  }
  return found.sort();
}

async function matchIn(folder: string, segment: string): Promise<string[]> {
  if (!hasWildcard(segment)) return [path.join(folder, segment)];
  const wanted = segmentPattern(segment);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    // As in glob(3): what is no folder has nothing in it. A folder that may not be read is another matter.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  return names.filter((name) => wanted.test(name)).map((name) => path.join(folder, name));
}
