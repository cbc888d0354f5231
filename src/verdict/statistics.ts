import type { TaskTotals } from './accumulate/tasks.js';
import type { Distribution } from './distribution.js';
import { type FewPercentiles, PERCENTILES, type Percentiles, type TaskStatistics } from './run-result.js';

/** One row of the statistics. `seconds` is the window of the rates, the same for every row as in Locust's files; 0 gives no rate. */
export function statisticsOf(totals: TaskTotals, seconds: number): TaskStatistics {
  const { latency, intended } = totals;
  const some = latency.count > 0;
  return {
    name: totals.name,
    requests: totals.requests,
    failures: totals.failures,
    late: totals.late,
    replies: totals.replies.toRecord(),
    bytes: totals.bytes,
    averageMs: some ? totals.sum / latency.count / 1000 : 0,
    minMs: some ? totals.min / 1000 : 0,
    maxMs: totals.max / 1000,
    medianMs: (latency.median() ?? 0) / 1000,
    latency: percentilesMs(latency, totals.max / 1000),
    intended: percentilesMs(intended),
    requestsPerSecond: seconds > 0 ? totals.requests / seconds : 0,
    failuresPerSecond: seconds > 0 ? totals.failures / seconds : 0,
  };
}

/**
 * The window of the total rates: from the load's start to the end of the second of the last request, in seconds.
 * Locust knows the last request's moment; the journal knows its second, and the load's end when that came earlier.
 */
export function rateSeconds(loadStart: number | null, lastRequestSecond: number | null, loadEnd: number | null): number {
  if (loadStart === null || lastRequestSecond === null) return 0;
  const last = Math.min((lastRequestSecond + 1) * 1000, loadEnd ?? Number.POSITIVE_INFINITY);
  return Math.max(0, (last - loadStart) / 1000);
}

/**
 * All percentiles in ms; null when nothing was added.
 *
 * @param maxMs The greatest value as it was, where it is known: a bucket only knows it to three digits.
 */
export function percentilesMs(distribution: Distribution, maxMs?: number): Percentiles | null {
  if (distribution.count === 0) return null;
  const entries = PERCENTILES.map(([name, share]) => [name, (distribution.percentile(share) ?? 0) / 1000]);
  return { ...(Object.fromEntries(entries) as Percentiles), ...(maxMs !== undefined && { '100%': maxMs }) };
}

/** The percentiles that are told where there is no room for all, in ms; null when nothing was added. */
export function fewPercentilesMs(distribution: Distribution): FewPercentiles | null {
  if (distribution.count === 0) return null;
  const at = (share: number): number => (distribution.percentile(share) ?? 0) / 1000;
  return { '50%': at(0.5), '95%': at(0.95), '99%': at(0.99) };
}
