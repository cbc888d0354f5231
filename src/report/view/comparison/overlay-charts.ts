import { visible } from '../../text.js';
import { type LineChart, slug } from '../charts/chart.js';
import type { LiveTexts } from '../i18n/live-en.js';
import type { ComparisonModel, OverlaidRun, Values } from '../model.js';

/** What is overlaid: users, the 95th percentile of each task that any of the runs has, requests and failures a second. One line a run. */
export function overlayCharts({ runs, times }: ComparisonModel, t: LiveTexts['compare']): LineChart[] {
  const nothing: Values = times.map(() => null);
  const chart = (part: Pick<LineChart, 'id' | 'group' | 'title' | 'unit'>, of: (run: OverlaidRun) => Values | undefined): LineChart => ({
    ...part,
    kind: 'lines',
    lines: runs.map(({ runId }, index) => ({ label: `${t.runNumber(index + 1)} · ${runId}` })),
    limits: [],
    metrics: [],
    // A run without such a task has no value of it at any time.
    data: () => ({ times, values: runs.map((run) => of(run) ?? nothing) }),
  });
  const tasks = [...new Set(runs.flatMap((run) => run.tasks.map(({ name }) => name)))];
  return [
    chart({ id: 'users', group: 'load', title: t.chart.users, unit: 'count' }, ({ connected }) => connected),
    ...tasks.map((name, index) =>
      chart(
        { id: `p95-${index}-${slug(name)}`, group: 'latency', title: t.chart.p95(visible(name)), unit: 'ms' },
        (run) => run.tasks.find((task) => task.name === name)?.p95,
      ),
    ),
    chart({ id: 'requests', group: 'load', title: t.chart.requests, unit: 'perSecond' }, ({ requests }) => requests),
    chart({ id: 'failures', group: 'load', title: t.chart.failures, unit: 'perSecond' }, ({ failures }) => failures),
  ];
}
