import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../src/histogram.js';
import { Distribution } from '../../src/verdict/distribution.js';

/** What Locust itself said of the same latencies, in ms, at `shares`. */
interface Fixture {
  source: string;
  shares: number[];
  cases: { name: string; latenciesMs: number[]; percentiles: number[]; median: number }[];
}

const { source, shares, cases } = JSON.parse(
  readFileSync(new URL('../fixtures/locust/percentiles.json', import.meta.url), 'utf8'),
) as Fixture;

/** Locust rounds latencies to two significant digits: the width of its bucket around a value. */
const bucketWidth = (ms: number): number => (ms < 100 ? 1 : ms < 1_000 ? 10 : ms < 10_000 ? 100 : 1_000);

describe(`percentiles, beside those of ${source}`, () => {
  it.each(cases)('lie within its bucket for the same latencies: $name', ({ latenciesMs, percentiles, median }) => {
    const histogram = new LatencyHistogram();
    for (const ms of latenciesMs) histogram.record(Math.round(ms * 1000));
    const distribution = new Distribution();
    distribution.add(histogram.drain());
    for (const [index, share] of shares.entries()) {
      const theirs = percentiles[index] as number;
      const ours = (distribution.percentile(share) as number) / 1000;
      expect(Math.abs(ours - theirs), `${share * 100} %: ${ours} beside ${theirs}`).toBeLessThanOrEqual(bucketWidth(theirs));
    }
    expect(Math.abs((distribution.median() as number) / 1000 - median)).toBeLessThanOrEqual(bucketWidth(median));
  });
});
