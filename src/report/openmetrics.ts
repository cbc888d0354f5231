import {
  type ExportedMetric,
  LOAD_METRICS,
  type MetricKind,
  prometheusLabel,
  prometheusName,
  prometheusUnit,
  sampledMetric,
} from '../exported-metrics.js';
import type { CanaryTotals, CheckRow, RunResult, SampleSeries, TaskStatistics } from '../verdict/run-result.js';
import { visible } from './text.js';

type Labels = Readonly<Record<string, string>>;
type Type = 'counter' | 'gauge' | 'summary' | 'stateset' | 'info';

interface Line {
  /** What stands behind the family's name: `_total`, `_count`, … */
  suffix: string;
  labels: Labels;
  value: number;
}

interface Family {
  name: string;
  type: Type;
  unit: string;
  help: string;
  lines: Line[];
}

const TYPES: Record<MetricKind, Type> = { counter: 'counter', gauge: 'gauge', duration: 'summary' };

/**
 * The run's final numbers as OpenMetrics 1.0 text: the verdict, criteria, stages and load, and the last reading of each sampled metric.
 * Durations are in seconds. It has no timestamps of its own, so that what collects such files takes it.
 */
export function openMetrics(result: RunResult): string {
  const families = [...judgement(result), ...load(result), ...sampled(result.series)].filter(({ lines }) => lines.length > 0);
  return `${families.map(familyText).join('')}# EOF\n`;
}

function familyText({ name, type, unit, help, lines }: Family): string {
  const head = [`# TYPE ${name} ${type}`, ...(unit === '' ? [] : [`# UNIT ${name} ${unit}`]), `# HELP ${name} ${escapeValue(help)}`];
  return [...head, ...lines.map((line) => lineText(name, line))].map((line) => `${line}\n`).join('');
}

