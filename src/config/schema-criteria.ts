import { z } from 'zod';
import { METRIC_NAMES, type MetricInfo, metricInfo, STATISTICS, type Statistic } from '../journal/metrics.js';
import type { CustomCriterion } from './config.js';
import { parseLimit } from './criteria-values.js';
import { parseDuration } from './duration.js';
import { formatPath } from './issues.js';
import { closed, list, text, yesOrNo } from './schema-parts.js';
import { closest, closestWords } from './similar.js';

const criterion = closed(
  {
    id: text(),
    title: text().optional(),
    metric: text(),
    attributes: z.record(z.string(), z.union([z.string(), z.number()]), { error: 'must be an object of texts' }).optional(),
    statistic: text().optional(),
    over: z.unknown().optional(),
    below: z.unknown().optional(),
    above: z.unknown().optional(),
    warning: z.unknown().optional(),
    critical: z.unknown().optional(),
    required: yesOrNo().optional(),
  },
  ['description', 'comment', '_comment', 'note', 'notes'],
);

type Raw = z.infer<typeof criterion>;
type Report = (key: string | null, message: string) => undefined;

/** The id of a row, as `abort` and programs know it. */
const ID = /^[\p{L}\p{N}_.-]+$/u;

/**
 * The list `criteria`: what must hold of any metric.
 *
 * @param tasks Names of the scenario's tasks; undefined while it is not loaded.
 */
export const customCriteria = (tasks: readonly string[] | undefined) =>
  list(criterion).transform((all, ctx): CustomCriterion[] => {
    const ids = new Map<string, number>();
    return all.flatMap((raw, index) => {
      const report: Report = (key, message) => {
        ctx.addIssue({ code: 'custom', path: key === null ? [index] : [index, key], message });
        return undefined;
      };
      const earlier = ids.get(raw.id);
      if (earlier !== undefined) report('id', `must differ from the one of ${formatPath(['criteria', earlier])}`);
      else if (!ID.test(raw.id)) report('id', 'must be of letters, digits, "_", "-" and "."');
      ids.set(raw.id, index);
      return criterionOf(raw, tasks, report) ?? [];
    });
  });

function criterionOf(raw: Raw, tasks: readonly string[] | undefined, report: Report): CustomCriterion | undefined {
  const info = metricInfo(raw.metric);
  if (info === undefined) return report('metric', unknownName('metric', raw.metric, METRIC_NAMES));
  const attributes = attributesOf(raw, info, tasks, report);
  const statistic = statisticOf(raw, info, report);
  const over = overOf(raw.over, report);
  const limits = statistic && limitsOf(raw, { info, statistic }, report);
  if (!attributes || !statistic || !over || !limits) return undefined;
  return { id: raw.id, title: raw.title ?? raw.id, metric: raw.metric, attributes, statistic, over, ...limits };
}

function unknownName(what: string, name: string, known: readonly string[]): string {
  const meant = closest(name, known) ?? closestWords(name, known);
  return `"${name}" is no ${what}${meant === undefined ? '' : `, did you mean "${meant}"?`}${meant === undefined && known.length <= 12 ? `; known here: ${known.join(', ')}` : ''}`;
}

function attributesOf(raw: Raw, { attributes: known }: MetricInfo, tasks: readonly string[] | undefined, report: Report) {
  let isWrong = false;
  const wrong = (key: string, message: string): void => {
    isWrong = true;
    report('attributes', `${key}: ${message}`);
  };
  for (const [key, value] of Object.entries(raw.attributes ?? {})) {
    if (known !== null && !known.includes(key)) {
      wrong(key, known.length === 0 ? `${raw.metric} has no attributes` : unknownName(`attribute of ${raw.metric}`, key, known));
    } else if (key === 'task' && tasks && value !== 'connect' && !tasks.includes(String(value))) {
      wrong(key, unknownName('task', String(value), ['connect', ...tasks]));
    } else if (key === 'step' && !STEPS.includes(String(value))) {
      wrong(key, unknownName('step of the handshake', String(value), STEPS));
    }
  }
  return isWrong ? undefined : Object.fromEntries(Object.entries(raw.attributes ?? {}).map(([key, value]) => [key, String(value)]));
}

const STEPS = ['dns', 'tcp', 'tls', 'upgrade'];

function statisticOf({ statistic, metric }: Raw, { kind }: MetricInfo, report: Report): Statistic | undefined {
  const known = STATISTICS[kind];
  if (statistic === undefined && known.length === 1) return known[0];
  if (statistic === undefined) return report(null, `needs a statistic; ${metric} has ${known.join(', ')}`);
  const found = known.find((one) => one === statistic);
  return found ?? report('statistic', `${unknownName(`statistic of ${metric}`, statistic, known)}`);
}

