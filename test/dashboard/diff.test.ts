import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diff } from '../../src/dashboard/diff.js';
import { applyPatch } from '../../src/report/view/live/patch.js';

const asSent = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** What the page has after a patch was sent to it. */
const sent = (old: unknown, next: unknown): unknown => {
  const patch = diff(old, next);
  return patch === undefined ? old : applyPatch(old, asSent(patch));
};

describe('what makes one model of another', () => {
  it('makes any JSON of any other, its keys in their order', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.json({ maxDepth: 4 }), (a, b) => {
        const [old, next] = [JSON.parse(a) as unknown, JSON.parse(b) as unknown];
        expect(JSON.stringify(sent(old, next))).toBe(JSON.stringify(next));
      }),
    );
  });

  it('makes any JSON of one that is like it', () => {
    const model = fc.record({
      times: fc.array(fc.integer()),
      lines: fc.dictionary(fc.string(), fc.array(fc.option(fc.double({ noNaN: true })))),
      series: fc.array(fc.record({ name: fc.constantFrom('a', 'b'), values: fc.array(fc.option(fc.nat())) })),
      heat: fc.array(fc.array(fc.nat(3))),
    });
    fc.assert(
      fc.property(model, model, (old, next) => {
        expect(JSON.stringify(sent(asSent(old), asSent(next)))).toBe(JSON.stringify(next));
      }),
    );
  });

  it('is nothing where nothing changed', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(diff(JSON.parse(text), JSON.parse(text))).toBeUndefined();
      }),
    );
  });

  it('holds of a list that grew what is new, however long it is', () => {
    const values = Array.from({ length: 10_000 }, (_, index) => index);
    expect(diff({ values }, { values: [...values, 1, null] })).toEqual({ keys: { values: { keep: 10_000, add: [1, null] } } });
  });

  it('holds of a list whose last value was told again that and what follows', () => {
    expect(diff([1, 2, 3], [1, 2, 4, 5])).toEqual({ keep: 2, add: [4, 5] });
  });

  it('changes objects of a list in their place', () => {
    const old = [
      { n: 'a', v: [1] },
      { n: 'b', v: [2] },
    ];
    const next = [
      { n: 'a', v: [1] },
      { n: 'b', v: [2, 3] },
    ];
    expect(diff(old, next)).toEqual({ keep: 2, items: [[1, { keys: { v: { keep: 1, add: [3] } } }]] });
  });

  it('leaves what does not change the same object, so that nothing of it is drawn again', () => {
    const old = { a: { x: 1 }, b: [1] };
    const next = applyPatch(old, diff(old, { a: { x: 1 }, b: [1, 2] }) ?? { set: null });
    expect(next.a).toBe(old.a);
    expect(next).toEqual({ a: { x: 1 }, b: [1, 2] });
    expect(old).toEqual({ a: { x: 1 }, b: [1] });
  });

  it('takes keys that mean something to JavaScript for keys', () => {
    const next = JSON.parse('{"__proto__":{"polluted":1},"constructor":2,"toString":3}') as object;
    const made = sent({}, next) as object;
    expect(Object.keys(made)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
    expect(sent(next, {})).toEqual({});
  });
});
