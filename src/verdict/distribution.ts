/** Half of the sub-buckets of an HDR histogram with three significant digits: the least power of two above 1,000. */
const HALF = 1024;
const HALF_BITS = 10;

/** Greatest value that is told apart from greater ones: 71 minutes in µs. */
const MAX_VALUE = 2 ** 32 - 1;

/** A row is one doubling of the values; a block is what is looked through at once when a percentile is asked for. */
const ROW = HALF;
const BLOCK_BITS = 5;
const BLOCK = 2 ** BLOCK_BITS;
const ROWS = 23;

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

/** The buckets of one doubling of the values, with the sums of their blocks. */
class Row {
  count = 0;
  readonly blocks = new Float64Array(ROW / BLOCK);
  readonly counts = new Float64Array(ROW);
  /** The value that stands for a bucket: the greatest that was added to it, since a writer may choose either end of a bucket. */
  readonly values = new Float64Array(ROW);
}

/**
 * Latencies of any number of seconds, added up. Adding costs the same however much is in it, and asking not much more, so that
 * percentiles can be asked for after each second of a day; only the doublings that occur take memory, so that there can be one
 * for each task of each stage.
 */
export class Distribution {
  readonly #rows: (Row | undefined)[] = new Array<Row | undefined>(ROWS).fill(undefined);
  #count = 0;

  /** How many values were added. */
  get count(): number {
    return this.#count;
  }

  /** Adds `[value, count, …]` pairs, in any order. */
  add(pairs: readonly number[]): void {
    for (let i = 0; i + 1 < pairs.length; i += 2) this.#change(pairs[i] as number, pairs[i + 1] as number);
  }

  /** Takes away pairs that were added before. */
  remove(pairs: readonly number[]): void {
    for (let i = 0; i + 1 < pairs.length; i += 2) this.#change(pairs[i] as number, -(pairs[i + 1] as number));
  }

  /** Adds all values of another distribution. */
  merge(other: Distribution): void {
    for (const row of other.#rows) {
      if (!row || row.count === 0) continue;
      for (let index = 0; index < ROW; index++) {
        const count = row.counts[index] as number;
        if (count > 0) this.#change(row.values[index] as number, count);
      }
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

  #change(value: number, count: number): void {
    if (count === 0) return;
    const index = bucketIndex(value);
    // Shifts and masks: ROW and BLOCK are powers of two, and this runs for each bucket of each second of a day.
    const at = index & (ROW - 1);
    const block = at >>> BLOCK_BITS;
    const row = this.#rows[index >>> HALF_BITS] ?? this.#open(index >>> HALF_BITS);
    if (value > (row.values[at] as number)) row.values[at] = value;
    row.counts[at] = (row.counts[at] as number) + count;
    row.blocks[block] = (row.blocks[block] as number) + count;
    row.count += count;
    this.#count += count;
  }

  #open(index: number): Row {
    const row = new Row();
    this.#rows[index] = row;
    return row;
  }

  #at(rank: number): number | undefined {
    if (this.#count === 0) return undefined;
    let left = rank;
    for (const row of this.#rows) {
      if (!row) continue;
      if (left >= row.count) {
        left -= row.count;
        continue;
      }
      return valueIn(row, left);
    }
    throw new RangeError('a rank lies beyond all counts');
  }
}

function valueIn(row: Row, rank: number): number {
  let left = rank;
  let block = 0;
  for (; left >= (row.blocks[block] as number); block++) left -= row.blocks[block] as number;
  let at = block * BLOCK;
  for (; left >= (row.counts[at] as number); at++) left -= row.counts[at] as number;
  return row.values[at] as number;
}

/**
 * Percentiles of a few `[value, count, …]` lists together, such as one second's of several workers, without a whole distribution.
 *
 * @returns One value for each share, or undefined when the lists are empty.
 */
export function percentilesOf(lists: readonly (readonly number[])[], shares: readonly number[]): number[] | undefined {
  const filled = lists.filter((pairs) => pairs.length > 0);
  // One worker's second is sorted as it is.
  const pairs = filled.length === 1 && isRising(filled[0] as readonly number[]) ? (filled[0] as readonly number[]) : sortedPairs(filled);
  let total = 0;
  for (let i = 1; i < pairs.length; i += 2) total += pairs[i] as number;
  if (total === 0) return undefined;
  return shares.map((share) => {
    let left = percentileRank(total, share);
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const count = pairs[i + 1] as number;
      if (left < count) return pairs[i] as number;
      left -= count;
    }
    throw new RangeError('a rank lies beyond all counts');
  });
}

function isRising(pairs: readonly number[]): boolean {
  for (let i = 2; i < pairs.length; i += 2) if ((pairs[i] as number) < (pairs[i - 2] as number)) return false;
  return true;
}

function sortedPairs(lists: readonly (readonly number[])[]): number[] {
  const buckets: [value: number, count: number][] = [];
  for (const pairs of lists) for (let i = 0; i + 1 < pairs.length; i += 2) buckets.push([pairs[i] as number, pairs[i + 1] as number]);
  return buckets.sort(([a], [b]) => a - b).flat();
}
