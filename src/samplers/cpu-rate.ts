/**
 * Shortest time over which a rate is derived, in seconds. CPU time is counted in ticks of 10 ms: over 20 ms (a last reading just after
 * the one before) it is 0, 50 or 100 %, and such a peak would stand in the verdict.
 */
const SHORTEST_WINDOW_SECONDS = 0.25;

/** Derives utilization (one core fully busy is 1) from CPU time between readings. */
export interface CpuRate {
  /** Undefined when nothing came before, or too little time has passed since: then the base stays, and the next reading covers both. */
  next(cpuSeconds: number, nowSeconds?: number): number | undefined;
}

/** A rate without a base; times are in seconds of one monotonic clock. */
export function cpuRate(): CpuRate {
  let base: { cpu: number; at: number } | undefined;
  return {
    next(cpu, now = performance.now() / 1000) {
      if (base === undefined) {
        base = { cpu, at: now };
        return undefined;
      }
      const elapsed = now - base.at;
      if (elapsed < SHORTEST_WINDOW_SECONDS) return undefined;
      const rate = (cpu - base.cpu) / elapsed;
      base = { cpu, at: now };
      return rate;
    },
  };
}
