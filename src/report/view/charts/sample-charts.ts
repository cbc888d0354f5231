import type { SampleSeries } from '../../../verdict/run-result.js';
import { align, type OwnTimes, sumLines } from './align.js';
import { type ChartUnit, type GroupId, type LineChart, slug } from './chart.js';
import { counterRate } from './counter-rate.js';
import type { ChartTexts, SampleTitle } from './texts.js';

interface Known {
  id: SampleTitle;
  group: GroupId;
  names: readonly string[];
  label(one: SampleSeries, all: readonly SampleSeries[]): string;
  unit?: ChartUnit;
}

const component = ({ attributes: { backend, component: other } }: SampleSeries): string => backend ?? other ?? '';

/** A container that took another's place is a line of its own: only then it is named. */
function container(one: SampleSeries, all: readonly SampleSeries[]): string {
  const name = component(one) || tail(one);
  const others = all.filter((other) => other.name === one.name && component(other) === component(one));
  return others.length > 1 && one.attributes.container ? `${name} ${one.attributes.container}` : name;
}

/** Of several metrics in one chart: by what they differ. */
const tail = ({ name }: SampleSeries): string => name.split('.').slice(-2).join(' ');

const attribute =
  (key: string) =>
  (one: SampleSeries): string =>
    one.attributes[key] ?? tail(one);

/** Charts with words of their own, in their order. What is in none of them is drawn too, under the metric's name. */
const KNOWN: readonly Known[] = [
  { id: 'backend-connections', group: 'connections', names: ['backend.connections'], label: container },
  { id: 'backend-cpu', group: 'backends', names: ['process.cpu.utilization'], label: container },
  { id: 'container-cpu-quota', group: 'backends', names: ['container.cpu.quota_utilization'], label: container },
  { id: 'container-cpu', group: 'backends', names: ['container.cpu.utilization'], label: container },
  { id: 'container-cpu-host', group: 'backends', names: ['container.cpu.host_utilization'], label: container },
  { id: 'container-throttled', group: 'backends', names: ['container.cpu.throttled'], label: container },
  { id: 'backend-memory', group: 'backends', names: ['process.memory.usage'], label: container },
  { id: 'backend-memory-share', group: 'backends', names: ['process.memory.utilization'], label: container },
  { id: 'container-memory', group: 'backends', names: ['container.memory.usage.total'], label: container },
  { id: 'container-memory-share', group: 'backends', names: ['container.memory.utilization'], label: container },
  { id: 'container-received', group: 'backends', names: ['container.network.io.received'], label: container, unit: 'bytesPerSecond' },
  { id: 'container-sent', group: 'backends', names: ['container.network.io.transmitted'], label: container, unit: 'bytesPerSecond' },
  { id: 'redis-clients', group: 'redis', names: ['redis.clients.connected', 'redis.clients.blocked'], label: tail },
  { id: 'redis-memory', group: 'redis', names: ['redis.memory.used', 'redis.memory.rss'], label: tail },
  { id: 'redis-subscribers', group: 'redis', names: ['redis.pubsub.subscribers'], label: attribute('channel') },
  {
    ...{ id: 'redis-output-buffers', group: 'redis', label: tail },
    names: ['redis.pubsub.output_buffer.max', 'redis.pubsub.output_buffer.limit'],
  },
  { id: 'redis-round-trip', group: 'redis', names: ['redis.round_trip.time'], label: tail },
  { id: 'redis-evicted-rejected', group: 'redis', names: ['redis.keys.evicted', 'redis.connections.rejected'], label: tail },
  { id: 'redis-cpu', group: 'redis', names: ['redis.cpu.time'], label: attribute('state'), unit: 'share' },
  { id: 'redis-network', group: 'redis', names: ['redis.net.input', 'redis.net.output'], label: tail, unit: 'bytesPerSecond' },
  { id: 'nginx-connections', group: 'nginx', names: ['nginx.connections_current'], label: attribute('state') },
  { id: 'nginx-established', group: 'nginx', names: ['nginx.connections_established'], label: attribute('port') },
  { id: 'nginx-rates', group: 'nginx', names: ['nginx.connections_accepted', 'nginx.connections_handled', 'nginx.requests'], label: tail },
  {
    ...{ id: 'host', group: 'cloudwatch', label: (one) => [tail(one), ...others(one)].join(' ') },
    names: ['aws.ec2.cpu.utilization', 'aws.ec2.memory.utilization', 'aws.ec2.disk.utilization'],
  },
  { id: 'generator-cpu', group: 'generator', names: ['generator.cpu.utilization'], label: tail },
  { id: 'generator-memory', group: 'generator', names: ['generator.memory.usage'], label: tail },
  { id: 'generator-loop', group: 'generator', names: ['generator.event_loop.delay'], label: tail },
];

const LOG_MATCHES = 'log.matches';

const TAKEN = new Set([LOG_MATCHES, ...KNOWN.flatMap(({ names }) => names)]);

