import type { PageResult } from '../model.js';
import type { ChartTexts } from './texts.js';

/** A stretch of time that is shaded, in Unix seconds. */
export interface TimeSpan {
  from: number;
  to: number;
  /** `outside`: before or after the load. Stages take turns, so that one can be told from the next. */
  kind: 'outside' | 'even' | 'odd';
  /** Its names, the longest first: there may not be room for it. */
  names: readonly string[];
}

type Told = Pick<PageResult, 'window' | 'stages'>;

/** What was before the load, its stages as far as they were reached, and what came after it. */
export function spansOf({ window, stages }: Told, texts: ChartTexts): TimeSpan[] {
  const { loadStart, loadEnd, runStart, lastEvent } = window;
  if (loadStart === null) return [];
  const [start, end] = [loadStart / 1000, (loadEnd ?? lastEvent) / 1000];
  const spans: TimeSpan[] = [{ from: runStart / 1000, to: start, kind: 'outside', names: [texts.beforeLoad] }];
  let from = start;
  for (const [index, { name, users, untilSeconds }] of stages.entries()) {
    const isLast = index === stages.length - 1;
    // The load goes on until its last answers are there.
    const to = isLast ? end : Math.min(end, start + untilSeconds);
    if (to > from) spans.push({ from, to, kind: index % 2 === 0 ? 'even' : 'odd', names: [texts.stage(name, users), name] });
    from = Math.max(from, to);
  }
  if (loadEnd !== null) spans.push({ from: end, to: Math.max(end, lastEvent / 1000), kind: 'outside', names: [texts.afterLoad] });
  return spans.filter(({ from: begin, to }) => to > begin);
}
