import type { CriterionRow } from '../../../verdict/run-result.js';
import { useTexts } from '../i18n/context.js';

const TASK_P95 = '_p95';

/** What a criterion is called. Those that a run brings along keep their titles in every language. */
export function useCriterionTitle(): (row: Pick<CriterionRow, 'id' | 'title'>) => string {
  const { criterionTitles, taskP95 } = useTexts();
  return ({ id, title }) => {
    if (Object.hasOwn(criterionTitles, id)) return criterionTitles[id] ?? title;
    const task = id.endsWith(TASK_P95) ? id.slice(0, -TASK_P95.length) : undefined;
    return task !== undefined && title === `${task} (p95)` && taskP95 ? taskP95(task) : title;
  };
}
