import type { ReadableCounts } from './accumulate/counts.js';
import { type BackendLog, LOG_SAMPLER } from './accumulate/logs.js';
import { type Cover, coverOf, JOINED_INTERVALS, type Span } from './coverage.js';
import { clock, decimal } from './format.js';
import type { LogProof, LogReading } from './run-result.js';
import type { Summary } from './summarize.js';

/** Readings further apart than this many intervals leave part of the log unread. */
export const MAX_GAP_INTERVALS = 3;

type Facts = Pick<Summary, 'start' | 'thresholds' | 'logs' | 'loadStart' | 'loadEnd'> & { load: ReadableCounts };

/** What was read of all logs, and whether each reading covers the whole load. */
export function logProof(facts: Facts): LogProof {
  const { pattern, replyType } = facts.thresholds.logProof;
  const backends = [...facts.logs.backends.values()].map((log) => reading(log, facts));
  return {
    pattern,
    replyType,
    lines: matchesOf(backends, pattern),
    replies: [...facts.load.tasks.values()].reduce((sum, task) => sum + task.replies.get(replyType), 0),
    backends,
  };
}

/** How often a pattern was counted in all logs since the load's start. */
export const matchesOf = (readings: readonly LogReading[], pattern: string): number =>
  readings.reduce((sum, { matches }) => sum + (Object.hasOwn(matches, pattern) ? (matches[pattern] ?? 0) : 0), 0);

function reading(log: BackendLog, facts: Facts): LogReading {
  return {
    backend: log.backend,
    lines: log.lines.sinceLoadStart,
    matches: Object.fromEntries([...log.matches].map(([pattern, counter]) => [pattern, counter.sinceLoadStart])),
    samples: log.times.length,
    first: log.times[0] ?? null,
    last: log.times.at(-1) ?? null,
    problem: problemOf(log, facts),
  };
}

function problemOf(log: BackendLog, { start, loadStart, loadEnd, logs }: Facts): string | null {
  if (!start.samplers.includes(LOG_SAMPLER)) return 'its log was not read: no log sampler was started';
  if (loadStart === null) return 'no load was sent';
  if (loadEnd === null) return 'the journal does not hold the end of the load';
  const isExcused = (t: number) => log.continuous.some(({ from, to }) => t >= from && t <= to);
  const error = log.errors.find(({ t }) => t >= loadStart && t <= loadEnd.t && !isExcused(t));
  if (error) return `its log could not be read at ${clock(error.t)}: ${error.message.slice(log.backend.length).replace(/^[:\s]+/, '')}`;
  if (log.times.length === 0) return 'its log was never read';
  if (log.lines.restarted) return 'the counting of its log began anew during the load';
  const maxGapMs = MAX_GAP_INTERVALS * (logs.intervalMs ?? start.sampleIntervalMs);
  return coverageProblem(log.times, { from: loadStart, to: loadEnd.t }, maxGapMs, log.continuous);
}

/** How well the readings of a log cover a window: of its continuous times nothing is missing. */
export function logCover({ times, continuous }: BackendLog, window: Span, intervalMs: number): Cover {
  const filled = continuous.flatMap(({ from, to }) => {
    const steps = Math.max(0, Math.ceil((to - from) / intervalMs));
    return Array.from({ length: steps + 1 }, (_, index) => Math.min(from + index * intervalMs, to));
  });
  const known = [...times, ...filled].sort((a, b) => a - b);
  return coverOf(known, window, (MAX_GAP_INTERVALS / JOINED_INTERVALS) * intervalMs);
}

/**
 * Why readings at these times (rising, Unix ms) do not cover a window; null when they do. Of `continuous` times nothing is missing:
 * what lies before and after them may be as far apart as two readings.
 */
export function coverageProblem(
  times: readonly number[],
  { from, to }: Span,
  maxGapMs: number,
  continuous: readonly Span[] = [],
): string | null {
  const isCovered = (since: number, until: number): boolean => {
    const known = continuous.find((one) => one.from - since <= maxGapMs && one.to > since);
    if (until - since <= maxGapMs) return true;
    return known !== undefined && isCovered(Math.max(known.to, since), until);
  };
  let before = times.findLast((t) => t <= from) ?? from;
  for (const t of times) {
    if (t <= from) continue;
    if (!isCovered(before, t)) return gapProblem(before, t);
    before = t;
    if (t >= to) return null;
  }
  return `its log was last read at ${clock(before)}, before the load ended at ${clock(to)}`;
}

const gapProblem = (from: number, to: number): string => `its log was not read for ${decimal((to - from) / 1000, 1)} s from ${clock(from)}`;
