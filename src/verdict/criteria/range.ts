import type { ResourceRange } from '../../config/config.js';
import { percentileRank } from '../distribution.js';
import { counted } from '../format.js';
import type { CriterionRow, SampleSeries } from '../run-result.js';
import { type Facts, inconclusive, NO_LIMIT, type RowBase } from './criterion.js';

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
  source: string;
  value: number;
  samples: number;
  complete: boolean;
}

/** A recommended range with fewer than this share of its samples says nothing. */
const MIN_SHARE = 0.5;

/** Judges a range by the worst source. Beyond it is a warning; a source without samples keeps it from passing. */
export function rangeRow(facts: Facts, rule: RangeRule): CriterionRow {
  const { range, format } = rule;
  const base: RowBase = {
    id: rule.id,
    title: rule.title,
    required: false,
    threshold: range === null ? '' : `≤ ${format(range.warning)} (critical > ${format(range.critical)})`,
    limit: range?.warning ?? null,
    unit: rule.unit,
  };
  if (range === null) return inconclusive(base, NO_LIMIT);
  const measured = measure(facts, rule);
  const worst = measured.reduce<Measured | undefined>((max, one) => (max === undefined || one.value > max.value ? one : max), undefined);
  if (!worst) return inconclusive(base, `there is no sample of ${rule.metrics.join(' or ')} during the load`);
  const name = rule.statistic === 'p95' ? '95th percentile' : 'greatest';
  const of = worst.source === '' ? '' : ` of ${worst.source}, the worst of ${counted(measured.length, 'backend')}`;
  const evidence = `${name} of ${counted(worst.samples, 'sample')} of ${worst.metric}${of}`;
  if (worst.value > range.warning) {
    const critical = worst.value > range.critical;
    return { ...base, status: 'warn', critical, observed: format(worst.value), value: worst.value, evidence };
  }
  const missing = missingOf(measured, rule);
  if (missing !== null) return inconclusive(base, `${evidence}; ${missing}`, format(worst.value), worst.value);
  return { ...base, status: 'pass', critical: false, observed: format(worst.value), value: worst.value, evidence };
}

function missingOf(measured: readonly Measured[], rule: RangeRule): string | null {
  const absent = (rule.backends ?? []).filter((backend) => !measured.some(({ source }) => source === backend));
  if (absent.length > 0) return `no samples of ${absent.join(', ')}`;
  const partial = measured.filter(({ complete }) => !complete);
  if (partial.length > 0)
    return `more than half of the samples are missing${partial[0]?.source ? ` of ${partial.map((p) => p.source).join(', ')}` : ''}`;
  return null;
}

function measure({ series, measured }: Facts, rule: RangeRule): Measured[] {
  if (measured === null) return [];
  const bySource = new Map<string, Measured>();
  for (const [source, metric, group] of groupsOf(series, rule)) {
    const values = group.flatMap((one) => valuesWithin(one, measured.from, measured.to)).sort((a, b) => a - b);
    if (values.length <= (bySource.get(source)?.samples ?? 0)) continue;
    const rank = rule.statistic === 'p95' ? percentileRank(values.length, 0.95) : values.length - 1;
    const interval = Math.max(...group.map(({ intervalMs }) => intervalMs));
    bySource.set(source, {
      metric,
      source,
      value: values[rank] as number,
      samples: values.length,
      complete: values.length >= Math.floor((measured.to - measured.from) / interval) * MIN_SHARE,
    });
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

/** All readings of a window. */
function valuesWithin({ times, values }: SampleSeries, from: number, to: number): number[] {
  const within: number[] = [];
  for (const [index, t] of times.entries()) {
    const value = values[index];
    if (t >= from && t <= to && typeof value === 'number') within.push(value);
  }
  return within;
}
