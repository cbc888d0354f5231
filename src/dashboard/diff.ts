import type { Patch } from '../report/view/live/patch.js';

/**
 * What makes `next` of `old`; undefined when they are the same. Made for what grows at its ends: of two lists of numbers the common beginning
 * stays and the rest is sent, of two lists of objects each object is compared with the one in the same place.
 *
 * @param old Plain data, as `next` is. Keys without a value count as missing.
 */
export function diff(old: unknown, next: unknown): Patch | undefined {
  if (Object.is(old, next) || old === next) return undefined;
  if (Array.isArray(old) && Array.isArray(next)) return diffLists(old, next);
  if (isObject(old) && isObject(next)) return diffObjects(old, next);
  return { set: next };
}

type Plain = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);

const own = (of: Plain, key: string): unknown => (Object.hasOwn(of, key) ? of[key] : undefined);

function diffObjects(old: Plain, next: Plain): Patch | undefined {
  const [before, after] = [keysOf(old), keysOf(next)];
  // Keys keep their order, which a page shows: where a patch could not keep it, all of it is told.
  const stay = before.filter((key) => own(next, key) !== undefined);
  if (!stay.every((key, index) => after[index] === key)) return { set: next };
  const keys: [string, Patch][] = [];
  for (const key of after) {
    const patch = own(old, key) === undefined ? { set: next[key] } : diff(old[key], next[key]);
    if (patch) keys.push([key, patch]);
  }
  const gone = before.filter((key) => own(next, key) === undefined);
  if (keys.length === 0 && gone.length === 0) return undefined;
  return { keys: Object.fromEntries(keys), ...(gone.length > 0 && { gone }) };
}

const keysOf = (of: Plain): string[] => Object.keys(of).filter((key) => of[key] !== undefined);

function diffLists(old: readonly unknown[], next: readonly unknown[]): Patch | undefined {
  const both = Math.min(old.length, next.length);
  const items: [number, Patch][] = [];
  let keep = both;
  for (let index = 0; index < both; index++) {
    const [a, b] = [old[index], next[index]];
    if (a === b) continue;
    const patch = diff(a, b);
    if (!patch) continue;
    if ('set' in patch) {
      // Of plain values what changes are the last ones.
      keep = index;
      break;
    }
    items.push([index, patch]);
  }
  if (keep === old.length && keep === next.length && items.length === 0) return undefined;
  const add = next.slice(keep);
  return { keep, ...(items.length > 0 && { items }), ...(add.length > 0 && { add }) };
}
