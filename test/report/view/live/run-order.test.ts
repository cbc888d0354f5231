import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEntry } from '../../../../src/dashboard/protocol.js';
import { orderBy, sortRuns } from '../../../../src/report/view/live/run-order.js';

const entry = (id: string, part: Partial<RunEntry>): RunEntry => ({
  ...{ id, target: 'ws://a', start: 0, users: 1, verdict: 'PASS', running: false },
  ...part,
});
const ids = (runs: readonly RunEntry[]): string[] => runs.map(({ id }) => id);

describe('the list of runs', () => {
  it('can be ordered by each column, both ways, newest first among equals', () => {
    const runs = [
      entry('a', { start: 1, users: 20, verdict: 'PASS', target: 'ws://b' }),
      entry('b', { start: 2, users: null, verdict: null, target: 'ws://a' }),
      entry('c', { start: 3, users: 1000, verdict: 'FAIL', target: 'ws://a' }),
      entry('d', { start: 4, users: 20, verdict: null, running: true, target: 'ws://c' }),
      entry('e', { start: 5, users: 5, verdict: 'INCONCLUSIVE', target: 'ws://b' }),
    ];
    expect(ids(sortRuns(runs, { by: 'start', descending: true }))).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect(ids(sortRuns(runs, { by: 'verdict', descending: true }))).toEqual(['d', 'c', 'e', 'a', 'b']);
    expect(ids(sortRuns(runs, { by: 'users', descending: true }))).toEqual(['c', 'd', 'a', 'e', 'b']);
    expect(ids(sortRuns(runs, { by: 'target', descending: false }))).toEqual(['c', 'b', 'e', 'a', 'd']);
  });

  it('does not depend on the order in which the server tells it', () => {
    const entries = fc.uniqueArray(
      fc.record({
        id: fc.stringMatching(/^[a-z]{1,3}$/),
        target: fc.constantFrom('ws://a', 'ws://b'),
        start: fc.nat(3),
        users: fc.option(fc.nat(3)),
        verdict: fc.constantFrom('PASS', 'FAIL', 'INCONCLUSIVE', null),
        running: fc.boolean(),
      }),
      { selector: ({ id }) => id },
    );
    const order = fc.record({ by: fc.constantFrom('start', 'verdict', 'target', 'users'), descending: fc.boolean() });
    fc.assert(fc.property(entries, order, (runs, by) => void expect(sortRuns([...runs].reverse(), by)).toEqual(sortRuns(runs, by))));
  });

  it('turns the order round when the same column is chosen again', () => {
    const first = orderBy({ by: 'start', descending: true }, 'target');
    expect(first).toEqual({ by: 'target', descending: false });
    expect(orderBy(first, 'target')).toEqual({ by: 'target', descending: true });
    expect(orderBy(first, 'users')).toEqual({ by: 'users', descending: true });
  });
});
