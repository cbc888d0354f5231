/** A metric's unit: a share of 1, bytes, a plain number, seconds, or a counter that only grows. */
export type Unit = '1' | 'By' | '{count}' | 's' | '{counter}';

/**
 * Every metric that a sampler may emit, with its unit. Names follow the OpenTelemetry Collector receivers
 * (redisreceiver, nginxreceiver, hostmetricsreceiver) where those have one.
 */
export const METRICS = {
  'redis.clients.connected': '{count}',
  'redis.clients.blocked': '{count}',
  'redis.memory.used': 'By',
  'redis.memory.peak': 'By',
  'redis.memory.rss': 'By',
  'redis.maxmemory': 'By',
  'redis.keys.evicted': '{counter}',
  'redis.connections.received': '{counter}',
  'redis.connections.rejected': '{counter}',
  'redis.commands.processed': '{counter}',
  'redis.net.input': '{counter}',
  'redis.net.output': '{counter}',
  'redis.uptime': 's',
  /** Channels with at least one subscriber. */
  'redis.pubsub.channels': '{count}',
  /** Subscribers of one channel; attribute `channel`. */
  'redis.pubsub.subscribers': '{count}',
  /** Seconds of CPU; attribute `state`: sys, user. */
  'redis.cpu.time': '{counter}',
  'redis.maxclients': '{count}',
  /** Reconnects of all clients that were cut off for their output buffer, where the version counts them. */
  'redis.clients.output_buffer_limit_disconnections': '{counter}',
  /** Largest output buffer of a Pub/Sub client. */
  'redis.pubsub.output_buffer.max': 'By',
  /** The hard limit of those buffers; 0: none. */
  'redis.pubsub.output_buffer.limit': 'By',
  'redis.pubsub.clients': '{count}',
  'redis.slaves.connected': '{count}',
  /** Entries of the slow log since the start. */
  'redis.slowlog.entries': '{counter}',
  /** Round trip of one PING. */
  'redis.round_trip.time': 's',
  /** Attributes `key`, `db`. */
  'redis.list.length': '{count}',
  /** One core fully busy is 1; attributes `backend` (or `component`), `container` (short id). */
  'container.cpu.utilization': '1',
  /** The same as a share of its quota (of all cores of the host where it has none). */
  'container.cpu.quota_utilization': '1',
  /** The same as a share of all cores of the host. */
  'container.cpu.host_utilization': '1',
  /** Share of the scheduler's periods in which it was throttled, since the last sample. */
  'container.cpu.throttled': '1',
  /** Usage without inactive file cache. */
  'container.memory.usage.total': 'By',
  /** Of its limit (of the host's memory where it has none). */
  'container.memory.utilization': '1',
  'container.memory.limit': 'By',
  'container.restarts': '{counter}',
  'container.pids': '{count}',
  'container.network.io.received': '{counter}',
  'container.network.io.transmitted': '{counter}',
  /** Established connections on each port on which nginx listens, counted where there is no status page; attribute `port`. */
  'nginx.connections_established': '{count}',
  /** Of the EC2 instance, by CloudWatch; attributes `instance` and `period` (seconds from its time on that a reading is of). */
  'aws.ec2.cpu.utilization': '1',
  'aws.ec2.memory.utilization': '1',
  /** Attributes `path`, `device`. */
  'aws.ec2.disk.utilization': '1',
  /** Bytes in one period. */
  'aws.ec2.network.in': 'By',
  'aws.ec2.network.out': 'By',
  'aws.ec2.cpu_credit.balance': '{count}',
  'aws.ec2.status_check.failed': '{count}',
  /** Any other metric of CloudWatch; attributes `namespace`, `metric`, `statistic`, `period` and its dimensions. */
  'aws.cloudwatch.metric': '{count}',
  /** One core fully busy is 1; attribute `backend`. */
  'process.cpu.utilization': '1',
  /** Resident set; attribute `backend`. */
  'process.memory.usage': 'By',
  /** Resident set as a share of the machine's memory; attribute `backend`. */
  'process.memory.utilization': '1',
  /** Established connections on the application's port; attribute `backend`. */
  'backend.connections': '{count}',
  /** Lines read since the sampler's start; attribute `backend` (for the error log of nginx `component`). */
  'log.lines': '{counter}',
  /** Lines that matched a pattern since the sampler's start; attributes `backend` (or `component`), `pattern`. */
  'log.matches': '{counter}',
  /** Attribute `state`: active, reading, writing, waiting. Without a status page active alone, as the sum of `nginx.connections_established`. */
  'nginx.connections_current': '{count}',
  'nginx.connections_accepted': '{counter}',
  'nginx.connections_handled': '{counter}',
  'nginx.requests': '{counter}',
  /** CPU of the whole generator process, all threads; one core fully busy is 1. */
  'generator.cpu.utilization': '1',
  'generator.memory.usage': 'By',
  /** Longest delay of the main thread's event loop since the last sample. */
  'generator.event_loop.delay': 's',
} as const satisfies Record<string, Unit>;

export type MetricName = keyof typeof METRICS;

/**
 * What can be asked of a metric. `level`: a reading holds until the next one. `counter`: it only grows. `increments`: what was counted in each
 * second. `distribution`: every single value is known. `share`: of all that was done in a time.
 */
