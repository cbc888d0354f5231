/** Upper bounds in seconds, the last one open: fine enough for the limits that the guide sets, few enough for a series each. */
export const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 3, 5, 10, 30] as const;

const MICROS = BOUNDS.map((seconds) => Math.round(seconds * 1e6));

/** Durations by bucket since the start. */
export class DurationHistogram {
  /** How many there are in each bucket, one more than there are bounds; not added up. */
  readonly counts: number[] = new Array<number>(BOUNDS.length + 1).fill(0);
  count = 0;
  #micros = 0;

  get sumSeconds(): number {
    return this.#micros / 1e6;
  }

  /**
   * Adds `[µs, count, …]` pairs.
   *
   * @param sum Of all of them in µs, where it is known better than by the pairs, which are buckets themselves.
   */
  add(pairs: readonly number[], sum?: number): void {
    let micros = 0;
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const value = pairs[i] as number;
      const count = pairs[i + 1] as number;
      const at = MICROS.findIndex((bound) => value <= bound);
      const index = at < 0 ? BOUNDS.length : at;
      this.counts[index] = (this.counts[index] as number) + count;
      this.count += count;
      micros += value * count;
    }
    this.#micros += sum ?? micros;
  }
}
