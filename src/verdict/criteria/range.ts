import type { ResourceRange } from '../../config/config.js';
import { type Cover, coverOf, type Span, worseCover } from '../coverage.js';
import { percentileRank } from '../distribution.js';
import { counted } from '../format.js';
import type { CriterionRow, SampleSeries } from '../run-result.js';
import { baseOf, type Facts, held, inconclusive, NO_LIMIT, type RowBase, shortage, warned, withData } from './criterion.js';

/** A recommended range of one metric. */
export interface RangeRule {
  id: string;
  title: string;
  /** Where several are given, a source is judged by the one of which it has most samples. */
  metrics: readonly string[];
  range: ResourceRange | null;
  unit: string;
  format(value: number): string;
  /** `p95` forgives short peaks; `peak` is for what must not be touched even once. */
  statistic: 'p95' | 'peak';
  /** Only series with these attributes, as far as they have them. */
  attributes?: Readonly<Record<string, string>>;
  /** Each of these must have been measured, by the attribute `backend`; left out: there is one source. */
  backends?: readonly string[];
}

interface Measured {
  metric: string;
  sampler: string;
  source: string;
  value: number;
  samples: number;
  intervalMs: number;
  cover: Cover;
}

/** What is sampled must cover this share of the load, and of its steady time. */
export const MIN_COVERAGE = 0.8;

/** Fewer readings say nothing. */
const MIN_READINGS = 2;

/** The longest time without a reading that is no hole: five intervals, and no less than ten seconds. */
export const maxGapOf = (intervalMs: number): number => Math.max(10_000, 5 * intervalMs);

/** What a range must hold, for people. */
export const rangeText = (range: ResourceRange | null, format: (value: number) => string): string =>
  range === null ? '' : `≤ ${format(range.warning)} (critical > ${format(range.critical)})`;

/** Judges a range by the worst source. Beyond it is a warning; a source without samples keeps it from passing. */
export function rangeRow(facts: Facts, rule: RangeRule): CriterionRow {
  const { range, format } = rule;
  const head = baseOf(facts, {
    id: rule.id,
    title: rule.title,
    required: false,
    threshold: rangeText(range, format),
    limit: range?.warning ?? null,
    criticalLimit: range?.critical ?? null,
    unit: rule.unit,
    source: rule.metrics.join(' or '),
    minSamples: MIN_READINGS,
    minCoverage: MIN_COVERAGE,
    maxGapMs: maxGapOf(facts.start.sampleIntervalMs),
  });
  if (range === null) return inconclusive(head, 'no_limit', NO_LIMIT);
  const measured = measure(facts, rule);
  const worst = measured.reduce<Measured | undefined>((max, one) => (max === undefined || one.value > max.value ? one : max), undefined);
  if (!worst) return inconclusive(head, 'no_data', `there is no sample of ${rule.metrics.join(' or ')} during the load`);
  const base = baseFor(head, worst);
  const name = rule.statistic === 'p95' ? '95th percentile' : 'greatest';
  const of = worst.source === '' ? '' : ` of ${worst.source}, the worst of ${counted(measured.length, 'backend')}`;
  const evidence = `${name} of ${counted(worst.samples, 'sample')} of ${worst.metric}${of}`;
  const observed = format(worst.value);
  if (worst.value > range.warning) return warned(base, worst.value > range.critical, observed, worst.value, evidence);
  const absent = (rule.backends ?? []).filter((backend) => !measured.some(({ source }) => source === backend));
  if (absent.length > 0) return inconclusive(base, 'no_data', `${evidence}; no samples of ${absent.join(', ')}`, observed, worst.value);
  const poor = measured.flatMap((one) => {
    const short = shortage(baseFor(head, one));
    return short ? [{ one, short }] : [];
  })[0];
  if (!poor) return held(base, observed, worst.value, evidence);
  // The row tells of the source that keeps it open.
  const whose = poor.one.source === '' ? '' : `${poor.one.source}: `;
  return inconclusive(baseFor(head, poor.one), poor.short.code, `${evidence}; ${whose}${poor.short.text}`, observed, worst.value);
}

const baseFor = (head: RowBase, { metric, sampler, samples, intervalMs, cover }: Measured): RowBase => ({
  ...withData(head, samples, cover),
  source: `${metric} of ${sampler}`,
  maxGapMs: maxGapOf(intervalMs),
});

function measure({ series, measured, steady }: Facts, rule: RangeRule): Measured[] {
  if (measured === null) return [];
  const bySource = new Map<string, Measured>();
  for (const [source, metric, group] of groupsOf(series, rule)) {
    const { values, intervalMs, cover } = readingsOf(group, measured, steady);
    values.sort((a, b) => a - b);
    if (values.length <= (bySource.get(source)?.samples ?? 0)) continue;
    const rank = rule.statistic === 'p95' ? percentileRank(values.length, 0.95) : values.length - 1;
    const sampler = group[0]?.sampler ?? '';
    bySource.set(source, { metric, sampler, source, value: values[rank] as number, samples: values.length, intervalMs, cover });
  }
  return [...bySource.values()];
}

/** Series of one source and metric together: a container that took another's place is a series of its own, and the same backend. */
function groupsOf(series: readonly SampleSeries[], rule: RangeRule): [source: string, metric: string, group: SampleSeries[]][] {
  const wanted = Object.entries(rule.attributes ?? {});
  const groups = new Map<string, [string, string, SampleSeries[]]>();
  for (const one of series) {
    if (!rule.metrics.includes(one.name) || !wanted.every(([key, value]) => (one.attributes[key] ?? value) === value)) continue;
    // Of other components (Redis, nginx) the same is measured as of backends.
    if (rule.backends !== undefined && one.attributes.backend === undefined) continue;
    const source = one.attributes.backend ?? '';
    const key = JSON.stringify([source, one.name]);
    const group = groups.get(key) ?? [source, one.name, []];
    group[2].push(one);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** What was read of some series together within a window, and how well they cover it and its steady part. */
export function readingsOf(
  group: readonly SampleSeries[],
  window: Span,
  steady: Span | null,
): { values: number[]; intervalMs: number; cover: Cover } {
  const intervalMs = Math.max(...group.map((one) => one.intervalMs));
  const all = group.flatMap(({ times, values }) => times.flatMap((t, index) => readingAt(t, values[index])));
  all.sort((a, b) => a.t - b.t);
  const times = all.map(({ t }) => t);
  const cover = coverOf(times, window, intervalMs);
  return {
    values: all.filter(({ t }) => t >= window.from && t <= window.to).map(({ value }) => value),
    intervalMs,
    cover: steady ? worseCover(cover, coverOf(times, steady, intervalMs)) : cover,
  };
}

const readingAt = (t: number, value: number | null | undefined): { t: number; value: number }[] =>
  typeof value === 'number' ? [{ t, value }] : [];
