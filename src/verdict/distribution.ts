/** Half of the sub-buckets of an HDR histogram with three significant digits: the least power of two above 1,000. */
const HALF = 1024;
const HALF_BITS = 10;

/** Greatest value that is told apart from greater ones: 71 minutes in µs. */
const MAX_VALUE = 2 ** 32 - 1;

/** Number of indexes that {@link bucketIndex} can give. */
const SIZE = bucketIndex(MAX_VALUE) + 1;
const TOP_STEP = 2 ** Math.floor(Math.log2(SIZE));

/**
 * Index of a value in HDR's log-linear buckets of three significant digits: values below 2,048 have a bucket each, and every
 * doubling above has 1,024 buckets. With b = max(0, ⌊log2 v⌋ − 10) the index is b·1024 + ⌊v / 2^b⌋.
 *
 * Source: HdrHistogram's `AbstractHistogram.countsArrayIndex` with subBucketCount 2048 and unitMagnitude 0.
 */
export function bucketIndex(value: number): number {
  const v = Math.min(value, MAX_VALUE);
  const bucket = Math.max(0, 31 - Math.clz32(v) - HALF_BITS);
  return bucket * HALF + (v >>> bucket);
}

/** The median of sorted values as Locust takes it: the lower of the two in the middle. */
export const medianRank = (count: number): number => Math.floor((count - 1) / 2);

/** The rank (from 0) of a percentile among `count` sorted values as Locust takes it. `share` is 0 to 1. */
export const percentileRank = (count: number, share: number): number => Math.min(count - 1, Math.floor(count * share));

/**
 * Latencies of any number of seconds, added up. Adding and asking both cost the logarithm of the number of buckets,
 * so that percentiles can be asked for after each second of a day.
 */
export class Distribution {
  /** A Fenwick tree: node i (from 1) holds the sum of the (i & −i) counts that end at index i − 1. */
  readonly #tree = new Float64Array(SIZE + 1);
  /** The value that stands for a bucket: the greatest that was added to it, since a writer may choose either end of a bucket. */
  readonly #values = new Float64Array(SIZE);
  readonly #counts = new Float64Array(SIZE);
  #count = 0;

  /** How many values were added. */
  get count(): number {
    return this.#count;
  }

  /** Adds `[value, count, …]` pairs, in any order. */
  add(pairs: readonly number[]): void {
    for (let i = 0; i + 1 < pairs.length; i += 2) this.#addOne(pairs[i] as number, pairs[i + 1] as number);
  }

  /** Adds all values of another distribution. */
  merge(other: Distribution): void {
    for (let index = 0; index < SIZE; index++) {
      const count = other.#counts[index] as number;
      if (count > 0) this.#addOne(other.#values[index] as number, count);
    }
  }

  /** The value at a percentile by Locust's rule, `sorted[min(n − 1, ⌊n·share⌋)]`; undefined when nothing was added. */
  percentile(share: number): number | undefined {
    return this.#at(percentileRank(this.#count, share));
  }

  /** Locust's median, `sorted[⌊(n − 1) / 2⌋]`; undefined when nothing was added. */
  median(): number | undefined {
    return this.#at(medianRank(this.#count));
  }

  #addOne(value: number, count: number): void {
    if (count === 0) return;
    const index = bucketIndex(value);
    this.#values[index] = Math.max(this.#values[index] as number, value);
    this.#counts[index] = (this.#counts[index] as number) + count;
    this.#count += count;
    for (let node = index + 1; node <= SIZE; node += node & -node) this.#tree[node] = (this.#tree[node] as number) + count;
  }

  #at(rank: number): number | undefined {
    if (this.#count === 0) return undefined;
    let node = 0;
    let left = rank;
    for (let step = TOP_STEP; step >= 1; step /= 2) {
      const sum = node + step <= SIZE ? (this.#tree[node + step] as number) : Number.POSITIVE_INFINITY;
      if (sum > left) continue;
      node += step;
      left -= sum;
    }
    return this.#values[node];
  }
}

/**
 * Percentiles of a few `[value, count, …]` lists together, such as one second's of several workers, without a whole distribution.
 *
 * @returns One value for each share, or undefined when the lists are empty.
 */
export function percentilesOf(lists: readonly (readonly number[])[], shares: readonly number[]): number[] | undefined {
  const buckets: { value: number; count: number }[] = [];
  let total = 0;
  for (const pairs of lists) {
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const count = pairs[i + 1] as number;
      buckets.push({ value: pairs[i] as number, count });
      total += count;
    }
  }
  if (total === 0) return undefined;
  buckets.sort((a, b) => a.value - b.value);
  return shares.map((share) => {
    let left = percentileRank(total, share);
    for (const { value, count } of buckets) {
      if (left < count) return value;
      left -= count;
    }
    throw new RangeError('a rank lies beyond all counts');
  });
}
