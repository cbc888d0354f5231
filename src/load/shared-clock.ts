import { performance } from 'node:perf_hooks';
import process from 'node:process';

/**
 * Milliseconds of the clock that all threads and processes of one machine share (the system's monotonic one; its zero means nothing).
 * Times of day do not do: each process takes its own from the wall clock when it starts, and those can differ when that was set in between.
 */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** The time of day in Unix ms, by this thread's clock that never goes back, of a moment that was told by {@link sharedNow}. */
export function timeOfDay(shared: number): number {
  return performance.timeOrigin + performance.now() - (sharedNow() - shared);
}
