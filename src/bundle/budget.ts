import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createDeflateRaw } from 'node:zlib';

/** Texts whose middle can be spared. What the verdict is made from, and what is of use only as a whole, is never cut. */
export function canBeCut(path: string): boolean {
  return /^(logs|nginx|redis|docker|cloudwatch)\//.test(path) && /\.(log|txt|ndjson|gz)$/.test(path);
}

/** How many bytes a file takes in an archive. */
export async function costOf(file: string): Promise<number> {
  if (file.endsWith('.gz')) return (await stat(file)).size;
  let cost = 0;
  for await (const chunk of createReadStream(file).pipe(createDeflateRaw())) cost += (chunk as Buffer).length;
  return cost;
}

/**
 * Deals out what room there is: every file gets as much as the others, those that need less what they need.
 *
 * @returns the share of 1 that may stay of each file; those that may stay whole are left out.
 */
export function sharesOf(costs: ReadonlyMap<string, number>, room: number): Map<string, number> {
  let left = Math.max(0, room);
  let cap = 0;
  const rising = [...costs].sort(([, a], [, b]) => a - b);
  for (const [index, [, cost]] of rising.entries()) {
    cap = left / (rising.length - index);
    if (cost > cap) break;
    left -= cost;
    cap = Number.POSITIVE_INFINITY;
  }
  return new Map(rising.filter(([, cost]) => cost > cap).map(([path, cost]) => [path, cap / cost]));
}
