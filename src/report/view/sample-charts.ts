import type { RunResult, SampleSeries } from '../../verdict/run-result.js';
import { type Chart, type Point, rounded } from './chart.js';

const MIB = 2 ** -20;

interface ChartOf {
  title: string;
  unit: string;
  names: readonly string[];
  label(one: SampleSeries): string;
  scale?: number;
}

const component = ({ attributes: { backend, component: other } }: SampleSeries): string => backend ?? other ?? 'backend';

/** A container that took another's place is a line of its own. */
const container = (one: SampleSeries): string =>
  [component(one), ...(one.attributes.container ? [one.attributes.container] : [])].join(' ');

const tail = ({ name }: SampleSeries): string => name.split('.').slice(1).join(' ');

/** Charts with words of their own, in their order. What is in none of them is drawn too, under the metric's name. */
const CHARTS: readonly ChartOf[] = [
  { title: 'Connections by backend', unit: '', names: ['backend.connections'], label: container },
  { title: 'CPU by backend, one core is 100 %', unit: '%', names: ['process.cpu.utilization'], label: component, scale: 100 },
  {
    title: 'CPU by container, its quota is 100 %',
    unit: '%',
    names: ['container.cpu.quota_utilization'],
    label: container,
    scale: 100,
  },
  { title: 'CPU by container, one core is 100 %', unit: '%', names: ['container.cpu.utilization'], label: container, scale: 100 },
  {
    title: "CPU by container, all of the host's cores are 100 %",
    unit: '%',
    names: ['container.cpu.host_utilization'],
    label: container,
    scale: 100,
  },
  { title: 'Time that containers were throttled', unit: '%', names: ['container.cpu.throttled'], label: container, scale: 100 },
  { title: 'Memory by backend', unit: 'MiB', names: ['process.memory.usage'], label: component, scale: MIB },
  { title: 'Memory by container', unit: 'MiB', names: ['container.memory.usage.total'], label: container, scale: MIB },
  {
    title: 'Memory by container, its limit is 100 %',
    unit: '%',
    names: ['container.memory.utilization'],
    label: container,
    scale: 100,
  },
  { title: 'Redis clients', unit: '', names: ['redis.clients.connected', 'redis.clients.blocked'], label: tail },
  { title: 'Redis memory', unit: 'MiB', names: ['redis.memory.used', 'redis.memory.rss'], label: tail, scale: MIB },
  {
    title: 'Redis Pub/Sub subscribers',
    unit: '',
    names: ['redis.pubsub.subscribers'],
    label: ({ attributes }) => attributes.channel ?? 'channel',
  },
  {
    title: 'Redis Pub/Sub output buffers',
    unit: 'MiB',
    names: ['redis.pubsub.output_buffer.max', 'redis.pubsub.output_buffer.limit'],
    label: tail,
    scale: MIB,
  },
  { title: 'Redis round trip', unit: 'ms', names: ['redis.round_trip.time'], label: tail, scale: 1000 },
  {
    title: 'nginx connections',
    unit: '',
    names: ['nginx.connections_current', 'nginx.connections_established'],
    label: ({ attributes, name }) => attributes.state ?? (name.endsWith('established') ? 'established' : 'all'),
  },
  {
    title: 'Host (CloudWatch)',
    unit: '%',
    names: ['aws.ec2.cpu.utilization', 'aws.ec2.memory.utilization', 'aws.ec2.disk.utilization'],
    label: (one) => [tail(one), ...others(one)].join(' '),
    scale: 100,
  },
];

const LOG_MATCHES = 'log.matches';

/** A chart for everything that was sampled. */
export function sampleCharts({ series }: RunResult): Chart[] {
  const named = CHARTS.map(({ names, ...chart }) =>
    sampleChart(
      chart,
      names.flatMap((name) => series.filter((one) => one.name === name)),
    ),
  );
  const known = new Set([LOG_MATCHES, ...CHARTS.flatMap(({ names }) => names)]);
  const rest = [...new Set(series.map(({ name }) => name))].filter((name) => !known.has(name));
  return [...named, logChart(series.filter(({ name }) => name === LOG_MATCHES)), ...rest.map((name) => otherChart(name, series))];
}

/** Scales and words by unit. A counter is drawn as its growth a second. */
const UNITS: Readonly<Record<string, { unit: string; scale?: number }>> = {
  '1': { unit: '%', scale: 100 },
  By: { unit: 'MiB', scale: MIB },
  s: { unit: 's' },
  '{counter}': { unit: '/s' },
};

function otherChart(name: string, series: readonly SampleSeries[]): Chart {
  const own = series.filter((one) => one.name === name);
  const unit = own[0]?.unit ?? '';
  const label = (one: SampleSeries): string => others(one).join(' ') || name;
  return sampleChart({ title: name, unit: '', label, ...UNITS[unit] }, unit === '{counter}' ? own.map(growth) : own);
}

const others = ({ attributes }: SampleSeries): string[] =>
  Object.entries(attributes).flatMap(([key, value]) => (key === 'period' ? [] : [value]));

/** How fast a counter grew up to each reading, a second. Unknown for the first, after a gap, and where it began again. */
function growth(one: SampleSeries): SampleSeries {
  const values = one.values.map((value, index) => {
    const before = one.values[index - 1];
    const seconds = ((one.times[index] ?? 0) - (one.times[index - 1] ?? 0)) / 1000;
    return typeof value === 'number' && typeof before === 'number' && value >= before && seconds > 0 ? (value - before) / seconds : null;
  });
  return { ...one, values };
}

function sampleChart({ title, unit, label, scale = 1 }: Omit<ChartOf, 'names'>, series: readonly SampleSeries[]): Chart {
  const times = unionOf(series);
  const lines = series.map((one) => ({
    label: label(one),
    values: onTimes(one, times).map((value) => (typeof value === 'number' ? rounded(value * scale) : value)),
  }));
  return { title, unit, times: times.map((t) => t / 1000), lines };
}

/** Counted lines by pattern, all backends together. Where one backend's reading is missing, the sum is not known. */
function logChart(series: readonly SampleSeries[]): Chart {
  const times = unionOf(series);
  const patterns = [...new Set(series.map(({ attributes }) => attributes.pattern ?? ''))];
  const lines = patterns.map((pattern) => {
    const parts = series.filter(({ attributes }) => attributes.pattern === pattern).map((one) => onTimes(one, times));
    return { label: pattern, values: times.map((_, index) => sumOrGap(parts.map((values) => values[index] ?? null))) };
  });
  return { title: 'Log lines by pattern (counted since the start)', unit: '', times: times.map((t) => t / 1000), lines };
}

const sumOrGap = (values: readonly Point[]): number | null =>
  values.reduce<number | null>((sum, value) => (sum === null || typeof value !== 'number' ? null : sum + value), 0);

const unionOf = (series: readonly SampleSeries[]): number[] => [...new Set(series.flatMap(({ times }) => times))].sort((a, b) => a - b);

function onTimes({ times, values }: SampleSeries, union: readonly number[]): Point[] {
  const byTime = new Map(times.map((t, index) => [t, values[index] ?? null]));
  const points: Point[] = union.map((t) => byTime.get(t) ?? (byTime.has(t) ? null : false));
  return widenGaps(points);
}

/** A gap reaches from the last value before it to the first after it, over the times of other lines between them. */
function widenGaps(points: Point[]): Point[] {
  for (const [index, point] of points.entries()) {
    if (point !== null) continue;
    for (let at = index + 1; points[at] === false; at++) points[at] = null;
    for (let at = index - 1; points[at] === false; at--) points[at] = null;
  }
  return points;
}