const OVER_RULE = 'must be run, stage, or {window: 60s}';

function overOf(raw: unknown, report: Report): CustomCriterion['over'] | undefined {
  if (raw === undefined || raw === 'run') return 'run';
  if (raw === 'stage') return 'stage';
  if (typeof raw !== 'object' || raw === null || !('window' in raw) || Object.keys(raw).length !== 1) return report('over', OVER_RULE);
  const seconds = parseDuration(String(raw.window));
  if (seconds === undefined || seconds < 1 || seconds > MAX_WINDOW) return report('over', `window must be a time from 1s to 24h, e.g. 60s`);
  return { windowSeconds: seconds };
}

const MAX_WINDOW = 86_400;

interface Measure {
  info: MetricInfo;
  statistic: Statistic;
}

type Limits = Pick<CustomCriterion, 'must' | 'limit' | 'critical' | 'required'>;

function limitsOf(raw: Raw, measure: Measure, report: Report): Limits | undefined {
  const { below, above, warning, critical } = raw;
  const single = [below, above].filter((one) => one !== undefined).length;
  const range = [warning, critical].filter((one) => one !== undefined).length;
  if (single + range === 0) return report(null, 'needs a limit: below, above, or warning and critical');
  if (single === 2) return report('above', 'cannot be given together with below: make two criteria of it');
  if (single === 1 && range > 0)
    return report(warning === undefined ? 'critical' : 'warning', 'cannot be given together with below or above');
  if (single === 1) {
    const must = below === undefined ? 'be_above' : 'be_below';
    const limit = limitOf(must === 'be_below' ? 'below' : 'above', below ?? above, measure, report);
    return limit === undefined ? undefined : { must, limit, critical: null, required: raw.required ?? true };
  }
  if (range === 1) return report(null, 'needs both warning and critical');
  if (raw.required === true) return report('required', 'needs below or above: a range of warning and critical is only recommended');
  const low = limitOf('warning', warning, measure, report);
  const high = limitOf('critical', critical, measure, report);
  if (low === undefined || high === undefined) return undefined;
  return { must: low > high ? 'be_above' : 'be_below', limit: low, critical: high, required: false };
}

const TIMES: Record<string, number> = { ms: 1, s: 1000, sec: 1000, m: 60_000, min: 60_000 };
const SIZES: Record<string, number> = { b: 1, kb: 2 ** 10, kib: 2 ** 10, mb: 2 ** 20, mib: 2 ** 20, gb: 2 ** 30, gib: 2 ** 30 };

/** A limit in the metric's own unit. */
function limitOf(key: string, raw: unknown, { info, statistic }: Measure, report: Report): number | undefined {
  const written = statistic === 'rate' && typeof raw === 'string' ? raw.trim().replace(/\s*\/\s*s$/, '') : raw;
  const parsed = parseLimit(written);
  if (parsed === undefined || parsed.upper !== undefined) return report(key, `must be ${EXAMPLES[info.unit]}`);
  const { value, unit, direction } = parsed;
  if (direction !== undefined && direction !== key && (key === 'below' || key === 'above')) {
    return report(key, `must not say the contrary of its key: ${String(raw)}`);
  }
  const scaled = scaledTo(info.unit, value, unit);
  return scaled ?? report(key, `must be ${EXAMPLES[info.unit]}`);
}

function scaledTo(own: MetricInfo['unit'], value: number, unit: string | undefined): number | undefined {
  switch (own) {
    case 'ms':
      return scaledBy(value, TIMES[unit ?? 'ms']);
    case 's':
      return scaledBy(value / 1000, TIMES[unit ?? 's']);
    case 'By':
      // A number alone would be bytes, which nobody means.
      return unit === undefined && value !== 0 ? undefined : scaledBy(value, SIZES[unit ?? 'b']);
    case '1':
      // 80 could be a share or a percentage.
      return unit === 'percent' ? value / 100 : unit === undefined && Math.abs(value) <= 1 ? value : undefined;
    default:
      return unit === undefined ? value : undefined;
  }
}

const scaledBy = (value: number, factor: number | undefined): number | undefined => (factor === undefined ? undefined : value * factor);

const EXAMPLES: Record<MetricInfo['unit'], string> = {
  ms: 'a time, in ms or with its unit, e.g. 300ms',
  s: 'a time, in seconds or with its unit, e.g. 50ms',
  By: 'a size with its unit, e.g. 400MB',
  '1': 'a percentage, e.g. 80%, or a share of 1',
  '{count}': 'a number',
  '{counter}': 'a number',
};
