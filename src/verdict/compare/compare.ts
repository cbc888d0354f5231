import { decimal } from '../format.js';
import { COMPARISON_VERSION, type ComparedMetric, type ComparedRun, type Comparison, type MetricTest } from './comparison.js';
import { differencesOf, type SavedConfig } from './differences.js';
import { holm, mannWhitney } from './mann-whitney.js';
import { type BlockedMetric, median, metricsOf } from './metrics.js';
import { type Comparable, type Steady, steadyOf } from './steady.js';

/** A smaller change is none that anybody acts on. */
const LEAST_CHANGE = 0.05;
const ALPHA = 0.01;
/** With fewer the test's approximation does not hold. */
const LEAST_BLOCKS = 8;

const METHOD =
  'Medians of blocks of 10 s (shorter in a window under 2 min) of the stage with the most users, its settle time left out. A run differs from ' +
  `the first where a two-sided Mann-Whitney test gives p < ${ALPHA} (Holm's adjustment over all metrics) and the medians are more than ` +
  `${LEAST_CHANGE * 100} % and more than the metric's floor (1 ms, 2 % of a core, …) apart. All else is within the noise. ` +
  `Fewer than ${LEAST_BLOCKS} blocks tell nothing.`;

/**
 * Puts runs beside each other.
 *
 * @param runs At least two, in the order in which they are to be told; the others are compared with the first.
 * @param configs Their configurations, in the same order.
 */
export function compare(runs: readonly Comparable[], configs: readonly SavedConfig[]): Comparison {
  const windows = runs.map(steadyOf);
  const metrics = comparedMetrics(runs.map((run, index) => (windows[index] ? metricsOf(run, windows[index]) : [])));
  const differences = differencesOf(runs, configs);
  return {
    version: COMPARISON_VERSION,
    runs: runs.map((run, index) => comparedRun(run, windows[index] ?? null)),
    differences,
    metrics,
    method: METHOD,
    ...judged(runs, windows, metrics),
  };
}

function comparedRun({ runId, target, window, verdict, aggregated, drops }: Comparable, steady: Steady | null): ComparedRun {
  const dropped = Object.values(drops).reduce((sum, count) => sum + count, 0);
  const all = aggregated.requests + dropped;
  return {
    runId,
    target,
    start: window.runStart,
    verdict,
    requests: aggregated.requests,
    errorRate: all === 0 ? null : (aggregated.failures + dropped) / all,
    steady: steady && { stage: steady.stage, users: steady.users, seconds: steady.to - steady.from },
  };
}

function comparedMetrics(byRun: readonly BlockedMetric[][]): ComparedMetric[] {
  const known = new Map(byRun.flat().map((metric) => [metric.id, metric]));
  const rows = [...known.values()].map((metric) => ({
    metric,
    blocks: byRun.map((metrics) => metrics.find(({ id }) => id === metric.id)?.blocks ?? []),
  }));
  const first = (blocks: readonly number[][]): number[] => blocks[0] ?? [];
  const tested = rows.flatMap(({ blocks }) =>
    blocks.slice(1).map((other) => (enough(first(blocks), other) ? mannWhitney(first(blocks), other) : null)),
  );
  const adjusted = holm(tested.flatMap((test) => (test === null ? [] : [test.p])));
  let next = 0;
  const tests = tested.map((test) => test && { ...test, p: adjusted[next++] as number });
  return rows.map(({ metric: { id, title, kind, unit, floor }, blocks }, index) => {
    const values = blocks.map((one) => (one.length === 0 ? null : median(one)));
    const others = tests.slice(index * (blocks.length - 1), (index + 1) * (blocks.length - 1));
    return {
      ...{
        id,
        title,
        kind,
        unit,
        values,
        shown: values.map((value) => formatIn(unit, value)),
        blocks: blocks.map(({ length }) => length),
        spread: spreadOf(values),
      },
      tests: others.map((test, other) => testOf(test, values[0] ?? null, values[other + 1] ?? null, floor)),
    };
  });
}

