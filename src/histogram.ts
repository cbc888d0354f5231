import { build, type JsHistogram } from 'hdr-histogram-js';

/** Latencies of one kind in one second, in HDR buckets of three significant digits. */
export class LatencyHistogram {
  // The library's JavaScript histogram has the two index functions that an export without loss needs.
  readonly #histogram = build({
    bitBucketSize: 32,
    autoResize: true,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60_000_000,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  }) as JsHistogram;

  /** @param micros Whole microseconds, 0 or more. */
  record(micros: number): void {
    this.#histogram.recordValue(micros);
  }

  /** All buckets that were hit as `[µs, count, …]` with rising µs; the histogram is empty afterwards. */
  drain(): number[] {
    const histogram = this.#histogram;
    const pairs: number[] = [];
    if (histogram.totalCount === 0) return pairs;
    const last = histogram.countsArrayIndex(histogram.maxValue);
    const first = histogram.getCountAtIndex(0) > 0 ? 0 : histogram.countsArrayIndex(histogram.minNonZeroValue);
    for (let index = first; index <= last; index++) {
      const count = histogram.getCountAtIndex(index);
      if (count > 0) pairs.push(histogram.valueFromIndex(index), count);
    }
    histogram.reset();
    return pairs;
  }
}
