import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thin } from '../../src/report/thin.js';
import type { Values } from '../../src/report/view/model.js';

const isNumber = (value: number | null | undefined): value is number => typeof value === 'number';
const extremesOf = (values: Values): [number, number] => {
  const numbers = values.filter(isNumber);
  return [Math.min(...numbers), Math.max(...numbers)];
};

/** How often a line breaks off: once for each row of gaps. */
const breaks = (values: Values): number => values.filter((value, at) => value === null && values[at - 1] !== null).length;

const value = fc.oneof({ weight: 12, arbitrary: fc.integer() }, fc.constant(null));
const tracks = fc
  .tuple(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 3 }))
  .chain(([steps, count]) => {
    let t = 0;
    const times = steps.map((step) => {
      t += step;
      return t;
    });
    const line = fc.array(value, { minLength: times.length, maxLength: times.length });
    return fc.array(line, { minLength: count, maxLength: count }).map((lines) => ({ times, lines }));
  });
const most = fc.integer({ min: 10, max: 120 });

describe('lines that are thinned', () => {
  it('have no more times than they may, rising, with a value of every line at each', () => {
    fc.assert(
      fc.property(tracks, most, (full, most) => {
        const { times, lines } = thin(full.times, full.lines, most);
        expect(times.length).toBeLessThanOrEqual(most);
        expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
        for (const t of times) expect(full.times).toContain(t);
        for (const values of lines) expect(values.length).toBe(times.length);
      }),
    );
  });

  it('keep the least and the greatest value of each, and none is invented', () => {
    fc.assert(
      fc.property(tracks, most, (full, most) => {
        for (const [index, values] of thin(full.times, full.lines, most).lines.entries()) {
          const before = full.lines[index] ?? [];
          expect(extremesOf(values)).toEqual(extremesOf(before));
          for (const value of values.filter(isNumber)) expect(before).toContain(value);
        }
      }),
    );
  });

  it('keep the gap of each, where it begins or ends with it too, and get no others', () => {
    fc.assert(
      fc.property(tracks, most, (full, most) => {
        for (const [index, values] of thin(full.times, full.lines, most).lines.entries()) {
          const before = full.lines[index] ?? [];
          expect(values.includes(null)).toBe(before.includes(null));
          expect(values[0] === null).toBe(before[0] === null);
          expect(values.at(-1) === null).toBe(before.at(-1) === null);
          expect(breaks(values)).toBeLessThanOrEqual(breaks(before));
        }
      }),
    );
  });

  it('keep a gap between two stretches, in which there is nothing at all, where it was', () => {
    const times = [...Array.from({ length: 1000 }, (_, index) => index), 1000, ...Array.from({ length: 1000 }, (_, index) => 5000 + index)];
    const {
      lines: [line = []],
      times: kept,
    } = thin(times, [times.map((t) => (t === 1000 ? null : t))], 100);
    const gap = line.indexOf(null);
    expect(kept[gap]).toBeLessThanOrEqual(1000);
    expect(kept[gap + 1]).toBeGreaterThanOrEqual(5000);
    expect(line[gap - 1]).toBe(999);
    expect(line[gap + 1]).toBe(5000);
  });

  it('show a peak of one second of a day, and say how many readings stand behind what is shown', () => {
    const times = Array.from({ length: 86_400 }, (_, index) => index);
    const thinned = thin(times, [times.map((t) => (t === 40_000 ? 900 : 20))], 1500);
    expect(thinned.lines[0]?.filter((value) => value === 900)).toHaveLength(1);
    expect(thinned.readings).toBe(116);
  });

  it('stay what they are where they are few', () => {
    expect(thin([1, 2, 3], [[1, null, 3]], 3)).toEqual({ times: [1, 2, 3], lines: [[1, null, 3]], readings: 1 });
  });
});
