import type { SampleSeries } from '../run-result.js';
import type { ComparedMetric } from './comparison.js';
import type { Comparable, Steady } from './steady.js';

/** The values of one metric of one run, block by block. */
export interface BlockedMetric extends Pick<ComparedMetric, 'id' | 'title' | 'kind' | 'unit'> {
  /** A difference of less than this is none, whatever a test says, in `unit`. */
  floor: number;
  blocks: number[];
}

/** Values of neighbouring seconds depend on each other, those of neighbouring blocks much less. */
const BLOCK_SECONDS = 10;
/** A short window is cut into so many, so that there is something to test. */
const LEAST_BLOCKS = 12;

interface Point {
  /** Unix seconds. */
  second: number;
  value: number;
}

/** Everything of a run that can be compared, over its steady window. */
export function metricsOf(run: Comparable, steady: Steady): BlockedMetric[] {
  const cut = (points: readonly Point[]): number[] => blocksOf(points, steady);
  return [...loadMetrics(run, cut), ...canaryMetrics(run, cut), ...resourceMetrics(run, cut)].filter(({ blocks }) => blocks.length > 0);
}

type Cut = (points: readonly Point[]) => number[];

function loadMetrics({ history }: Comparable, cut: Cut): BlockedMetric[] {
  const names = [...new Set(history.flatMap(({ tasks }) => Object.keys(tasks)))].sort();
  const ofTask = (name: string, quantile: 'p50Ms' | 'p95Ms'): Point[] =>
    history.flatMap(({ second, tasks }) => {
      const value = tasks[name]?.[quantile];
      return typeof value === 'number' ? [{ second, value }] : [];
    });
  const latencies = names.flatMap((name) =>
    (['p50Ms', 'p95Ms'] as const).map((quantile): BlockedMetric => {
      const label = quantile === 'p50Ms' ? 'median' : 'p95';
      const blocks = cut(ofTask(name, quantile));
      return { id: `${name}.${label}`, title: `${name} ${label}`, kind: 'latency', unit: 'ms', floor: 1, blocks };
    }),
  );
  const requests = history.map(({ second, requests: value }) => ({ second, value }));
  const errors = history.flatMap(({ second, requests: all, failures, drops }) =>
    all + drops > 0 ? [{ second, value: (failures + drops) / (all + drops) }] : [],
  );
  return [
    ...latencies,
    { id: 'requests', title: 'Requests per second', kind: 'rate', unit: '1/s', floor: 0.5, blocks: cut(requests) },
    { id: 'error_rate', title: 'Error rate', kind: 'errors', unit: '1', floor: 0.001, blocks: cut(errors) },
  ];
}

function canaryMetrics({ canaryHistory }: Comparable, cut: Cut): BlockedMetric[] {
  const points = canaryHistory.flatMap(({ second, p50Ms }) => (p50Ms === null ? [] : [{ second, value: p50Ms }]));
  return [{ id: 'canary.median', title: 'Canary median', kind: 'latency', unit: 'ms', floor: 1, blocks: cut(points) }];
}

/** Which samples are compared, and which difference of them is none. A counter says how it grew, which the load's own figures say better. */
const RESOURCES: Readonly<Record<string, { title: string; floor: number }>> = {
  'backend.connections': { title: 'Connections', floor: 1 },
  'container.cpu.utilization': { title: 'CPU', floor: 0.02 },
  'container.memory.usage.total': { title: 'Memory', floor: 4e6 },
  'process.cpu.utilization': { title: 'CPU', floor: 0.02 },
  'process.memory.usage': { title: 'Memory', floor: 4e6 },
  'redis.clients.connected': { title: 'Redis clients', floor: 1 },
  'redis.memory.used': { title: 'Redis memory', floor: 1e6 },
  'redis.round_trip.time': { title: 'Redis round trip', floor: 0.001 },
  'nginx.connections_current': { title: 'nginx connections', floor: 2 },
  'aws.ec2.cpu.utilization': { title: 'EC2 CPU', floor: 0.02 },
  'aws.ec2.memory.utilization': { title: 'EC2 memory', floor: 0.02 },
};

/** Tells apart series of one metric; a container that took another's place is the same source. */
const SOURCES = ['backend', 'component', 'state', 'instance'] as const;

function resourceMetrics({ series }: Comparable, cut: Cut): BlockedMetric[] {
  const sources = new Map<string, { name: string; source: string; unit: string; points: Point[] }>();
  for (const one of series) {
    if (!Object.hasOwn(RESOURCES, one.name)) continue;
    const source = SOURCES.flatMap((key) => one.attributes[key] ?? []).join(' ');
    const id = source === '' ? one.name : `${one.name} ${source}`;
    const known = sources.get(id) ?? { name: one.name, source, unit: one.unit, points: [] };
    known.points.push(...pointsOf(one));
    sources.set(id, known);
  }
  return [...sources].map(([id, { name, source, unit, points }]) => {
    const { title = name, floor = 0 } = RESOURCES[name] ?? {};
    return { id, title: source === '' ? title : `${title} of ${source}`, kind: 'resource', unit, floor, blocks: cut(points) };
  });
}

const pointsOf = ({ times, values }: SampleSeries): Point[] =>
  times.flatMap((t, index) => {
    const value = values[index];
    return typeof value === 'number' ? [{ second: t / 1000, value }] : [];
  });

/** The median of each block of the window that has values. */
function blocksOf(points: readonly Point[], { from, to }: Steady): number[] {
  const length = Math.max(1, Math.min(BLOCK_SECONDS, Math.floor((to - from) / LEAST_BLOCKS)));
  const blocks = new Map<number, number[]>();
  for (const { second, value } of points) {
    if (second < from || second >= to) continue;
    const index = Math.floor((second - from) / length);
    const block = blocks.get(index);
    if (block) block.push(value);
    else blocks.set(index, [value]);
  }
  return [...blocks].sort(([a], [b]) => a - b).map(([, values]) => median(values));
}

/** Of at least one value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}
