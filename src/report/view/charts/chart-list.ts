import type { CriterionRow } from '../../../verdict/run-result.js';
import type { PageModel } from '../model.js';
import { type Chart, GROUPS, type GroupId, type Limit, slug } from './chart.js';
import { canaryCharts, generatorCharts, loadCharts } from './load-charts.js';
import { sampleCharts } from './sample-charts.js';
import type { ChartTexts } from './texts.js';

export interface ChartGroup {
  id: GroupId;
  charts: Chart[];
}

/** All charts that have something to show, in their groups and their order. None of their data are made yet. */
export function chartGroups(model: PageModel, texts: ChartTexts): ChartGroup[] {
  const charts = [
    ...loadCharts(model, texts),
    ...canaryCharts(model, texts),
    ...generatorCharts(model, texts),
    ...sampleCharts(model.series, texts),
  ].filter((chart) => chart.kind === 'heat' || chart.lines.length > 0);
  const named = withOwnIds(charts).map((chart) => withLimits(chart, model.result.criteria, charts));
  return GROUPS.flatMap((id) => {
    const own = named.filter(({ group }) => group === id);
    return own.length === 0 ? [] : [{ id, charts: own }];
  });
}

/** Two names can have the same letters left in their ids. */
function withOwnIds(charts: readonly Chart[]): Chart[] {
  const taken = new Set<string>();
  return charts.map((chart) => {
    let id = chart.id;
    for (let number = 2; taken.has(id); number++) id = `${chart.id}-${number}`;
    taken.add(id);
    return id === chart.id ? chart : { ...chart, id };
  });
}

/** Charts of criteria that are not named by what they are read from. */
const BY_ID: Readonly<Record<string, string>> = {
  connect_success_rate: 'connects',
  error_rate: 'rates',
  drops: 'drops',
  reconnects: 'drops',
  publish_failures: 'log-matches',
  canary_delivery: 'canary-fates',
  canary_p99: 'canary-latency',
  generator_health: 'generator-delays',
  generator_failures: 'connects',
  backend_spread: 'backend-connections',
};

const TASK_P95 = '_p95';

/** What can be asked of a criterion to find its chart. */
type Named = Pick<CriterionRow, 'id' | 'source'>;

/** The id (`chart-<id>`) of the figure that shows what each criterion was judged by, by the criterion's id. Those without one are left out. */
export function chartIdsOf(model: PageModel, texts: ChartTexts): Map<string, string> {
  const charts = chartGroups(model, texts).flatMap((group) => group.charts);
  return new Map(
    model.result.criteria.flatMap((row) => {
      const id = idOf(row, charts);
      return id === null ? [] : [[row.id, `chart-${id}`] as const];
    }),
  );
}

function idOf({ id, source }: Named, charts: readonly Chart[]): string | null {
  const has = (wanted: string | undefined): wanted is string => charts.some((chart) => chart.id === wanted);
  const byId = Object.hasOwn(BY_ID, id) ? BY_ID[id] : id.endsWith(TASK_P95) ? `latency-${slug(id.slice(0, -TASK_P95.length))}` : undefined;
  if (has(byId)) return byId;
  // `redis.memory.used of redis`, or several metrics with `or` between them.
  const metrics = source.split(/ or | of /);
  const found = charts.find((chart) => chart.kind === 'lines' && chart.metrics.some((metric) => metrics.includes(metric)));
  return found?.id ?? null;
}

/** Criteria whose limit is one of the values that their chart shows. */
const DRAWN = new Set([
  ...['backend_cpu', 'backend_memory', 'host_cpu', 'redis_clients', 'redis_memory', 'nginx_connections', 'pubsub_subscribers'],
  ...['canary_p99'],
]);

function withLimits(chart: Chart, criteria: readonly CriterionRow[], charts: readonly Chart[]): Chart {
  if (chart.kind !== 'lines') return chart;
  const limits = criteria
    .filter((row) => (DRAWN.has(row.id) || (row.id.endsWith(TASK_P95) && row.unit === 'ms')) && idOf(row, charts) === chart.id)
    .flatMap(limitsOf);
  return limits.length === 0 ? chart : { ...chart, limits };
}

function limitsOf({ limit, criticalLimit, required }: CriterionRow): Limit[] {
  if (limit === null) return [];
  return [
    { kind: required ? 'limit' : 'warning', value: limit },
    ...(criticalLimit === null ? [] : [{ kind: 'critical' as const, value: criticalLimit }]),
  ];
}
