import { describe, expect, it } from 'vitest';
import type { Check } from '../../src/preflight/check.js';
import { select } from '../../src/preflight/selection.js';

const check = (id: string, after: string[] = []): Check => ({
  id,
  title: id,
  why: '',
  needs: [],
  after,
  run: () => Promise.resolve({ status: 'pass', observed: '' }),
});

/** b after a, d after c after b. */
const CHECKS = [check('a'), check('b', ['a']), check('c', ['b']), check('d', ['c', 'a']), check('e')];

describe('select', () => {
  it.each([
    ['all of them where none is named', [], [], 'abcde', '', ''],
    ['what is named', ['e'], [], 'e', '', ''],
    ['what comes before it, however far', ['d'], [], 'abcd', '', 'abc'],
    ['the order of the checklist', ['e', 'b', 'a'], [], 'abe', '', ''],
    ['what is skipped, so that it is reported', [], ['b'], 'abcde', 'b', ''],
    ['not as needed what is skipped, nor what only that needs', ['c'], ['b'], 'bc', 'b', ''],
  ])('gives %s', (_, only, skip, expected, skipped, needed) => {
    const selection = select(CHECKS, only, skip);
    expect(selection.checks.map(({ id }) => id).join('')).toBe(expected);
    expect([...selection.skip.keys()].join('')).toBe(skipped);
    expect(selection.alsoNeeded.map(({ id }) => id).join('')).toBe(needed);
  });
});
