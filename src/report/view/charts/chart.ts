import type { HeatMap } from '../model.js';

/** A value of a line at one time: null is a gap; undefined is a time of another line, at which this one goes on. */
export type Point = number | null | undefined;

/** What a chart is drawn from. */
export interface ChartData {
  /** Unix seconds, rising. */
  times: readonly number[];
  /** By line, each as long as `times`. */
  values: readonly (readonly Point[])[];
}

/** In what the values of a chart are: a plain number, one each second, ms, a share of 1, bytes, bytes each second, or nobody knows. */
export type ChartUnit = 'count' | 'perSecond' | 'ms' | 'share' | 'bytes' | 'bytesPerSecond' | 'plain';

export type GroupId =
  | 'load'
  | 'latency'
  | 'connections'
  | 'backends'
  | 'redis'
  | 'nginx'
  | 'logs'
  | 'canaries'
  | 'cloudwatch'
  | 'generator'
  | 'other';

/** In the order in which the page shows them. */
export const GROUPS: readonly GroupId[] = [
  ...(['load', 'latency', 'connections', 'backends', 'redis', 'nginx', 'logs', 'canaries', 'cloudwatch', 'generator', 'other'] as const),
];

export interface ChartLine {
  label: string;
  /** A line that should be at 0. */
  bad?: true;
}

/** A value beyond which something is not as it must be. */
export interface Limit {
  /** `limit` fails; beyond `warning` there is a band up to `critical`, if there is one. */
  kind: 'limit' | 'warning' | 'critical';
  value: number;
}

interface Head {
  /** The figure's id is `chart-<id>`. Letters, digits and hyphens. */
  id: string;
  group: GroupId;
  title: string;
}

/** A chart of lines. Its data are made when somebody looks at it. */
export interface LineChart extends Head {
  kind: 'lines';
  unit: ChartUnit;
  lines: readonly ChartLine[];
  limits: readonly Limit[];
  /** The metrics that it shows, by their names in the journal. */
  metrics: readonly string[];
  data(): ChartData;
}

/** Latencies over time. */
export interface HeatChart extends Head {
  kind: 'heat';
  map: HeatMap;
}

export type Chart = LineChart | HeatChart;

/** A part of an id: what is left of a name without anything but letters, digits and hyphens. */
export const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replace(/^-+|-+$/g, '') || 'x';
