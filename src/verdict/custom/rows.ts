import type { CustomCriterion } from '../../config/config.js';
import { metricInfo } from '../../journal/metrics.js';
import { type Cover, coverOf, type Span, worseCover } from '../coverage.js';
import { baseOf, failed, held, inconclusive, LOAD_COVERAGE, NO_LOAD, type RowBase, warned } from '../criteria/criterion.js';
import { MIN_COVERAGE, maxGapOf } from '../criteria/range.js';
import { saturation } from '../criteria/saturation.js';
import { clock, counted, decimal } from '../format.js';
import type { CriterionCode, CriterionRow, GeneratorHealth, StageResult } from '../run-result.js';
import type { Summary } from '../summarize.js';
import { type Asked, MIN_LATENCIES } from './asked-latencies.js';
import { holds, isCritical, show, thresholdOf, unitOf, worseThan } from './limits.js';
import { type Track, tracksOf } from './track.js';
import { minSamplesOf, TrackReader } from './track-value.js';

/** A part of a run that is judged on its own. */
interface Part {
  /** Its position in the plan; -1 is the whole run. */
  index: number;
  scope: string;
  window: Span | null;
  generator: GeneratorHealth;
}

/** What was found of one source, or why nothing was. */
interface Found {
  source: string;
  backend: string | undefined;
  value: number;
  samples: number;
  cover: Cover | null;
  intervalMs: number;
  /** Where and when, for people. */
  text: string;
  /** Of the worst sliding window. */
  window: Span | null;
}

type Outcome = { found: Found } | { code: CriterionCode; text: string };

/**
 * The rows of the criteria that the configuration makes of metrics, one each: of those over stages the worst stage's.
 *
 * @param stages As they were judged, with the rows of {@link customStageRows}.
 */
export function customRows(summary: Summary, stages: readonly Pick<StageResult, 'criteria'>[]): CriterionRow[] {
  const { measured, generator } = summary;
  return summary.thresholds.custom.map((criterion, at) => {
    if (criterion.over !== 'stage') return customRow(summary, criterion, at, { index: -1, scope: 'run', window: measured, generator });
    return worstStage(summary, criterion, stages);
  });
}

/** The rows of one stage, of the criteria that are judged in each. */
export function customStageRows(
  summary: Summary,
  { index, name, window, generator }: { index: number; name: string; window: Span; generator: GeneratorHealth },
): CriterionRow[] {
  return summary.thresholds.custom.flatMap((criterion, at) =>
    criterion.over === 'stage' ? [customRow(summary, criterion, at, { index, scope: `stage ${name}`, window, generator })] : [],
  );
}

const ORDER = ['fail', 'inconclusive', 'warn', 'pass'] as const;

/** How bad a row is: a critical warning is worse than what nobody knows. */
const rank = ({ status, critical }: CriterionRow): number => (critical ? 0.5 : ORDER.indexOf(status));

function worstStage(summary: Summary, criterion: CustomCriterion, stages: readonly Pick<StageResult, 'criteria'>[]): CriterionRow {
  const isWorse = worseThan(criterion);
  const rows = stages.flatMap(({ criteria }) => criteria.filter(({ id }) => id === criterion.id));
  const worst = rows.reduce<CriterionRow | undefined>((known, row) => {
    if (known === undefined || rank(row) !== rank(known)) return known !== undefined && rank(row) > rank(known) ? known : row;
    return row.value !== null && (known.value === null || isWorse(row.value, known.value)) ? row : known;
  }, undefined);
  if (worst) return worst;
  const rule = ruleOf(summary, criterion, summary.measured, 'run');
  return summary.measured === null
    ? inconclusive(rule, 'no_load', NO_LOAD)
    : inconclusive(rule, 'no_data', 'no stage of a load of ours was judged');
}

function ruleOf(summary: Summary, criterion: CustomCriterion, measured: Span | null, scope: string): RowBase {
  const { id, title, required, limit, critical, metric, over } = criterion;
  const isLoads = metric.startsWith('load.') || metric.startsWith('canary.');
  return baseOf(
    { thresholds: summary.thresholds, measured, scope: typeof over === 'object' ? `window of ${decimal(over.windowSeconds, 1)} s` : scope },
    {
      ...{ id, title, required, limit, threshold: thresholdOf(criterion), unit: unitOf(criterion) },
      criticalLimit: required ? null : critical,
      source: metric === '' ? 'nothing' : metric,
      ...(metric.startsWith('canary.')
        ? {}
        : isLoads
          ? LOAD_COVERAGE
          : { minCoverage: MIN_COVERAGE, maxGapMs: maxGapOf(summary.start.sampleIntervalMs) }),
    },
  );
}

