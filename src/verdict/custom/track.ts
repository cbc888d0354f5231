import type { CustomCriterion } from '../../config/config.js';
import { metricInfo } from '../../journal/metrics.js';
import type { HistorySecond, SampleSeries } from '../run-result.js';
import type { Summary } from '../summarize.js';

/** What was read of one source over time, whatever it is read from. */
export interface Track {
  /** In the words of a row's `source`. */
  source: string;
  /** What tells it from other tracks of the same metric; empty where there is but one. */
  name: string;
  /** Whose it is, where it is a backend's. */
  backend?: string | undefined;
  kind: 'level' | 'counter' | 'increments' | 'share';
  intervalMs: number;
  /** Rising, Unix ms. A second is told by its middle. */
  times: number[];
  values: number[];
  /** Of a share: the whole of which each value is a part. */
  wholes: number[];
  /** From its time to the end of what a reading tells. */
  tailMs: number;
}

type Facts = Pick<Summary, 'history' | 'canaryHistory' | 'series'>;

const SECOND_MS = 1000;

/** The tracks of a metric with these attributes. Series that differ in nothing but their container are one. */
export function tracksOf(facts: Facts, { metric, attributes }: Pick<CustomCriterion, 'metric' | 'attributes'>): Track[] {
  if (metric.startsWith('canary.')) return ofSeconds(facts.canaryHistory, 'canaries', 'increments', canaryCount(metric));
  if (metric === 'load.error_rate') return [errorTrack(facts.history, attributes.task)];
  if (metric.startsWith('load.users.') || metric.startsWith('load.generator.')) {
    return ofSeconds(facts.history, 'load', 'level', levelOf(metric));
  }
  if (metric.startsWith('load.')) return ofSeconds(facts.history, 'load', 'increments', countOf(metric, attributes.task));
  return sampled(facts.series, metric, attributes);
}

function ofSeconds<Row extends { second: number }>(
  rows: readonly Row[],
  source: string,
  kind: Track['kind'],
  value: (row: Row) => number,
): Track[] {
  if (rows.length === 0) return [];
  const times = rows.map(({ second }) => second * SECOND_MS + SECOND_MS / 2);
  return [{ source, name: '', kind, intervalMs: SECOND_MS, times, values: rows.map(value), wholes: [], tailMs: SECOND_MS / 2 }];
}

const CANARY_COUNTS = ['published', 'received', 'late', 'lost', 'duplicates', 'reordered'] as const;

function canaryCount(metric: string): (row: Facts['canaryHistory'][number]) => number {
  const count = CANARY_COUNTS.find((one) => metric === `canary.${one}`);
  return (row) => (count === undefined ? 0 : row[count]);
}

function levelOf(metric: string): (row: HistorySecond) => number {
  switch (metric) {
    case 'load.users.planned':
      return ({ users }) => users.planned;
    case 'load.users.active':
      return ({ users }) => users.active;
    case 'load.users.connected':
      return ({ users }) => users.connected;
    case 'load.generator.loop_delay':
      return ({ generator }) => generator.loopDelayMs;
    case 'load.generator.lag':
      return ({ generator }) => generator.lagMs;
    case 'load.generator.gc':
      return ({ generator }) => generator.gcMs;
    default:
      return ({ generator }) => generator.utilization;
  }
}

function countOf(metric: string, task: string | undefined): (row: HistorySecond) => number {
  if (metric === 'load.drops') return ({ drops }) => drops;
  if (metric === 'load.unsent') return ({ unsent }) => unsent;
  const what = metric === 'load.failures' ? 'failures' : 'requests';
  return (row) => (task === undefined ? row[what] : (row.tasks[task]?.[what] ?? 0));
}

/** What failed through the target, of everything: as the criterion of the error rate counts it. */
function errorTrack(history: readonly HistorySecond[], task: string | undefined): Track {
  // What the generator's own machine refuses are connects.
  const own = ({ generator }: HistorySecond): number => (task === undefined || task === 'connect' ? generator.failures : 0);
  const dropped = ({ drops }: HistorySecond): number => (task === undefined ? drops : 0);
  const of = (row: HistorySecond): { requests: number; failures: number } =>
    task === undefined ? row : (row.tasks[task] ?? { requests: 0, failures: 0 });
  return {
    ...{ source: 'load', name: '', kind: 'share', intervalMs: SECOND_MS, tailMs: SECOND_MS / 2 },
    times: history.map(({ second }) => second * SECOND_MS + SECOND_MS / 2),
    values: history.map((row) => of(row).failures - own(row) + dropped(row)),
    wholes: history.map((row) => of(row).requests - own(row) + dropped(row)),
  };
}

function sampled(series: readonly SampleSeries[], metric: string, wanted: Readonly<Record<string, string>>): Track[] {
  const groups = new Map<string, SampleSeries[]>();
  for (const one of series) {
    if (one.name !== metric || !Object.entries(wanted).every(([key, value]) => one.attributes[key] === value)) continue;
    const { container: _container, ...rest } = one.attributes;
    const key = JSON.stringify([one.sampler, rest]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => trackOf(group, wanted));
}

function trackOf(group: readonly SampleSeries[], wanted: Readonly<Record<string, string>>): Track {
  const [first] = group;
  const readings = group.flatMap(({ times, values }) =>
    times.flatMap((t, index) => (typeof values[index] === 'number' ? [{ t, value: values[index] }] : [])),
  );
  readings.sort((a, b) => a.t - b.t);
  const apart = Object.entries(first?.attributes ?? {}).filter(([key]) => key !== 'container' && key !== 'period' && !(key in wanted));
  return {
    source: `${first?.name} of ${first?.sampler}`,
    backend: first?.attributes.backend,
    name: apart.map(([, value]) => value).join(' '),
    kind: metricInfo(first?.name ?? '')?.kind === 'counter' ? 'counter' : 'level',
    intervalMs: Math.max(...group.map(({ intervalMs }) => intervalMs)),
    times: readings.map(({ t }) => t),
    values: readings.map(({ value }) => value),
    wholes: [],
    tailMs: 0,
  };
}
