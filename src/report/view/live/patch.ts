/** How one JSON becomes another. What is not named stays as it is. */
export type Patch =
  /** This, in place of what was there. */
  | { set: unknown }
  /** Of an object: what becomes of these keys, and which are there no more. */
  | { keys: Record<string, Patch>; gone?: string[] }
  /** Of a list: its first so many items stay, what becomes of some of them, and what follows. */
  | { keep: number; items?: [index: number, patch: Patch][]; add?: unknown[] };

/** The JSON that a patch makes of another. That one is not touched; parts that do not change are the same objects in both. */
export function applyPatch<T>(old: T, patch: Patch): T {
  if ('set' in patch) return patch.set as T;
  if ('keep' in patch) return patchedList(old as unknown[], patch) as T;
  const gone = new Set(patch.gone);
  // No assignment: a key may be called __proto__.
  const entries = new Map(Object.entries(old as object).filter(([key]) => !gone.has(key)));
  for (const [key, inner] of Object.entries(patch.keys)) entries.set(key, applyPatch(entries.get(key), inner));
  return Object.fromEntries(entries) as T;
}

function patchedList(old: readonly unknown[], { keep, items = [], add = [] }: Extract<Patch, { keep: number }>): unknown[] {
  const list = old.slice(0, keep);
  for (const [index, inner] of items) list[index] = applyPatch(list[index], inner);
  for (const item of add) list.push(item);
  return list;
}