function customRow(summary: Summary, criterion: CustomCriterion, at: number, part: Part): CriterionRow {
  const rule = ruleOf(summary, criterion, part.window, part.scope);
  const info = metricInfo(criterion.metric);
  if (info === undefined) return inconclusive(rule, 'no_rule', 'this version cannot judge it: its metric, statistic or limit is not known');
  if (part.window === null || part.window.to <= part.window.from) return inconclusive(rule, 'no_load', NO_LOAD);
  if (criterion.metric.startsWith('load.') && summary.start.mode !== 'load') {
    return inconclusive(rule, 'no_figures', 'only our own load tells it');
  }
  const base = { ...rule, minSamples: leastOf(criterion) };
  const outcomes =
    info.kind === 'distribution'
      ? [ofLatencies(summary, criterion, summary.asked[at], part)]
      : ofTracks(summary, criterion, tracksOf(summary, criterion), part.window);
  return judge(base, criterion, outcomes, part, summary);
}

function leastOf({ metric, statistic }: CustomCriterion): number {
  const kind = metricInfo(metric)?.kind ?? 'level';
  return kind === 'distribution' ? MIN_LATENCIES : minSamplesOf(kind, statistic);
}

function judge(rule: RowBase, criterion: CustomCriterion, outcomes: readonly Outcome[], part: Part, summary: Summary): CriterionRow {
  const isWorse = worseThan(criterion);
  const found = outcomes.flatMap((one) => ('found' in one ? [one.found] : []));
  const open = outcomes.find((one) => !('found' in one));
  const worst = found.reduce<Found | undefined>((most, one) => (most && !isWorse(one.value, most.value) ? most : one), undefined);
  if (!worst)
    return open && !('found' in open) ? inconclusive(rule, open.code, open.text) : inconclusive(rule, 'no_data', nothingOf(criterion));
  const base = dataOf(rule, worst);
  const observed = show(criterion, worst.value);
  const among = found.length > 1 ? `, the worst of ${found.length}` : '';
  const evidence = `${criterion.statistic} of ${criterion.metric}${told(criterion)}, ${worst.text}${among}`;
  const info = metricInfo(criterion.metric);
  if (info?.isTheGenerators && part.generator.saturated) {
    return inconclusive(base, 'generator_saturated', `${evidence}; ${saturation(part.generator)}`, observed, worst.value);
  }
  if (!holds(criterion, worst.value)) {
    // Few values prove no statistic, while a count that is too great is too great.
    if (worst.samples < base.minSamples && info?.kind !== 'share') return held(base, observed, worst.value, evidence);
    if (criterion.required) return failed(base, observed, worst.value, evidence);
    return warned(base, isCritical(criterion, worst.value), observed, worst.value, evidence);
  }
  if (open && !('found' in open)) return inconclusive(base, open.code, `${evidence}; ${open.text}`, observed, worst.value);
  const absent = absentBackends(criterion, summary, found);
  if (absent.length > 0) return inconclusive(base, 'no_data', `${evidence}; no samples of ${absent.join(', ')}`, observed, worst.value);
  const poor = found.find((one) => held(dataOf(rule, one), observed, worst.value, '').status !== 'pass');
  return held(poor ? dataOf(rule, poor) : base, observed, worst.value, evidence);
}

const dataOf = (rule: RowBase, { source, samples, cover, window, intervalMs }: Found): RowBase => ({
  ...rule,
  source,
  samples,
  window: window ?? rule.window,
  coverage: cover?.coverage ?? null,
  greatestGapMs: cover?.greatestGapMs ?? null,
  maxGapMs: rule.maxGapMs === null ? null : Math.max(rule.maxGapMs, maxGapOf(intervalMs)),
});

const told = ({ attributes }: CustomCriterion): string => {
  const all = Object.entries(attributes).map(([key, value]) => `${key} ${value}`);
  return all.length === 0 ? '' : ` (${all.join(', ')})`;
};

const nothingOf = (criterion: CustomCriterion): string => `there is no reading of ${criterion.metric}${told(criterion)}`;

/** Where a metric is each backend's own, each must have been read. */
function absentBackends({ metric, attributes }: CustomCriterion, { start }: Summary, found: readonly Found[]): string[] {
  if (attributes.backend !== undefined || attributes.component !== undefined) return [];
  const isEachs = metric.startsWith('process.') || metric.startsWith('backend.') || metric.startsWith('container.');
  if (!isEachs) return [];
  return start.backends.filter((backend) => !found.some((one) => one.backend === backend));
}