export type MetricKind = 'level' | 'counter' | 'increments' | 'distribution' | 'share';

/** A number that is computed from a metric over a time. */
export type Statistic = 'min' | 'max' | 'mean' | 'p50' | 'p90' | 'p95' | 'p99' | 'last' | 'increase' | 'rate';

const SPREAD = ['min', 'max', 'mean', 'p50', 'p90', 'p95', 'p99'] as const;

/** What can be computed of each kind. `rate` is per second. */
export const STATISTICS: Readonly<Record<MetricKind, readonly [Statistic, ...Statistic[]]>> = {
  level: [...SPREAD, 'last', 'increase', 'rate'],
  counter: ['increase', 'rate'],
  increments: ['increase', 'rate'],
  distribution: SPREAD,
  share: ['mean'],
};

/** A metric as criteria see it. */
export interface MetricInfo {
  unit: Unit | 'ms';
  kind: MetricKind;
  /** What tells its series apart; null: anything. */
  attributes: readonly string[] | null;
  /** What it tells is only the target's where the load generator kept up. */
  isTheGenerators?: boolean;
}

/** What the load and the canaries tell themselves, without a sampler. The task `connect` is the opening handshake. */
export const LOAD_METRICS = {
  /** Of a task, or of all together: from the actual send to the reply, and from the intended one. */
  'load.latency': { unit: 'ms', kind: 'distribution', attributes: ['task'], isTheGenerators: true },
  'load.intended_latency': { unit: 'ms', kind: 'distribution', attributes: ['task'], isTheGenerators: true },
  /** Steps of the handshake: `dns`, `tcp`, `tls`, `upgrade`. */
  'load.handshake.time': { unit: 'ms', kind: 'distribution', attributes: ['step'], isTheGenerators: true },
  /** From a drop to the next open socket. */
  'load.reconnect.time': { unit: 'ms', kind: 'distribution', attributes: [], isTheGenerators: true },
  'load.requests': { unit: '{count}', kind: 'increments', attributes: ['task'], isTheGenerators: true },
  'load.failures': { unit: '{count}', kind: 'increments', attributes: ['task'] },
  /** As the criterion `error_rate`; of one task without drops. */
  'load.error_rate': { unit: '1', kind: 'share', attributes: ['task'] },
  'load.drops': { unit: '{count}', kind: 'increments', attributes: [] },
  'load.unsent': { unit: '{count}', kind: 'increments', attributes: [] },
  'load.users.planned': { unit: '{count}', kind: 'level', attributes: [] },
  'load.users.active': { unit: '{count}', kind: 'level', attributes: [] },
  'load.users.connected': { unit: '{count}', kind: 'level', attributes: [], isTheGenerators: true },
  'load.generator.loop_delay': { unit: 'ms', kind: 'level', attributes: [] },
  'load.generator.lag': { unit: 'ms', kind: 'level', attributes: [] },
  'load.generator.gc': { unit: 'ms', kind: 'level', attributes: [] },
  'load.generator.utilization': { unit: '1', kind: 'level', attributes: [] },
  'canary.latency': { unit: 'ms', kind: 'distribution', attributes: [], isTheGenerators: true },
  'canary.published': { unit: '{count}', kind: 'increments', attributes: [] },
  'canary.received': { unit: '{count}', kind: 'increments', attributes: [] },
  'canary.late': { unit: '{count}', kind: 'increments', attributes: [] },
  'canary.lost': { unit: '{count}', kind: 'increments', attributes: [] },
  'canary.duplicates': { unit: '{count}', kind: 'increments', attributes: [] },
  'canary.reordered': { unit: '{count}', kind: 'increments', attributes: [] },
} as const satisfies Record<string, MetricInfo>;

export type LoadMetricName = keyof typeof LOAD_METRICS;

/** The attributes of sampled metrics, by the beginning of their names; the first that fits holds. */
const ATTRIBUTES: readonly (readonly [prefix: string, attributes: readonly string[] | null])[] = [
  ['redis.pubsub.subscribers', ['channel']],
  ['redis.cpu.time', ['state']],
  ['redis.list.length', ['key', 'db']],
  ['container.', ['backend', 'component', 'container']],
  ['nginx.connections_established', ['port']],
  ['nginx.connections_current', ['state']],
  // CloudWatch has dimensions of its own.
  ['aws.', null],
  ['process.', ['backend']],
  ['backend.', ['backend']],
  ['log.lines', ['backend', 'component']],
  ['log.matches', ['backend', 'component', 'pattern']],
];

/** What is known of a metric, sampled or the load's own; undefined for a name that nobody emits. */
export function metricInfo(name: string): MetricInfo | undefined {
  if (Object.hasOwn(LOAD_METRICS, name)) return LOAD_METRICS[name as LoadMetricName];
  if (!Object.hasOwn(METRICS, name)) return undefined;
  const unit = METRICS[name as MetricName];
  const attributes = ATTRIBUTES.find(([prefix]) => name.startsWith(prefix))?.[1];
  return { unit, kind: unit === '{counter}' ? 'counter' : 'level', attributes: attributes === undefined ? [] : attributes };
}

/** Every metric that a criterion can be made of. */
export const METRIC_NAMES: readonly string[] = [...Object.keys(LOAD_METRICS), ...Object.keys(METRICS)];
