import type { Cause, Finding, Standing } from '../finding.js';
import type { Judged, Rule } from './rule.js';
import { rules } from './rules/index.js';

const WEIGHTS: Readonly<Record<Standing, number>> = { confirmed: 3, likely: 2, possible: 1, ruled_out: 0 };

/**
 * Turns the symptoms of a run into causes. Of each finding the best supported cause comes first. A finding that another one explains wholly
 * is left out.
 */
export function diagnose(run: Judged, known: readonly Rule[] = rules): Finding[] {
  const all = known.flatMap(({ id, title, diagnose: look }) => {
    const found = look(run);
    return found === null ? [] : [{ id, title, found }];
  });
  const explained = new Set(all.flatMap(({ id, found }) => (found.explains ?? []).filter((other) => other !== id)));
  return all
    .filter(({ id }) => !explained.has(id))
    .map(({ id, title, found: { explains: _explains, ...found } }) => ({
      rule: id,
      title,
      ...found,
      causes: [...found.causes].sort(bySupport),
    }));
}

/** Causes that stand equally keep the order of their rule, unless the evidence for one of them is more. */
function bySupport(a: Cause, b: Cause): number {
  return WEIGHTS[b.standing] - WEIGHTS[a.standing] || b.for.length - b.against.length - (a.for.length - a.against.length);
}