const enough = (a: readonly number[], b: readonly number[]): boolean => a.length >= LEAST_BLOCKS && b.length >= LEAST_BLOCKS;

function testOf(test: { p: number; effect: number } | null, first: number | null, value: number | null, floor: number): MetricTest {
  if (test === null || first === null || value === null) return { standing: 'unknown', p: null, effect: null, change: null };
  const change = first === 0 ? null : (value - first) / Math.abs(first);
  const matters = Math.abs(value - first) > floor && (change === null || Math.abs(change) > LEAST_CHANGE);
  return { standing: test.p < ALPHA && matters ? 'differs' : 'same', p: test.p, effect: test.effect, change };
}

function spreadOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return mean === 0 ? null : (Math.max(...known) - Math.min(...known)) / Math.abs(mean);
}

/** Runs say the same when they have the same verdict, and no metric differs by more than noise. */
function judged(
  runs: readonly Comparable[],
  windows: readonly (Steady | null)[],
  metrics: readonly ComparedMetric[],
): Pick<Comparison, 'reproducible' | 'reasons'> {
  const verdicts = [...new Set(runs.map(({ verdict }) => verdict))];
  const users = new Set(windows.map((window) => window?.users));
  const against = [
    ...(verdicts.length > 1 ? [`the verdicts differ: ${runs.map(({ runId, verdict }) => `${runId} ${verdict}`).join(', ')}`] : []),
    ...metrics.flatMap((metric) => differing(metric, runs)),
  ];
  const open = [
    ...runs
      .filter((_, index) => windows[index] === null)
      .map(({ runId }) => `${runId} has no load of which a whole second can be compared`),
    ...(users.size > 1
      ? [`the stages with the most users have different ones: ${windows.map((one) => one?.users ?? 'none').join(', ')}`]
      : []),
    ...unknownTasks(metrics),
    ...(verdicts.length === 1 && verdicts[0] === 'INCONCLUSIVE'
      ? ['every verdict is INCONCLUSIVE: there is no result to be reproduced']
      : []),
  ];
  if (against.length > 0) return { reproducible: 'no', reasons: [...against, ...open] };
  if (open.length > 0) return { reproducible: 'unknown', reasons: open };
  return {
    reproducible: 'yes',
    reasons: [`all ${runs.length} verdicts are ${verdicts[0]}, and no metric differs by more than the noise`],
  };
}

function differing({ title, tests, shown }: ComparedMetric, runs: readonly Comparable[]): string[] {
  return tests.flatMap(({ standing, change, p }, index) => {
    if (standing !== 'differs') return [];
    const by = change === null ? '' : `, ${change > 0 ? '+' : '−'}${decimal(Math.abs(change) * 100, 1)} %`;
    const both = `${shown[0]} against ${shown[index + 1]}`;
    return [`${title} of ${runs[index + 1]?.runId}: ${both}${by} (p ${p !== null && p < 0.0001 ? '< 0.0001' : decimal(p ?? 1, 4)})`];
  });
}

/** A run whose latencies cannot be tested is not proven to be the same. */
function unknownTasks(metrics: readonly ComparedMetric[]): string[] {
  const judgedOn = metrics.filter(({ kind }) => kind !== 'resource');
  const unknown = judgedOn.filter(({ id, tests }) => !id.startsWith('connect.') && tests.some(({ standing }) => standing === 'unknown'));
  if (judgedOn.length === 0) return ['there is nothing of the load that all runs measured'];
  return unknown.length === 0 ? [] : [`there are too few values of ${unknown.map(({ title }) => title).join(', ')}`];
}

/** A value with its unit, for people. */
function formatIn(unit: string, value: number | null): string {
  if (value === null) return 'not measured';
  if (unit === '1') return `${decimal(value * 100, 1)} %`;
  if (unit === 'By') return `${decimal(value / 1e6, 1)} MB`;
  if (unit === 's') return `${decimal(value * 1000, 2)} ms`;
  return unit === '{count}' || unit === '' ? decimal(value, 1) : unit === '1/s' ? `${decimal(value, 1)}/s` : `${decimal(value, 2)} ${unit}`;
}
