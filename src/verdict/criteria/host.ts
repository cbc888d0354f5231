import type { ResourceRange } from '../../config/config.js';
import { periodMs } from '../accumulate/series.js';
import type { Cover, Span } from '../coverage.js';
import { percentileRank } from '../distribution.js';
import { clock, counted, decimal, percent } from '../format.js';
import type { CriterionRow, SampleSeries } from '../run-result.js';
import { baseOf, type Criterion, type Facts, held, inconclusive, NO_LIMIT, NO_LOAD, warned, withData } from './criterion.js';
import { rangeText } from './range.js';

const SAMPLER = 'cloudwatch';

/** Of a datapoint whose period nobody tells the shortest is taken that EC2 has: it is never thought to cover more than it does. */
const SHORTEST_PERIOD_MS = 60_000;

/** How the figures of a run are completed that CloudWatch had not yet told. */
const COMPLETE = 'complete it with `loadwitness finalize <run>`';

/** One value of CloudWatch, of the time from `from` on. */
interface Datapoint {
  from: number;
  to: number;
  value: number;
}

interface HostRule {
  id: string;
  title: string;
  metric: string;
  range: ResourceRange | null;
}

/** CPU of the machine that the target runs on, where CloudWatch is asked. */
export const hostCpu: Criterion = (facts) =>
  hostRows(facts, { id: 'host_cpu', title: 'Host CPU', metric: 'aws.ec2.cpu.utilization', range: facts.thresholds.resources.backendCpu });

/** Memory of that machine, as its CloudWatch agent tells it. */
export const hostMemory: Criterion = (facts) =>
  hostRows(facts, {
    id: 'host_memory',
    title: 'Host memory',
    metric: 'aws.ec2.memory.utilization',
    range: facts.thresholds.resources.backendMemory,
  });

/** A datapoint is of a whole period and comes minutes late: what is not covered by datapoints is open, not normal. */
function hostRows(facts: Facts, { id, title, metric, range }: HostRule): CriterionRow[] {
  const { start, series, measured } = facts;
  if (!start.samplers.includes(SAMPLER)) return [];
  const rule = baseOf(facts, {
    id,
    title,
    required: false,
    threshold: rangeText(range, percent),
    limit: range?.warning ?? null,
    criticalLimit: range?.critical ?? null,
    unit: '1',
    source: `${metric} of ${SAMPLER}`,
    minSamples: 1,
    minCoverage: 1,
  });
  if (range === null) return [inconclusive(rule, 'no_limit', NO_LIMIT)];
  if (measured === null) return [inconclusive(rule, 'no_load', NO_LOAD)];
  const points = datapointsOf(series, metric).filter(({ from, to }) => to > measured.from && from < measured.to);
  if (points.length === 0) return [inconclusive(rule, 'no_data', `CloudWatch has told no ${metric} of the load; ${COMPLETE}`)];
  const base = withData(rule, points.length, coverOfPeriods(points, measured));
  const values = points.map(({ value }) => value).sort((a, b) => a - b);
  const value = values[percentileRank(values.length, 0.95)] as number;
  const period = decimal(((points[0]?.to ?? 0) - (points[0]?.from ?? 0)) / 1000, 0);
  const evidence = `95th percentile of ${counted(points.length, 'datapoint')} of ${metric}, each of ${period} s`;
  const observed = percent(value);
  if (value > range.warning) return [warned(base, value > range.critical, observed, value, evidence)];
  const open = firstUncovered(points, measured);
  if (open === null) return [held({ ...base, coverage: 1 }, observed, value, evidence)];
  return [inconclusive(base, 'coverage', `${evidence}; none covers ${clock(open)}; ${COMPLETE}`, observed, value)];
}

/** What datapoints, by their begin, leave out of a window. */
function coverOfPeriods(points: readonly Datapoint[], { from, to }: Span): Cover {
  let missing = 0;
  let greatestGapMs = 0;
  let covered = from;
  for (const point of [...points, { from: to, to }]) {
    const hole = Math.max(0, Math.min(point.from, to) - covered);
    missing += hole;
    greatestGapMs = Math.max(greatestGapMs, hole);
    covered = Math.max(covered, point.to);
  }
  return { coverage: to > from ? 1 - missing / (to - from) : 1, greatestGapMs };
}

/**
 * By their begin. How long a period is only shows with time, so that the shortest holds that any datapoint tells or that lies between two:
 * none is thought to cover more than it does.
 */
function datapointsOf(series: readonly SampleSeries[], metric: string): Datapoint[] {
  const own = series.filter(({ name }) => name === metric);
  const values = new Map(own.flatMap(({ times, values }) => times.map((t, index) => [t, values[index] ?? null])));
  const points = [...values].flatMap(([from, value]) => (value === null ? [] : [{ from, value }])).sort((a, b) => a.from - b.from);
  const distances = points.slice(1).map(({ from }, index) => from - (points[index] as { from: number }).from);
  const told = own.map(({ attributes }) => periodMs(attributes)).filter((ms) => ms > 0);
  const known = [...told, ...distances];
  const period = known.length > 0 ? Math.max(SHORTEST_PERIOD_MS, Math.min(...known)) : SHORTEST_PERIOD_MS;
  return points.map(({ from, value }) => ({ from, to: from + period, value }));
}

/**
 * The first moment of a window that lies in no datapoint's period; null when there is none. A hole between two of less than half a
 * period is none: the grid has moved.
 */
function firstUncovered(points: readonly Datapoint[], window: { from: number; to: number }): number | null {
  let covered = window.from;
  for (const { from, to } of points) {
    const hole = from - covered;
    if (hole > 0 && (covered === window.from || hole >= (to - from) / 2)) break;
    covered = Math.max(covered, to);
  }
  return covered >= window.to ? null : covered;
}
