import type { Check } from './check.js';

export interface Selection {
  /** Those that are reported, in the order of the checklist. */
  checks: readonly Check[];
  /** Those of them that do not run. */
  skip: ReadonlyMap<string, string>;
  /** Those that were not named and run all the same, since one that was comes after them. */
  alsoNeeded: readonly Check[];
}

/**
 * What is to run of a checklist. A check that is left out because others were named is not reported; one that is skipped by its name is
 * reported as a skip, so that nobody takes its silence for a pass.
 *
 * @param only Ids; empty: all.
 * @param skip Ids.
 */
export function select(checks: readonly Check[], only: readonly string[], skip: readonly string[]): Selection {
  const skipped = new Map(skip.map((id) => [id, 'left out, as asked with --skip']));
  if (only.length === 0) return { checks, skip: skipped, alsoNeeded: [] };
  const wanted = new Set(only);
  // What a check comes after stands before it: from the end on, one pass finds them all.
  for (const { id, after = [] } of checks.toReversed()) {
    // What is skipped needs nobody before it.
    if (wanted.has(id) && !skipped.has(id)) for (const earlier of after) wanted.add(earlier);
  }
  const selected = checks.filter(({ id }) => wanted.has(id));
  return { checks: selected, skip: skipped, alsoNeeded: selected.filter(({ id }) => !only.includes(id) && !skipped.has(id)) };
}
