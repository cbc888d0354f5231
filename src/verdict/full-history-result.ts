/** How one task, or all together, stood after one second. Times are in ms. */
export interface EntryOfSecond {
  /** In this second alone. */
  requests: number;
  failures: number;
  /** Of the last ten seconds, in the order of `PERCENTILES`; null when nothing was requested in them. */
  percentilesMs: number[] | null;
  /** From the load's start up to and including this second. */
  total: {
    requests: number;
    failures: number;
    medianMs: number;
    averageMs: number;
    minMs: number;
    maxMs: number;
    averageBytes: number;
  };
}

/** One second of Locust's full history. It is in no {@link RunResult}: only those who ask for it pay for it. */
export interface FullHistorySecond {
  /** Unix seconds. */
  second: number;
  /** Active users. */
  users: number;
  all: EntryOfSecond;
  /** By name; those that have been seen so far. */
  tasks: (EntryOfSecond & { name: string })[];
}
