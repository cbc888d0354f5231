import { visible } from '../text.js';

const known = new WeakMap<object, unknown>();

/**
 * The same data with control characters in its texts and names made visible, so that nothing that a target says reorders a line of the page.
 * Lists of numbers, and what is known from the time before, are the same objects.
 */
export function shown<T>(data: T): T {
  return shownValue(data) as T;
}

function shownValue(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (typeof value !== 'object' || value === null) return value;
  const before = known.get(value);
  if (before !== undefined) return before;
  const made = Array.isArray(value) ? shownList(value) : shownObject(value);
  known.set(value, made);
  return made;
}

function shownList(list: readonly unknown[]): readonly unknown[] {
  const isPlain = list.every((item) => item === null || typeof item === 'number');
  return isPlain ? list : list.map(shownValue);
}

function shownObject(object: object): object {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [visible(key), shownValue(value)]));
}
