import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { align, sumLines } from '../../../../src/report/view/charts/align.js';
import type { ChartData, Point } from '../../../../src/report/view/charts/chart.js';
import { counterRate } from '../../../../src/report/view/charts/counter-rate.js';
import { readAt, statisticsOf } from '../../../../src/report/view/charts/reading.js';
import { loneValues, thinColumns } from '../../../../src/report/view/charts/thin-columns.js';

describe('a counter', () => {
  it('is drawn as its growth a second', () => {
    expect(counterRate([0, 2000, 3000, 5000], [10, 30, 30, 40])).toEqual([null, 10, 0, 5]);
  });

  it('that began again counts from 0 on, and never falls', () => {
    expect(counterRate([0, 1000, 2000], [100, 4, 10])).toEqual([null, 4, 6]);
  });

  it('says nothing of the time of a gap', () => {
    expect(counterRate([0, 1000, 2000, 60_000, 61_000], [1, 2, null, 9, 10])).toEqual([null, 1, null, null, 1]);
  });
});

describe('lines with times of their own', () => {
  it('share one axis, on which each goes on over the times of the others', () => {
    const { times, values } = align([
      { times: [0, 2000], values: [1, 2] },
      { times: [0, 1000, 2000], values: [5, 6, 7] },
    ]);
    expect(times).toEqual([0, 1, 2]);
    expect(values).toEqual([
      [1, undefined, 2],
      [5, 6, 7],
    ]);
  });

  it('keep their gaps from value to value', () => {
    const { values } = align([
      { times: [0, 2000, 9000], values: [1, null, 2] },
      { times: [1000, 3000, 8000, 9000], values: [5, 6, 7, 8] },
    ]);
    expect(values[0]).toEqual([1, null, null, null, null, 2]);
    expect(values[1]).toEqual([undefined, 5, undefined, 6, 7, 8]);
  });

  it('are summed where all of them that are there are known', () => {
    const values: Point[][] = [
      [1, null, undefined, undefined],
      [2, 3, 4, undefined],
    ];
    expect(sumLines({ times: [0, 1, 2, 3], values })).toEqual([3, null, 4, undefined]);
  });
});

const seconds = (values: Point[]): ChartData => ({ times: values.map((_, index) => index), values: [values] });

describe('what is drawn', () => {
  it('is all there is where there is room for it, and one point more on either side', () => {
    expect(thinColumns(seconds([0, 1, 2, 3, 4, 5]), 2, 3, 100)).toEqual({ times: [1, 2, 3], values: [[1, 2, 3]] });
  });

  it('keeps each peak and each gap at its own time', () => {
    const values: Point[] = Array.from({ length: 10_000 }, () => 1);
    values[4321] = 99;
    values[5000] = -7;
    values[7777] = null;
    const thin = thinColumns(seconds(values), 0, 9_999, 100);
    expect(thin.times.length).toBeLessThan(500);
    for (const [t, value] of [
      [4321, 99],
      [5000, -7],
      [7777, null],
    ] as const) {
      expect(thin.values[0]?.[thin.times.indexOf(t)]).toBe(value);
    }
  });

  it('has the extremes of every column, in the order of time, and invents nothing', () => {
    const point = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: -50, max: 50 }) }, fc.constantFrom<Point>(null, undefined));
    const lines = fc
      .integer({ min: 1, max: 900 })
      .chain((length) => fc.array(fc.array(point, { minLength: length, maxLength: length }), { minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 40 }), (values, columns) => {
        const times = (values[0] ?? []).map((_, index) => index);
        const to = times.length;
        const thin = thinColumns({ times, values }, 0, to, columns);
        expect(thin.times).toEqual([...new Set(thin.times)].sort((a, b) => a - b));
        for (const [line, full] of values.entries()) {
          const kept = thin.values[line] as Point[];
          expect(kept).toEqual(thin.times.map((t) => full[t]));
          const width = to / columns;
          for (let column = 0; column < columns; column++) {
            const within = (t: number): boolean => Math.floor(t / width) === column;
            const all = full.filter((value, t) => within(t) && typeof value === 'number') as number[];
            const some = kept.filter((value, at) => within(thin.times[at] as number) && typeof value === 'number') as number[];
            expect([Math.min(...some), Math.max(...some)]).toEqual([Math.min(...all), Math.max(...all)]);
            const hasGap = full.some((value, t) => within(t) && value === null);
            expect(kept.some((value, at) => within(thin.times[at] as number) && value === null)).toBe(hasGap);
          }
        }
      }),
    );
  });

  it('shows values that stand alone between gaps', () => {
    expect(loneValues([1, null, 2, undefined, null, 3, undefined, 4, null, null, 5])).toEqual([0, 2, 10]);
    expect(loneValues([undefined, 7, undefined])).toEqual([1]);
    expect(loneValues([])).toEqual([]);
  });
});

describe('what is read', () => {
  const data: ChartData = {
    times: [0, 2, 4, 60, 62],
    values: [
      [1, 5, null, 3, 2],
      [undefined, 7, undefined, undefined, 9],
    ],
  };

  it('is the value that is nearest to the cursor, of each line', () => {
    expect(readAt(data, 1.2, 0)).toEqual([5, null]);
    expect(readAt(data, 61.2, 0)).toEqual([2, 9]);
    expect(readAt(data, 20, 0)[1]).toBe(7);
  });

  it('is nothing in a gap, but for values that one points to', () => {
    expect(readAt(data, 30, 1)[0]).toBeNull();
    expect(readAt(data, 59.5, 1)[0]).toBe(3);
    expect(readAt(data, 58, 1)[0]).toBeNull();
    expect(readAt(data, 500, 1)).toEqual([null, null]);
  });

  it('is the least, the most and the last of the time that is shown', () => {
    expect(statisticsOf(data, 2, 60)).toEqual([
      { min: 3, max: 5, last: 3 },
      { min: 7, max: 7, last: 7 },
    ]);
    expect(statisticsOf(data, 3, 5)[0]).toEqual({ min: null, max: null, last: null });
    expect(statisticsOf(data, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)[0]).toEqual({ min: 1, max: 5, last: 2 });
  });
});
