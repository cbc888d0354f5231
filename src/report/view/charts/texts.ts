import type { GroupId } from './chart.js';

/** Sampled charts with words of their own. */
export type SampleTitle =
  | 'backend-connections'
  | 'backend-cpu'
  | 'container-cpu-quota'
  | 'container-cpu'
  | 'container-cpu-host'
  | 'container-throttled'
  | 'backend-memory'
  | 'backend-memory-share'
  | 'container-memory'
  | 'container-memory-share'
  | 'container-received'
  | 'container-sent'
  | 'redis-clients'
  | 'redis-memory'
  | 'redis-subscribers'
  | 'redis-output-buffers'
  | 'redis-round-trip'
  | 'redis-evicted-rejected'
  | 'redis-cpu'
  | 'redis-network'
  | 'nginx-connections'
  | 'nginx-established'
  | 'nginx-rates'
  | 'host'
  | 'generator-cpu'
  | 'generator-memory'
  | 'generator-loop'
  | 'log-matches';

/** The charts' words in one language. */
export interface ChartTexts {
  groups: Record<GroupId, string>;
  titles: Record<
    | 'users'
    | 'rates'
    | 'taskRates'
    | 'unsent'
    | 'connects'
    | 'drops'
    | 'generatorDelays'
    | 'generatorUtilization'
    | 'canaryLatency'
    | 'canaryFates',
    string
  > &
    Record<'latency' | 'heat', (task: string) => string>;
  lines: Record<
    | 'planned'
    | 'active'
    | 'connected'
    | 'requests'
    | 'failures'
    | 'unsent'
    | 'intended'
    | 'succeeded'
    | 'failed'
    | 'drops'
    | 'loopDelay'
    | 'lag'
    | 'gc'
    | 'busiest'
    | 'published'
    | 'received'
    | 'late'
    | 'lost'
    | 'refused'
    | 'duplicates'
    | 'reordered',
    string
  >;
  samples: Record<SampleTitle, string>;
  limits: Record<'limit' | 'warning' | 'critical', string>;
  /** Columns of a chart's legend. */
  legend: Record<'line' | 'now' | 'last' | 'min' | 'max' | 'zero', string>;
  heat: {
    requests: string;
    few: string;
    many: string;
    upTo(edge: string): string;
    between(from: string, to: string): string;
    above(edge: string): string;
    cell(count: string, row: string): string;
    summary(columns: string, from: string, to: string, most: string): string;
    perColumn(seconds: number): string;
  };
  toolbar: Record<'label' | 'zoomIn' | 'zoomOut' | 'earlier' | 'later' | 'reset' | 'help' | 'whole', string>;
  events: Record<'title' | 'time' | 'what' | 'none', string>;
  summary: {
    line(label: string, min: string, max: string, last: string): string;
    empty(label: string): string;
    limit(kind: string, value: string): string;
  };
  stage(name: string, users: number): string;
  beforeLoad: string;
  afterLoad: string;
  local: string;
  sinceStart: string;
  show(label: string): string;
  noData: string;
  thinned(readings: number): string;
}
