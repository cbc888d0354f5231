import type { AbortRule } from '../config/config.js';
import type { JournalEvent } from '../journal/event.js';
import { decimal } from '../verdict/format.js';
import type { CriterionRow } from '../verdict/run-result.js';
import { SlidingWindow } from '../verdict/sliding-window.js';

/**
 * Watches a run under way by its abort rule. Give it every event of the run from `run.start` on, as `JournalWriter.follow` does. Once
 * a second of load it judges the last `windowSeconds` by the criteria of the verdict itself.
 *
 * @param onAbort Called at most once, with the criterion that failed and what was measured: the load should end. Not when it has ended.
 */
export function watchForAbort(rule: AbortRule, onAbort: (reason: string) => void): (event: JournalEvent) => void {
  let window: SlidingWindow | undefined;
  let loadStart: number | undefined;
  let isOver = false;
  return (event) => {
    if (isOver) return;
    if (event.type === 'run.start') {
      // Without names only what the load alone can prove is judged, for which no sample is needed.
      window = new SlidingWindow(event, { seconds: rule.windowSeconds, samples: rule.criteria.length > 0 });
    } else if (event.type === 'load.start') {
      loadStart = event.t;
    } else if (event.type === 'load.end') {
      isOver = true;
    } else if (window && loadStart !== undefined) {
      const failed =
        beginsSecond(event, window) && isOld(event, loadStart, rule) ? window.rows().find((row) => ends(row, rule)) : undefined;
      window.add(event);
      if (!failed) return;
      isOver = true;
      onAbort(reasonOf(failed, rule));
    }
  };
}

/** Whether all workers have told of the seconds before: the first record of the next one has come. */
function beginsSecond(event: JournalEvent, window: SlidingWindow): boolean {
  return event.type === 'load.second' && Number.isFinite(window.newest) && event.second > window.newest;
}

const isOld = ({ t }: JournalEvent, loadStart: number, { afterSeconds }: AbortRule): boolean => t - loadStart >= afterSeconds * 1000;

/** Whether this row ends the run. A range is only a recommendation, so it must be named, and beyond its critical limit. */
function ends({ id, required, status, critical }: CriterionRow, { criteria }: AbortRule): boolean {
  if (criteria.length > 0 && !criteria.includes(id)) return false;
  return required ? status === 'fail' : critical;
}

function reasonOf({ id, title, observed, threshold, evidence }: CriterionRow, { windowSeconds }: AbortRule): string {
  return `${id}: over the last ${decimal(windowSeconds, 1)} s ${title} was ${observed}, must be ${threshold} (${evidence})`;
}
