import { z } from 'zod';
import { MAX_SECONDS } from './duration.js';
import { closest } from './similar.js';

/** Says what an unknown key was probably meant to be. */
export function unknownKey(key: string, known: readonly string[]): string {
  const meant = closest(key, known);
  return meant === undefined ? `unknown key; known here: ${known.join(', ')}` : `unknown key, did you mean "${meant}"?`;
}

/** An object that takes these keys and no others. `silent` keys are taken and not looked at. */
export function closed<S extends z.ZodRawShape>(shape: S, silent: readonly string[] = []) {
  const known = Object.keys(shape);
  const ignored = Object.fromEntries(silent.map((key) => [key, z.unknown().optional()]));
  return z.strictObject({ ...ignored, ...shape } as S, {
    // One line a key: the reader of the issues makes one issue of each.
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => unknownKey(key, known)).join('\n') : 'must be an object with keys',
  });
}

/** An object whose unknown keys are taken, unless one is nearly a known one. */
export function open<S extends z.ZodRawShape>(shape: S) {
  const known = Object.keys(shape);
  return z.looseObject(shape, { error: 'must be an object with keys' }).superRefine(
    (value, ctx) => {
      for (const key of unusedKeys(value, shape)) {
        const meant = closest(key, known);
        if (meant !== undefined) ctx.addIssue({ code: 'custom', path: [key], message: `unknown key, did you mean "${meant}"?` });
      }
    },
    { when: () => true },
  );
}

/** The keys of an object that a shape does not know. */
export function unusedKeys(value: unknown, shape: object): string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.keys(value).filter((key) => !Object.hasOwn(shape, key))
    : [];
}

function numeric(value: unknown): unknown {
  // Numbers given through ${ENV} arrive as text.
  return typeof value === 'string' && /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value.trim()) ? Number(value) : value;
}

/** A number for which `holds` is true; `rule` completes "must be …". */
export function number(rule: string, holds: (value: number) => boolean) {
  const message = `must be ${rule}`;
  return z.preprocess(numeric, z.number({ error: message }).refine(holds, { error: message }));
}

export const positive = () => number('a positive number', (value) => value > 0);
export const weight = () => number('a number of 0 or more', (value) => value >= 0);
export const wholeNumber = () => number('a whole number of 0 or more', (value) => Number.isSafeInteger(value) && value >= 0);
export const positiveWhole = () => number('a whole number of 1 or more', (value) => Number.isSafeInteger(value) && value >= 1);
export const port = () => number('a port between 1 and 65535', (value) => Number.isInteger(value) && value >= 1 && value <= 65535);

/** Seconds that a timer can wait for. */
export const seconds = () => number(`a positive number of seconds up to ${MAX_SECONDS}`, (value) => value > 0 && value <= MAX_SECONDS);

/** A text that is not empty. */
export const text = () =>
  z.string({ error: 'must be a text (in quotes if it looks like a number)' }).min(1, { error: 'must be a text that is not empty' });

export const list = <T extends z.ZodType>(item: T) => z.array(item, { error: 'must be a list' });

export const yesOrNo = () =>
  z.preprocess((value) => (value === 'true' ? true : value === 'false' ? false : value), z.boolean({ error: 'must be true or false' }));

export function choice<const T extends readonly [string, ...string[]]>(options: T) {
  return z.enum(options, { error: `must be ${options.length === 1 ? '' : 'one of '}${options.join(', ')}` });
}

/** Two numbers, the first no greater than the second: `[3, 5]`, `{min: 3, max: 5}`, or one number for both. */
export function span(rule: string) {
  const message = `must be ${rule}`;
  const holds = (ends: number[]) =>
    ends.length === 2 && (ends[0] ?? -1) >= 0 && (ends[0] ?? 0) <= (ends[1] ?? -1) && (ends[1] ?? 0) <= MAX_SECONDS;
  return z
    .preprocess(toEnds, z.array(z.number({ error: message }), { error: message }).refine(holds, { error: message }))
    .transform((ends): [number, number] => [ends[0] ?? 0, ends[1] ?? 0]);
}

function toEnds(value: unknown): unknown {
  const single = numeric(value);
  if (typeof single === 'number') return [single, single];
  if (Array.isArray(value)) return value.map(numeric);
  if (typeof value === 'object' && value !== null && 'min' in value && 'max' in value && Object.keys(value).length === 2) {
    return [numeric(value.min), numeric(value.max)];
  }
  return value;
}
