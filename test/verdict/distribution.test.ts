import fc from 'fast-check';
import { build, type JsHistogram } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../src/histogram.js';
import { bucketIndex, Distribution, percentilesOf } from '../../src/verdict/distribution.js';

const SHARES = [0.5, 0.66, 0.75, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 0.9999, 1];

/** HDR's own representation of a value: the lowest of its bucket. */
const bucketed = (value: number): number => {
  const bucket = Math.max(0, Math.floor(Math.log2(Math.max(1, value))) - 10);
  return Math.floor(value / 2 ** bucket) * 2 ** bucket;
};
const micros = fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 60_000_000 })).map(bucketed);
const pairs = fc.array(fc.tuple(micros, fc.integer({ min: 1, max: 40 })), { maxLength: 40 });

const expand = (list: readonly (readonly [number, number])[]): number[] =>
  list.flatMap(([value, count]) => Array<number>(count).fill(value)).sort((a, b) => a - b);

describe('bucketIndex', () => {
  it('tells exactly those values apart that an HDR histogram of three significant digits does', () => {
    const hdr = build({
      bitBucketSize: 32,
      lowestDiscernibleValue: 1,
      highestTrackableValue: 2 ** 31,
      numberOfSignificantValueDigits: 3,
      useWebAssembly: false,
    }) as JsHistogram;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (value) => {
        expect(bucketIndex(value)).toBe(hdr.countsArrayIndex(value));
      }),
    );
  });

  it('rises with the value', () => {
    for (const [low, high] of [
      [0, 1],
      [2047, 2048],
      [4095, 4096],
      [1_048_575, 1_048_576],
    ] as const) {
      expect(bucketIndex(high)).toBe(bucketIndex(low) + 1);
    }
  });

  it('puts everything beyond 71 minutes in the last bucket', () => {
    expect(bucketIndex(2 ** 40)).toBe(bucketIndex(2 ** 32 - 1));
  });
});

describe('Distribution', () => {
  it("gives Locust's percentiles and median of the sorted values", () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const sorted = expand(list);
        const distribution = new Distribution();
        distribution.add(list.flat());
        expect(distribution.count).toBe(sorted.length);
        for (const share of SHARES) {
          expect(distribution.percentile(share)).toBe(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]);
        }
        expect(distribution.median()).toBe(sorted[Math.floor((sorted.length - 1) / 2)]);
      }),
    );
  });

  it("lies within Locust's bucket width of the percentile that Locust computes from rounded times", () => {
    const locustRounded = (ms: number): [value: number, width: number] => {
      const width = ms < 100 ? 1 : ms < 1000 ? 10 : ms < 10_000 ? 100 : 1000;
      return [Math.round(ms / width) * width, width];
    };
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60_000_000 }), { minLength: 1, maxLength: 200 }), (values) => {
        const distribution = new Distribution();
        for (const value of values) distribution.add([bucketed(value), 1]);
        const theirs = values.map((value) => locustRounded(value / 1000)).sort(([a], [b]) => a - b);
        for (const share of SHARES) {
          const [expected, width] = theirs[Math.min(theirs.length - 1, Math.floor(theirs.length * share))] as [number, number];
          expect(Math.abs((distribution.percentile(share) as number) / 1000 - expected)).toBeLessThanOrEqual(width);
        }
      }),
    );
  });

  it('is the same whether pairs are added at once, over many seconds, or merged', () => {
    fc.assert(
      fc.property(fc.array(pairs, { maxLength: 8 }), (seconds) => {
        const [once, split, merged] = [new Distribution(), new Distribution(), new Distribution()];
        once.add(seconds.flat(2));
        for (const list of seconds) split.add(list.flat());
        merged.merge(once);
        for (const share of SHARES) {
          expect(split.percentile(share)).toBe(once.percentile(share));
          expect(merged.percentile(share)).toBe(once.percentile(share));
        }
        expect([split.count, merged.count]).toEqual([once.count, once.count]);
      }),
    );
  });

  it('is the histogram of all latencies together, whichever workers and seconds they came from and in whatever order', () => {
    const latencies = fc.array(fc.oneof(fc.nat(3000), fc.nat(60_000_000)), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(latencies, { minLength: 1, maxLength: 6 }), fc.infiniteStream(fc.nat()), (lists, choices) => {
        const drained = (values: readonly number[]): number[] => {
          const histogram = new LatencyHistogram();
          for (const value of values) histogram.record(value);
          return histogram.drain();
        };
        const all = new Distribution();
        all.add(drained(lists.flat()));
        const parts = lists.map((values) => {
          const part = new Distribution();
          part.add(drained(values));
          return part;
        });
        const merged = new Distribution();
        while (parts.length > 0) merged.merge(parts.splice((choices.next().value as number) % parts.length, 1)[0] as Distribution);
        expect(merged.count).toBe(all.count);
        expect(SHARES.map((share) => merged.percentile(share))).toEqual(SHARES.map((share) => all.percentile(share)));
        expect(percentilesOf(lists.map(drained), SHARES)).toEqual(
          all.count === 0 ? undefined : SHARES.map((share) => all.percentile(share)),
        );
      }),
    );
  });

  it('is after pairs were taken away as if they had never been added', () => {
    fc.assert(
      fc.property(pairs, pairs, (kept, gone) => {
        const [both, one] = [new Distribution(), new Distribution()];
        both.add([...kept, ...gone].flat());
        both.remove(gone.flat());
        one.add(kept.flat());
        expect(both.count).toBe(one.count);
        for (const share of SHARES) expect(both.percentile(share)).toBe(one.percentile(share));
      }),
    );
  });

  it('has no percentile when nothing was added', () => {
    expect(new Distribution().percentile(0.95)).toBeUndefined();
    expect(new Distribution().median()).toBeUndefined();
  });
});

describe('percentilesOf', () => {
  it('agrees with a distribution of the same lists', () => {
    fc.assert(
      fc.property(fc.array(pairs, { maxLength: 4 }), (lists) => {
        const distribution = new Distribution();
        for (const list of lists) distribution.add(list.flat());
        const expected = distribution.count === 0 ? undefined : SHARES.map((share) => distribution.percentile(share));
        expect(
          percentilesOf(
            lists.map((list) => list.flat()),
            SHARES,
          ),
        ).toEqual(expected);
      }),
    );
  });
});
