import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holm, mannWhitney } from '../../../src/verdict/compare/mann-whitney.js';
// Made with scipy.stats.mannwhitneyu(b, a, alternative='two-sided', method='asymptotic'), with and without ties.
import reference from '../../fixtures/mann-whitney.json' with { type: 'json' };

describe('the Mann-Whitney test', () => {
  it.each(reference.map((one, index) => ({ ...one, name: `${index}: ${one.a.length} and ${one.b.length} values` })))(
    'gives what SciPy gives, case $name',
    ({ a, b, p, effect }) => {
      const test = mannWhitney(a, b);
      expect(test.p).toBeCloseTo(p, 6);
      expect(test.effect).toBeCloseTo(effect, 10);
    },
  );

  it('finds nothing where all values are equal', () => {
    expect(mannWhitney([2, 2, 2], [2, 2])).toEqual({ p: 1, effect: 0 });
  });

  it('refuses a side without values', () => {
    expect(() => mannWhitney([], [1])).toThrow(RangeError);
  });

  it('says the opposite with the sides changed, and p lies between 0 and 1', () => {
    const side = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(side, side, (a, b) => {
        const one = mannWhitney(a, b);
        const other = mannWhitney(b, a);
        expect(one.effect).toBeCloseTo(-other.effect, 10);
        expect(one.p).toBeCloseTo(other.p, 10);
        expect(one.p).toBeGreaterThanOrEqual(0);
        expect(one.p).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("Holm's adjustment", () => {
  it('is the one of the textbook, in the order in which the values came', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(holm([])).toEqual([]);
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
  });
});
