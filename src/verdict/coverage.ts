/** Unix ms. */
export interface Span {
  from: number;
  to: number;
}

/** How well a window is covered by data. */
export interface Cover {
  /** Share of the window, 0 to 1. */
  coverage: number;
  /** The longest time without data. */
  greatestGapMs: number;
}

/** Two readings no further apart than this many intervals leave nothing out, as on the charts. */
export const JOINED_INTERVALS = 2.5;

/** How much of a window readings at these times (rising, Unix ms) cover. One that stands alone covers its own interval. */
export function coverOf(times: readonly number[], { from, to }: Span, intervalMs: number): Cover {
  const length = to - from;
  const inside = times.filter((t) => t >= from && t <= to);
  if (inside.length === 0) return { coverage: 0, greatestGapMs: Math.max(0, length) };
  let missing = 0;
  let greatestGapMs = 0;
  let last = from;
  for (const t of [...inside, to]) {
    const distance = t - last;
    greatestGapMs = Math.max(greatestGapMs, distance);
    if (distance > JOINED_INTERVALS * intervalMs) missing += distance - intervalMs;
    last = t;
  }
  const coverage = length > 0 ? 1 - Math.min(1, missing / length) : 1;
  return { coverage, greatestGapMs };
}

/** How much of the seconds from `from` to `to` (exclusive, Unix seconds) has a record. `seconds` rise. */
export function secondsCover(seconds: readonly number[], from: number, to: number): Cover {
  if (to <= from) return { coverage: 0, greatestGapMs: 0 };
  let before = from - 1;
  let gap = 0;
  for (const second of [...seconds, to]) {
    gap = Math.max(gap, second - before - 1);
    before = second;
  }
  return { coverage: Math.min(1, seconds.length / (to - from)), greatestGapMs: gap * 1000 };
}

/** The worse of two covers: what is judged must be known well by both. */
export const worseCover = (a: Cover, b: Cover): Cover => ({
  coverage: Math.min(a.coverage, b.coverage),
  greatestGapMs: Math.max(a.greatestGapMs, b.greatestGapMs),
});
