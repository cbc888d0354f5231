interface Counts {
  requests: number;
  failures: number;
}

/** How far Locust looks back from the last request, and how much of the end it leaves out, in seconds. */
const LOOK_BACK = 12;
const LEFT_OUT = 2;

/**
 * Locust's current rates, with six decimals: the mean over the ten seconds that end two seconds before the last second with a request
 * of anything (`current_rps` in its stats.py), or over fewer at the start. Each second in its turn, then each entry in it.
 */
export class CurrentRates {
  readonly #entries = new Map<string, Map<number, Counts>>();
  #start: number | undefined;
  #last: number | undefined;
  #second = 0;

  /** @param requests Of everything together. */
  begin(second: number, requests: number): void {
    this.#start ??= second;
    this.#second = second;
    if (requests > 0) this.#last = second;
  }

  /** Adds the second that has begun to an entry. @returns its requests and failures a second. */
  of(entry: string, { requests, failures }: Counts): [string, string] {
    const seconds = this.#entries.get(entry) ?? new Map<number, Counts>();
    this.#entries.set(entry, seconds);
    seconds.set(this.#second, { requests, failures });
    if (this.#last === undefined) return ['0.000000', '0.000000'];
    const from = Math.max(this.#last - LOOK_BACK, this.#start ?? 0);
    const to = this.#last - LEFT_OUT;
    for (const second of seconds.keys()) if (second < from) seconds.delete(second);
    const sum = { requests: 0, failures: 0 };
    for (const [second, counts] of seconds) {
      if (second >= to) continue;
      sum.requests += counts.requests;
      sum.failures += counts.failures;
    }
    const length = Math.max(to - from, 1);
    return [(sum.requests / length).toFixed(6), (sum.failures / length).toFixed(6)];
  }
}
