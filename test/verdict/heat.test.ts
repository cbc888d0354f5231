import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoadSecond } from '../../src/journal/event.js';
import { HeatMaps } from '../../src/verdict/accumulate/heat.js';
import { HEAT_COLUMNS, type HeatMapOfTask } from '../../src/verdict/run-result.js';
import { LOAD_START, second, taskSecond } from './journal-builder.js';

const FIRST = LOAD_START / 1000;

function mapsOf(...seconds: LoadSecond[]): HeatMapOfTask[] {
  const maps = new HeatMaps();
  for (const one of seconds) maps.add(one);
  return maps.all();
}

const ping = (index: number, ...pairs: number[]): LoadSecond => second(index, { tasks: { ping: taskSecond(pairs) } });
const totalOf = (map: HeatMapOfTask | undefined): number => (map?.counts ?? []).flat().reduce((sum, count) => sum + count, 0);

describe('the heat map', () => {
  it('counts each latency in the row of the least edge that it does not exceed', () => {
    expect(mapsOf(ping(0, 1000, 3, 1250, 1, 1251, 2), ping(1, 3000, 1))).toEqual([
      {
        task: 'ping',
        edgesMs: [1, 1.25, 1.6, 2, 2.5],
        secondsPerColumn: 1,
        times: [FIRST, FIRST + 1],
        counts: [
          [3, 1, 2, 0, 0, 0],
          [0, 0, 0, 0, 0, 1],
        ],
      },
    ]);
  });

  it('does not need latencies that rise', () => {
    expect(mapsOf(ping(0, 9000, 1, 20, 2, 400_000_000, 1, 1000, 3))).toEqual(mapsOf(ping(0, 20, 2, 1000, 3, 9000, 1, 400_000_000, 1)));
  });

  it('adds up workers, and has a map for each task in which something was answered', () => {
    const connect = second(0, { worker: 1, tasks: { connect: taskSecond([700, 1]), ping: taskSecond([1000, 2]), idle: taskSecond([]) } });
    const maps = mapsOf(ping(0, 1000, 1), connect);
    expect(maps.map(({ task }) => task)).toEqual(['connect', 'ping']);
    expect(maps.map(totalOf)).toEqual([1, 3]);
  });

  it('leaves out seconds without a request', () => {
    expect(mapsOf(ping(0, 1000, 1), second(1), ping(5, 1000, 1))[0]?.times).toEqual([FIRST, FIRST + 5]);
  });

  it('has so many columns at most, and loses no request, however long the run is and in whatever order its seconds come', () => {
    const seconds = fc.array(fc.tuple(fc.integer({ min: 0, max: 200_000 }), fc.integer({ min: 1, max: 200_000_000 })), { minLength: 1 });
    fc.assert(
      fc.property(seconds, (all) => {
        const [map] = mapsOf(...all.map(([at, micros]) => ping(at, micros, 1)));
        expect(totalOf(map)).toBe(all.length);
        const { times = [], secondsPerColumn = 0, edgesMs = [], counts = [] } = map ?? {};
        expect(times.length).toBeLessThanOrEqual(HEAT_COLUMNS);
        expect(((times.at(-1) ?? 0) - (times[0] ?? 0)) / secondsPerColumn).toBeLessThan(HEAT_COLUMNS);
        for (const column of counts) expect(column.length).toBe(edgesMs.length + 1);
        const begins = new Set(times);
        for (const [at] of all) expect(begins.has(Math.floor((FIRST + at) / secondsPerColumn) * secondsPerColumn)).toBe(true);
      }),
    );
  });
});
