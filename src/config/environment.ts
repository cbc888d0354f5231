import type { ConfigIssue } from '../errors.js';
import { formatPath } from './issues.js';

/** A tree with its `${…}` filled in. */
export interface Expanded {
  value: unknown;
  /** Path → the text that stood in the file, for each value that was filled in. */
  expanded: Map<string, string>;
  /** One for each variable that is not set. */
  issues: ConfigIssue[];
}

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** Fills `${NAME}` and `${NAME:-default}` into every text of a tree. As in a shell the default also stands for an empty variable. */
export function expandEnvironment(tree: unknown, env: NodeJS.ProcessEnv): Expanded {
  const expanded = new Map<string, string>();
  const issues: ConfigIssue[] = [];

  const fill = (text: string, path: PropertyKey[]): string => {
    const filled = text.replace(REFERENCE, (reference: string, name: string, fallback: string | undefined) => {
      const value = env[name];
      if (value !== undefined && (value !== '' || fallback === undefined)) return value;
      if (fallback !== undefined) return fallback;
      const mend = `set it, or give a default: \${${name}:-…}`;
      issues.push({ path: formatPath(path), message: `the environment variable ${name} is not set; ${mend}` });
      return reference;
    });
    // Also for a value that equals its reference: a message must then show the reference.
    if (text.search(REFERENCE) >= 0) expanded.set(formatPath(path), text);
    return filled;
  };

  const walk = (value: unknown, path: PropertyKey[]): unknown => {
    if (typeof value === 'string') return fill(value, path);
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]));
  };

  return { value: walk(tree, []), expanded, issues };
}