function lineText(name: string, { suffix, labels, value }: Line): string {
  // Two names can become the same one: of these the last counts.
  const named = new Map(Object.entries(labels).map(([label, text]) => [prometheusLabel(label), text]));
  const pairs = [...named].map(([label, text]) => `${label}="${escapeValue(visible(text))}"`);
  return `${name}${suffix}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

const escapeValue = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function family(metric: ExportedMetric, lines: readonly [labels: Labels, value: number][]): Family {
  const { kind, help } = metric;
  const suffix = kind === 'counter' ? '_total' : '';
  const name = prometheusName(metric);
  const made = lines.map(([labels, value]) => ({ suffix, labels, value }));
  return { name, type: TYPES[kind], unit: prometheusUnit(metric), help, lines: made };
}

const gauge = (name: string, help: string, lines: readonly [Labels, number][], unit = ''): Family =>
  family({ name: `loadwitness.${name}`, kind: 'gauge', unit, help }, lines);

function judgement(result: RunResult): Family[] {
  const { runId, target, scenario, identity, mode, tool, window, criteria, stages, findings, highestStep } = result;
  const timed = criteria.flatMap(({ id, unit, value, limit }) => [{ labels: { criterion: id, unit }, value, limit }]);
  const some = (key: 'value' | 'limit') =>
    timed.flatMap(({ labels, [key]: number }): [Labels, number][] => (number === null ? [] : [[labels, number]]));
  return [
    {
      ...gauge('run', 'What was tested.', []),
      type: 'info',
      lines: [{ suffix: '_info', labels: { run_id: runId, target, scenario, identity, mode, tool }, value: 1 }],
    },
    gauge('run.start_timestamp', 'When the run began, in Unix time.', [[{}, window.runStart / 1000]], 's'),
    gauge('run.end_timestamp', 'When the run ended, in Unix time.', [[{}, (window.runEnd ?? window.lastEvent) / 1000]], 's'),
    stateSet('verdict', 'The verdict.', ['PASS', 'FAIL', 'INCONCLUSIVE'], [[{}, result.verdict]]),
    stateSet(
      'criterion',
      'What became of each criterion.',
      ['pass', 'warn', 'fail', 'inconclusive'],
      criteria.map(({ id, required, status }) => [{ criterion: id, required: String(required) }, status]),
    ),
    gauge('criterion.value', 'What was measured, in the unit that is named.', some('value')),
    gauge('criterion.limit', 'What it must not pass, in the unit that is named.', some('limit')),
    stateSet(
      'stage',
      'What became of each stage.',
      ['pass', 'fail', 'inconclusive'],
      window.loadStart === null ? [] : stages.map(({ name, status }, index) => [{ index: String(index), stage: name }, status]),
    ),
    gauge('highest_step.users', 'Users of the highest step that held.', highestStep === null ? [] : [[{}, highestStep.users]]),
    gauge(
      'findings',
      'Findings of the diagnosis.',
      counted(findings.map(({ rule }) => rule)).map(([rule, count]) => [{ rule }, count]),
    ),
    family(
      LOAD_METRICS.checks,
      counted(result.checks.map(({ status }: CheckRow) => status)).map(([status, count]) => [{ status }, count]),
    ),
  ];
}

/** In OpenMetrics each state has a line, and its label has the family's name. */
function stateSet(name: string, help: string, states: readonly string[], rows: readonly [Labels, string][]): Family {
  const base = gauge(name, help, []);
  const lines = rows.flatMap(([labels, is]) =>
    states.map((state) => ({ suffix: '', labels: { ...labels, [base.name]: state }, value: state === is ? 1 : 0 })),
  );
  return { ...base, type: 'stateset', lines };
}

function load(result: RunResult): Family[] {
  const { tasks, failures, drops, closes, pushes, unsent, exceptions, canaries, peakUsers, samplerErrors, window } = result;
  if (window.loadStart === null) return [];
  const ofTasks = (value: (task: TaskStatistics) => number): [Labels, number][] => tasks.map((task) => [{ task: task.name }, value(task)]);
  const by = (label: string, counts: Readonly<Record<string, number>>): [Labels, number][] =>
    Object.entries(counts).map(([key, count]) => [{ [label]: key }, count]);
  const names = new Set(tasks.map(({ name }) => name));
  const failed = failures.filter(({ task }) => names.has(task));
  return [
    family(
      LOAD_METRICS.requests,
      ofTasks(({ requests }) => requests),
    ),
    family(
      LOAD_METRICS.failures,
      failed.map(({ task, kind, occurrences }) => [{ task, kind }, occurrences]),
    ),
    family(
      LOAD_METRICS.lateReplies,
      ofTasks(({ late }) => late),
    ),
    family(
      LOAD_METRICS.replySize,
      ofTasks(({ bytes }) => bytes),
    ),
    summaries(LOAD_METRICS.duration, tasks, 'latency'),
    summaries(LOAD_METRICS.intendedDuration, tasks, 'intended'),
    family(LOAD_METRICS.drops, by('kind', drops)),
    family(LOAD_METRICS.closes, by('kind', closes)),
    family(LOAD_METRICS.pushes, by('type', pushes)),
    family(LOAD_METRICS.unsent, [[{}, unsent]]),
    family(LOAD_METRICS.exceptions, [[{}, exceptions.reduce((sum, { occurrences }) => sum + occurrences, 0)]]),
    family(LOAD_METRICS.peakUsers, by('state', peakUsers)),
    family(LOAD_METRICS.canaries, canaries === null ? [] : by('outcome', canaryOutcomes(canaries))),
    family(LOAD_METRICS.samplerErrors, by('sampler', errorsBySampler(samplerErrors))),
  ];
}

function errorsBySampler(rows: RunResult['samplerErrors']): Record<string, number> {
  const sums = new Map<string, number>();
  for (const { sampler, occurrences } of rows) sums.set(sampler, (sums.get(sampler) ?? 0) + occurrences);
  return Object.fromEntries(sums);
}

const canaryOutcomes = ({ published, received, late, lost, withdrawn, duplicates, refused, unaddressed }: CanaryTotals) => ({
  ...{ published, received, late, lost, withdrawn, duplicates, refused, unaddressed },
});

/** Quantiles, and the number of requests with the sum of their times where that is known: of the actual send. */
function summaries(metric: ExportedMetric, tasks: readonly TaskStatistics[], clock: 'latency' | 'intended'): Family {
  const lines = tasks.flatMap((task): Line[] => {
    const percentiles = task[clock];
    if (percentiles === null) return [];
    const quantiles = (['50%', '95%', '99%', '99.9%', '100%'] as const).map((name) => ({
      suffix: '',
      labels: { task: task.name, quantile: String(Number.parseFloat(name) / 100) },
      value: percentiles[name] / 1000,
    }));
    const labels = { task: task.name };
    const sum = { suffix: '_sum', labels, value: (task.averageMs * task.requests) / 1000 };
    return [...quantiles, { suffix: '_count', labels, value: task.requests }, ...(clock === 'latency' ? [sum] : [])];
  });
  return { ...family(metric, []), lines };
}

/** The last reading of each series; one that ends in a gap has the last that there was. */
function sampled(series: readonly SampleSeries[]): Family[] {
  const families = new Map<string, Family>();
  const told = new Set<string>();
  for (const { name, unit, attributes, values } of series) {
    const value = values.findLast((one) => one !== null);
    const made = family(sampledMetric(name, unit), value == null ? [] : [[attributes, value]]);
    // Two samplers may read the same thing: a line may be there once.
    const lines = made.lines.filter((line) => !told.has(lineText(made.name, { ...line, value: 0 })));
    for (const line of lines) told.add(lineText(made.name, { ...line, value: 0 }));
    const known = families.get(made.name);
    if (known) known.lines.push(...lines);
    else families.set(made.name, { ...made, lines });
  }
  return [...families.values()];
}

/** How often each is there, in the order in which they come. */
function counted(words: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts];
}
