const MINUTE_MS = 60_000;

/** Distances between the last so many datapoints tell how often a metric is told. */
const RECENT = 6;

/** The smallest distance of the latest datapoints (their Unix ms, in any order), in whole minutes as ms; undefined before there are two. */
export function spacingMs(times: readonly number[]): number | undefined {
  const latest = [...times].sort((a, b) => a - b).slice(-RECENT);
  const distances = latest.slice(1).map((t, index) => t - (latest[index] as number));
  if (distances.length === 0) return undefined;
  return Math.max(MINUTE_MS, Math.round(Math.min(...distances) / MINUTE_MS) * MINUTE_MS);
}
