import { useMemo } from 'preact/hooks';
import { chartIdsOf } from '../charts/chart-list.js';
import { chartsEn } from '../i18n/charts-en.js';
import type { PageModel } from '../model.js';

/** The id of the figure that shows what a criterion was judged by, by the criterion's id. */
export function useChartIds(model: PageModel): ReadonlyMap<string, string> {
  // The words of the charts change nothing of their ids.
  return useMemo(() => chartIdsOf(model, chartsEn), [model]);
}
