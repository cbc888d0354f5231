/** One value that is another one than it should be. */
export interface Difference {
  /** Where: `criteria[publish_failures].status`. */
  path: string;
  /** As JSON, shortened; undefined where there is none. */
  found: string | undefined;
  expected: string | undefined;
}

/** By which of their fields the items of a list are told apart. */
const KEYS = ['id', 'path', 'name', 'check', 'source', 'code'];

/** Everything in which two trees of plain values differ, at the deepest place at which it can be told. */
export function differencesOf(found: unknown, expected: unknown, path = ''): Difference[] {
  if (Object.is(found, expected)) return [];
  if (Array.isArray(found) && Array.isArray(expected)) return ofLists(found, expected, path);
  if (isObject(found) && isObject(expected)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(found)]);
    return [...keys].flatMap((key) => differencesOf(own(found, key), own(expected, key), path === '' ? key : `${path}.${key}`));
  }
  return [{ path, found: short(found), expected: short(expected) }];
}

/** For people: `criteria[error_rate].status is "pass", by the journal it is "fail"`. */
export function tell({ path, found, expected }: Difference): string {
  if (found === undefined) return `${path} is not there, by the journal it is ${expected}`;
  return `${path} is ${found}, by the journal ${expected === undefined ? 'there is none' : `it is ${expected}`}`;
}

function ofLists(found: readonly unknown[], expected: readonly unknown[], path: string): Difference[] {
  const key = KEYS.find((name) => isKeyOf(found, name) && isKeyOf(expected, name));
  const [one, other] = [byKey(found, key), byKey(expected, key)];
  const differences = [...new Set([...other.keys(), ...one.keys()])].flatMap((name) =>
    differencesOf(one.get(name), other.get(name), `${path}[${name}]`),
  );
  if (differences.length > 0 || key === undefined) return differences;
  const order = (list: readonly unknown[]): string => list.map((item) => (item as Record<string, unknown>)[key]).join(', ');
  return order(found) === order(expected) ? [] : [{ path: `the order of ${path}`, found: order(found), expected: order(expected) }];
}

function isKeyOf(list: readonly unknown[], key: string): boolean {
  const values = list.map((item) => (isObject(item) ? own(item, key) : undefined));
  return values.every((value) => typeof value === 'string') && new Set(values).size === values.length;
}

function byKey(list: readonly unknown[], key: string | undefined): Map<string, unknown> {
  return new Map(list.map((item, index) => [key === undefined ? String(index) : String((item as Record<string, unknown>)[key]), item]));
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const own = (object: Record<string, unknown>, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);

const LONGEST = 120;

function short(value: unknown): string | undefined {
  const text = JSON.stringify(value);
  return text === undefined || text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
