/** A stretch of time in Unix seconds. */
export interface Range {
  from: number;
  to: number;
}

/** The shortest stretch that is shown. */
export const LEAST_SECONDS = 5;

export const lengthOf = ({ from, to }: Range): number => to - from;

/** A range that is no shorter than it may be and lies within what there is, as far as it fits. */
export function clamp(range: Range, within: Range): Range {
  const length = Math.min(Math.max(lengthOf(range), LEAST_SECONDS), Math.max(lengthOf(within), LEAST_SECONDS));
  const middle = (range.from + range.to) / 2;
  const from = Math.min(Math.max(middle - length / 2, within.from), Math.max(within.from, within.to - length));
  return { from, to: from + length };
}

/** A range of which `factor` times as much is seen; what is at `at` stays where it is. */
export function zoomBy(range: Range, factor: number, within: Range, at = (range.from + range.to) / 2): Range {
  return clamp({ from: at - (at - range.from) * factor, to: at + (range.to - at) * factor }, within);
}

/** A range that is moved by a share of its own length. */
export function panBy(range: Range, share: number, within: Range): Range {
  const by = lengthOf(range) * share;
  return clamp({ from: range.from + by, to: range.to + by }, within);
}

/** What a run's charts show at first, and how far one can go out of it. */
export interface Extent {
  home: Range;
  all: Range;
}

/** Before the load one sees at least so much of what was: seconds, and a share of the load's length. */
const BEFORE = { seconds: 10, share: 0.1 };

/** @param window As in a result: Unix ms. */
export function extentOf(window: { runStart: number; loadStart: number | null; lastEvent: number }): Extent {
  const [start, end] = [window.runStart / 1000, window.lastEvent / 1000];
  const all = { from: start, to: Math.max(end, start + LEAST_SECONDS) };
  if (window.loadStart === null) return { home: all, all };
  const load = window.loadStart / 1000;
  const from = Math.max(start, load - BEFORE.seconds - (all.to - load) * BEFORE.share);
  return { home: { from, to: Math.max(all.to, from + LEAST_SECONDS) }, all };
}
