import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Statistic } from '../../../src/journal/metrics.js';
import type { Track } from '../../../src/verdict/custom/track.js';
import { TrackReader } from '../../../src/verdict/custom/track-value.js';

const track = (values: number[], rest: Partial<Track> = {}): Track => ({
  source: 'x',
  name: '',
  kind: 'level',
  intervalMs: 1000,
  times: values.map((_, index) => index * 1000),
  values,
  wholes: [],
  tailMs: 0,
  ...rest,
});

const all = { from: 0, to: Number.POSITIVE_INFINITY };

describe('a statistic of a track', () => {
  it.each<[Statistic, number[], Partial<Track>, number | null]>([
    ['min', [3, 1, 2], {}, 1],
    ['max', [3, 1, 2], {}, 3],
    ['mean', [3, 1, 2], {}, 2],
    ['last', [3, 1, 2], {}, 2],
    ['p50', [4, 1, 2, 3], {}, 3],
    ['increase', [3, 1, 2], {}, -1],
    ['rate', [1, 3, 9], {}, 4],
    ['increase', [100, 120, 5, 10], { kind: 'counter' }, 30],
    ['rate', [100, 120, 5, 10], { kind: 'counter' }, 10],
    ['increase', [2, 3, 4], { kind: 'increments' }, 9],
    ['rate', [2, 3, 4], { kind: 'increments' }, 3],
    ['mean', [1, 0, 2], { kind: 'share', wholes: [10, 0, 20] }, 0.1],
    ['mean', [0], { kind: 'share', wholes: [0] }, null],
    ['increase', [7], { kind: 'counter' }, null],
    ['max', [], {}, null],
  ])('%s of %j %j is %j', (statistic, values, rest, expected) => {
    expect(new TrackReader(track(values, rest), statistic).over(all)?.value ?? null).toBe(expected);
  });

  it('begins a counter with the reading from just before its time, and only with one', () => {
    const counter = track([100, 105, 111, 120], { kind: 'counter' });
    expect(new TrackReader(counter, 'increase').over({ from: 1500, to: 3000 })).toEqual({ value: 15, samples: 3 });
    const old = { ...counter, times: [0, 1000, 20_000, 21_000] };
    expect(new TrackReader(old, 'increase').over({ from: 15_000, to: 30_000 })).toEqual({ value: 9, samples: 2 });
  });

  it('of the worst window is the worst of all windows computed one by one', () => {
    const statistics = fc.constantFrom<Statistic>('min', 'max', 'mean', 'p50', 'p90', 'increase', 'rate');
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 2, max: 12 }),
        statistics,
        (values, length, statistic) => {
          const one = track(values);
          const span = { from: 0, to: (values.length - 1) * 1000 };
          const reader = new TrackReader(one, statistic);
          const { worst, judged } = reader.worst(span, length * 1000, 2, (a, b) => a > b);
          const single = one.times
            .map((to) => ({ from: to - length * 1000 + 1, to }))
            .filter(({ to }) => to - length * 1000 >= 0)
            .flatMap(({ from, to }) => reader.over({ from: Math.max(0, from), to }) ?? [])
            .filter(({ samples }) => samples >= 2);
          expect(judged).toBe(single.length);
          if (single.length > 0) expect(worst?.value).toBeCloseTo(Math.max(...single.map(({ value }) => value)), 9);
          else expect(worst).toBeNull();
        },
      ),
    );
  });
});