/** Where a metric without words of its own belongs, by the beginning of its name. */
const GROUP_OF: readonly (readonly [prefix: string, group: GroupId])[] = [
  ['container.', 'backends'],
  ['process.', 'backends'],
  ['backend.', 'connections'],
  ['redis.', 'redis'],
  ['nginx.', 'nginx'],
  ['log.', 'logs'],
  ['aws.', 'cloudwatch'],
  ['generator.', 'generator'],
];

/** A chart for everything that was sampled. */
export function sampleCharts(series: readonly SampleSeries[], texts: ChartTexts): LineChart[] {
  const byName = new Map<string, SampleSeries[]>();
  for (const one of series) {
    const known = byName.get(one.name);
    if (known) known.push(one);
    else byName.set(one.name, [one]);
  }
  const of = (name: string): SampleSeries[] => byName.get(name) ?? [];
  const named = KNOWN.flatMap((known) => {
    const own = known.names.flatMap(of);
    return own.length === 0 ? [] : [chartOf({ ...known, title: texts.samples[known.id] }, own)];
  });
  const logs = of(LOG_MATCHES);
  const rest = [...byName.keys()].filter((name) => !TAKEN.has(name)).flatMap((name) => otherCharts(name, of(name)));
  return [...named, ...(logs.length > 0 ? [logChart(logs, texts)] : []), ...rest];
}

/** What can be drawn of a metric: its values in the chart's unit. */
const UNITS: Readonly<Record<string, { unit: ChartUnit; scale: number }>> = {
  '1': { unit: 'share', scale: 1 },
  By: { unit: 'bytes', scale: 1 },
  s: { unit: 'ms', scale: 1000 },
  '{count}': { unit: 'count', scale: 1 },
  '{counter}': { unit: 'perSecond', scale: 1 },
  // A counter of a page that was thinned: as it grew.
  '{counter}/s': { unit: 'perSecond', scale: 1 },
};

const PLAIN: { unit: ChartUnit; scale: number } = { unit: 'plain', scale: 1 };

function chartOf(known: Omit<Known, 'id'> & Pick<LineChart, 'id' | 'title'>, own: readonly SampleSeries[]): LineChart {
  const { id, title, group, names, label, unit } = known;
  return {
    ...{ kind: 'lines', id, title, group, metrics: names, limits: [] },
    unit: unit ?? unitOf(own).unit,
    lines: own.map((one) => ({ label: label(one, own), ...(isBad(one.name) && { bad: true }) })),
    data: () => align(own.map(drawn)),
  };
}

const unitOf = (own: readonly SampleSeries[]): { unit: ChartUnit; scale: number } => {
  const unit = own[0]?.unit ?? '';
  return Object.hasOwn(UNITS, unit) ? (UNITS[unit] ?? PLAIN) : PLAIN;
};

const isBad = (name: string): boolean => name === 'redis.connections.rejected' || name === 'redis.keys.evicted';

/** The readings of a series as they are drawn. A counter is drawn as its growth. */
function drawn(one: SampleSeries): OwnTimes {
  const { times, values } = one;
  if (one.unit === '{counter}') return { times, values: counterRate(times, values) };
  const { scale } = unitOf([one]);
  return { times, values: scale === 1 ? values : values.map((value) => (value === null ? null : value * scale)) };
}

const others = ({ attributes }: SampleSeries): string[] =>
  Object.entries(attributes).flatMap(([key, value]) => (key === 'period' ? [] : [value]));

/** Metrics of CloudWatch that this version does not know share a name, and little else. */
function otherCharts(name: string, own: readonly SampleSeries[]): LineChart[] {
  const group = GROUP_OF.find(([prefix]) => name.startsWith(prefix))?.[1] ?? 'other';
  const byMetric = new Map<string, SampleSeries[]>();
  for (const one of own) {
    const key = one.attributes.metric === undefined ? name : `${name} ${one.attributes.metric}`;
    byMetric.set(key, [...(byMetric.get(key) ?? []), one]);
  }
  return [...byMetric].map(([title, series]) =>
    chartOf({ id: `metric-${slug(title)}`, title, group, names: [name], label: (one) => others(one).join(' ') || name }, series),
  );
}

/** Counted lines a second by pattern, all logs together. */
function logChart(own: readonly SampleSeries[], texts: ChartTexts): LineChart {
  const patterns = [...new Set(own.map(({ attributes }) => attributes.pattern ?? ''))];
  return {
    ...{ kind: 'lines', id: 'log-matches', group: 'logs', title: texts.samples['log-matches'], unit: 'perSecond' },
    ...{ metrics: [LOG_MATCHES], limits: [] },
    lines: patterns.map((label) => ({ label })),
    data() {
      const { times, values } = align(own.map(drawn));
      return {
        times,
        values: patterns.map((pattern) =>
          sumLines({ times, values: values.filter((_, index) => (own[index]?.attributes.pattern ?? '') === pattern) }),
        ),
      };
    },
  };
}
