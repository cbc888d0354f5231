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
