import type { CustomCriterion } from '../../config/config.js';
import { metricInfo, STATISTICS, type Statistic } from '../../journal/metrics.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the criteria that a configuration makes of metrics from `run.start`: its schema leaves them open, so nothing is taken on trust. One
 * that cannot be read, or that is of a metric which this version does not know, is kept with a metric of its own name that nobody emits: it
 * is told, and open.
 */
export function readCustom(raw: unknown): CustomCriterion[] {
  return Array.isArray(raw) ? raw.map((one, index) => customOf(fieldsOf(one), index)) : [];
}

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const textOf = (value: unknown, fallback: string): string => (typeof value === 'string' && value !== '' ? value : fallback);
const numberOf = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

function customOf(fields: Fields, index: number): CustomCriterion {
  const id = textOf(fields.id, `criteria_${index}`);
  const metric = textOf(fields.metric, '');
  const limit = numberOf(fields.limit);
  const kind = metricInfo(metric)?.kind;
  const allowed: readonly Statistic[] = kind === undefined ? [] : STATISTICS[kind];
  const statistic = allowed.find((one) => one === fields.statistic);
  return {
    id,
    title: textOf(fields.title, id),
    metric: limit === null || statistic === undefined ? '' : metric,
    attributes: Object.fromEntries(Object.entries(fieldsOf(fields.attributes)).map(([key, value]) => [key, String(value)])),
    statistic: statistic ?? 'max',
    over: overOf(fields.over),
    must: fields.must === 'be_above' ? 'be_above' : 'be_below',
    limit: limit ?? 0,
    critical: numberOf(fields.critical),
    required: fields.required !== false,
  };
}

function overOf(raw: unknown): CustomCriterion['over'] {
  const seconds = numberOf(fieldsOf(raw).windowSeconds);
  if (seconds !== null && seconds > 0) return { windowSeconds: seconds };
  return raw === 'stage' ? 'stage' : 'run';
}
