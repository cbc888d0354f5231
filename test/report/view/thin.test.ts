import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chart, Point } from '../../../src/report/view/chart.js';
import { thin as thinDraft } from '../../../src/report/view/thin.js';

const chart = (times: number[], ...lines: Point[][]): Chart => ({
  title: 'some',
  unit: '',
  times,
  lines: lines.map((values, index) => ({ label: String(index), values })),
});

/** Of a chart whose times are in seconds. */
const thin = ({ title, unit, times, lines }: Chart, most: number): Chart =>
  thinDraft(
    {
      title,
      unit,
      lines: lines.length,
      draw: () => ({
        times: times.map((t) => t * 1000),
        lines: lines.map(({ values, ...line }) => ({ ...line, at: (index) => values[index] as Point })),
      }),
    },
    most,
  );

const isNumber = (point: Point | undefined): point is number => typeof point === 'number';
const extremesOf = (points: readonly Point[]): [number, number] => {
  const numbers = points.filter(isNumber);
  return [Math.min(...numbers), Math.max(...numbers)];
};

/** How often a line breaks off: once for each row of gaps. */
const breaks = (points: readonly Point[]): number =>
  points.filter((point) => point !== false).filter((point, at, all) => point === null && all[at - 1] !== null).length;

const point = fc.oneof({ weight: 12, arbitrary: fc.integer() }, fc.constantFrom<Point>(null, false));
const charts = fc
  .tuple(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 3 }))
  .chain(([steps, lines]) => {
    let t = 0;
    const times = steps.map((step) => {
      t += step;
      return t;
    });
    const values = fc.array(point, { minLength: times.length, maxLength: times.length });
    return fc.array(values, { minLength: lines, maxLength: lines }).map((all) => chart(times, ...all));
  });

describe('a chart that is thinned', () => {
  it('has no more times than it may, rising, with a value of every line at each', () => {
    fc.assert(
      fc.property(charts, fc.integer({ min: 10, max: 120 }), (full, most) => {
        const { times, lines } = thin(full, most);
        expect(times.length).toBeLessThanOrEqual(most);
        expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
        for (const t of times) expect(full.times).toContain(t);
        for (const { values } of lines) expect(values.length).toBe(times.length);
      }),
    );
  });

  it('keeps the least and the greatest value of each line, and invents none', () => {
    fc.assert(
      fc.property(charts, fc.integer({ min: 10, max: 120 }), (full, most) => {
        for (const [index, { values }] of thin(full, most).lines.entries()) {
          const before = full.lines[index]?.values ?? [];
          expect(extremesOf(values)).toEqual(extremesOf(before));
          for (const value of values.filter(isNumber)) expect(before).toContain(value);
        }
      }),
    );
  });

  it('keeps the gap of a line, where the line begins or ends with it too', () => {
    fc.assert(
      fc.property(charts, fc.integer({ min: 10, max: 120 }), (full, most) => {
        for (const [index, { values }] of thin(full, most).lines.entries()) {
          const before = full.lines[index]?.values ?? [];
          expect(values.includes(null)).toBe(before.includes(null));
          const [first, last] = [before.find((one) => one !== false), before.findLast((one) => one !== false)];
          expect(values.find((one) => one !== false) === null).toBe(first === null);
          expect(values.findLast((one) => one !== false) === null).toBe(last === null);
          expect(breaks(values)).toBeLessThanOrEqual(breaks(before));
        }
      }),
    );
  });

  it('keeps a gap between two stretches, in which there is nothing at all, where it was', () => {
    const times = [...Array.from({ length: 1000 }, (_, index) => index), 1000, ...Array.from({ length: 1000 }, (_, index) => 5000 + index)];
    const { lines, times: kept } = thin(chart(times, [...times.map((t) => (t === 1000 ? null : t))]), 100);
    const gap = lines[0]?.values.indexOf(null) as number;
    expect(kept[gap]).toBeLessThanOrEqual(1000);
    expect(kept[gap + 1]).toBeGreaterThanOrEqual(5000);
    expect(lines[0]?.values[gap - 1]).toBe(999);
    expect(lines[0]?.values[gap + 1]).toBe(5000);
  });

  it('shows a peak of one second of a day, and says how long its stretches are', () => {
    const times = Array.from({ length: 86_400 }, (_, index) => index);
    const thinned = thin(
      chart(
        times,
        times.map((t) => (t === 40_000 ? 900 : 20)),
      ),
      1500,
    );
    expect(thinned.lines[0]?.values.filter((value) => value === 900)).toHaveLength(1);
    expect(thinned.thinnedTo).toBe(115);
  });

  it('is the same chart when it is small enough', () => {
    const small = chart([1, 2, 3], [1, null, 3]);
    expect(thin(small, 3)).toEqual(small);
  });
});
