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
  /** One core fully busy is 1; attribute `backend`. */
  'process.cpu.utilization': '1',
  /** Resident set; attribute `backend`. */
  'process.memory.usage': 'By',
  /** Resident set as a share of the machine's memory; attribute `backend`. */
  'process.memory.utilization': '1',
  /** Established connections on the application's port; attribute `backend`. */
  'backend.connections': '{count}',
  /** Lines read since the sampler's start; attribute `backend`. */
  'log.lines': '{counter}',
  /** Lines that matched a pattern since the sampler's start; attributes `backend`, `pattern`. */
  'log.matches': '{counter}',
  /** Attribute `state`: active, reading, writing, waiting. */
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
