import type { z } from 'zod';
import type { ConfigIssue } from '../errors.js';
import { isSecretKey, maskUrls } from './secrets.js';

export type Path = readonly PropertyKey[];

/** `load_pattern.stages[2].target_users`; the whole file is `(file)`. */
export function formatPath(path: Path): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text === '' ? '(file)' : text.replace(/^\./, '');
}

/**
 * One issue a mistake, with the value that was seen where it may be shown: never under a secret's key, and for a value that
 * came from the environment the text of the file (`${USERS}`).
 */
export function issuesOf(error: z.ZodError, raw: unknown, expanded: ReadonlyMap<string, string>): ConfigIssue[] {
  return error.issues.flatMap((issue): ConfigIssue[] => {
    if (issue.code === 'unrecognized_keys') {
      const lines = issue.message.split('\n');
      return issue.keys.map((key, index) => ({ path: formatPath([...issue.path, key]), message: lines[index] ?? 'unknown key' }));
    }
    return [{ path: formatPath(issue.path), message: withValue(issue.message, issue.path, raw, expanded) }];
  });
}

function withValue(message: string, path: Path, raw: unknown, expanded: ReadonlyMap<string, string>): string {
  if (!message.startsWith('must be')) return message;
  const value = valueAt(raw, path);
  if (value === undefined) return `${message}, is missing`;
  if (path.some((part) => isSecretKey(String(part)))) return message;
  const original = expanded.get(formatPath(path));
  return `${message}, is ${show(original ?? value)}`;
}

function valueAt(raw: unknown, path: Path): unknown {
  let value = raw;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** A value for a message: short, with the passwords of URLs masked. */
export function show(value: unknown): string {
  if (value === null) return 'empty';
  if (typeof value === 'string') {
    const masked = maskUrls(value);
    return JSON.stringify(masked.length > 60 ? `${masked.slice(0, 60)}…` : masked);
  }
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'an object' : String(value);
}
