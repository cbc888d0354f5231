import type { PageModel } from '../model.js';
import { type Mark, marksOf } from './marks.js';
import { spansOf, type TimeSpan } from './spans.js';
import type { ChartTexts } from './texts.js';
import { type Extent, extentOf } from './zoom.js';

/** What the charts of a board have in common. Times are Unix seconds, or seconds since {@link zero}, all alike. */
export interface Subject {
  extent: Extent;
  /** From when on time is counted; null: it is told by the clock alone. */
  zero: number | null;
  /** Whether the times are those of a clock. */
  hasClock: boolean;
  spans: readonly TimeSpan[];
  marks: readonly Mark[];
}

/** One run, by the clock and since its load began. */
export function subjectOf({ result }: PageModel, texts: ChartTexts): Subject {
  const { loadStart } = result.window;
  return {
    extent: extentOf(result.window),
    zero: loadStart === null ? null : loadStart / 1000,
    hasClock: true,
    spans: spansOf(result, texts),
    marks: marksOf(result),
  };
}

/** Several runs laid over each other: all times are seconds since the load of each began. */
export function overlaidSubject(times: readonly number[]): Subject {
  const range = { from: times[0] ?? 0, to: Math.max(times.at(-1) ?? 0, (times[0] ?? 0) + 1) };
  return { extent: { home: range, all: range }, zero: 0, hasClock: false, spans: [], marks: [] };
}