function ofTracks(summary: Summary, criterion: CustomCriterion, tracks: readonly Track[], window: Span): Outcome[] {
  return tracks.flatMap((track): Outcome[] => {
    const reader = new TrackReader(track, criterion.statistic);
    const all = coverOf(track.times, window, track.intervalMs);
    const isWhole = criterion.over !== 'stage';
    const cover = isWhole && summary.steady ? worseCover(all, coverOf(track.times, summary.steady, track.intervalMs)) : all;
    const of = track.name === '' ? '' : `${track.name}: `;
    const shared = {
      source: track.source,
      backend: track.backend,
      cover: track.source === 'canaries' ? null : cover,
      intervalMs: track.intervalMs,
    };
    if (typeof criterion.over !== 'object') {
      // Canaries before and after the load are the run's too.
      const span =
        isWhole && track.source === 'canaries' ? { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY } : spanOf(track, window);
      const value = reader.over(span);
      return value === null ? [] : [{ found: { ...shared, ...value, text: `${of}${samplesText(track, value.samples)}`, window: null } }];
    }
    const least = minSamplesOf(track.kind, criterion.statistic);
    const { worst, judged, skipped } = reader.worst(
      spanOf(track, window),
      criterion.over.windowSeconds * 1000,
      least,
      worseThan(criterion),
    );
    const seen = windowOutcome({ worst, judged, skipped }, criterion.over.windowSeconds);
    if (!('worst' in seen)) return [seen];
    const { value, samples, from, to } = seen.worst;
    return [{ found: { ...shared, value, samples, text: `${of}${samplesText(track, samples)} ${seen.text}`, window: { from, to } } }];
  });
}

/** Of a second that lies partly in the window the whole counts where the window is the load's. */
const spanOf = ({ tailMs }: Track, { from, to }: Span): Span => ({ from: from - tailMs, to: to + tailMs });

const samplesText = ({ kind }: Track, samples: number): string =>
  kind === 'share' ? counted(samples, 'request') : kind === 'increments' ? counted(samples, 'second') : counted(samples, 'sample');

interface WindowResult {
  worst: (Span & { value: number; samples: number }) | null;
  judged: number;
  skipped: number;
}

/** When the worst window was; why there is none where there is none. */
function windowOutcome({ worst, judged, skipped }: WindowResult, seconds: number) {
  const length = `${decimal(seconds, 1)} s`;
  if (worst !== null) {
    const few = skipped > 0 ? `; ${skipped} more held too few` : '';
    return { worst, text: `from ${clock(worst.from)} to ${clock(worst.to)}, the worst of ${counted(judged, 'window')} of ${length}${few}` };
  }
  if (skipped > 0)
    return { code: 'too_few_samples' as const, text: `each of ${counted(skipped, 'window')} of ${length} holds too few samples` };
  return { code: 'too_short' as const, text: `there is no time of ${length} without a break in what was judged` };
}

function ofLatencies(summary: Summary, criterion: CustomCriterion, asked: Asked | undefined, part: Part): Outcome {
  const source = criterion.metric === 'canary.latency' ? 'canaries' : 'load';
  const shared = { source, backend: undefined, cover: source === 'load' && part.index === -1 ? summary.recorded : null, intervalMs: 1000 };
  const inMs = (micros: number): number => micros / 1000;
  if (typeof criterion.over !== 'object') {
    const value = asked?.parts[Math.max(0, part.index)] ?? null;
    if (value === null) return { code: 'no_data', text: nothingOf(criterion) };
    return {
      found: {
        ...shared,
        value: inMs(value.value),
        samples: value.samples,
        text: counted(value.samples, 'latency', 'latencies'),
        window: null,
      },
    };
  }
  const { worst = null, judged = 0, skipped = 0 } = asked?.window ?? {};
  const scaled = worst && { value: inMs(worst.value), samples: worst.samples, from: worst.from * 1000, to: worst.to * 1000 };
  const seen = windowOutcome({ worst: scaled, judged, skipped }, criterion.over.windowSeconds);
  if (!('worst' in seen)) return seen;
  const { value, samples, from, to } = seen.worst;
  return { found: { ...shared, value, samples, text: `${counted(samples, 'latency', 'latencies')} ${seen.text}`, window: { from, to } } };
}
