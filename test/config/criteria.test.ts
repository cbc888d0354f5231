import { describe, expect, it } from 'vitest';
import { readCriteria } from '../../src/config/criteria.js';

const read = (raw: unknown) => readCriteria(raw, ['start_navigation', 'location_update']);
const MIB = 1024 ** 2;

/** What was understood, without where it stands and the keys that are undefined or empty. */
function understood(raw: unknown): unknown {
  const { layer, issues } = read(raw);
  expect(issues).toEqual([]);
  return JSON.parse(JSON.stringify({ ...layer, from: undefined }), (_, value) =>
    typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? undefined : value,
  );
}

describe('readCriteria', () => {
  it.each<[unknown, unknown]>([
    [{ connect_success_rate: 0.99 }, { connectSuccessRate: 0.99 }],
    [{ websocket_connection_success_rate: '>99%' }, { connectSuccessRate: 0.99 }],
    [{ connection_success_rate_percent: 99.5 }, { connectSuccessRate: 0.995 }],
    [{ ws_connect: { success_rate: '≥ 99 %', p95_ms: 500 } }, { connectSuccessRate: 0.99, connectP95Ms: 500 }],
    [{ connection_success_rate: { threshold: 99, unit: '%', description: '성공률' } }, { connectSuccessRate: 0.99 }],
    [{ connect_p95_ms: 500 }, { connectP95Ms: 500 }],
    [{ connection_time_p95_ms: '<500ms' }, { connectP95Ms: 500 }],
    [{ 'WebSocket connection establishment time (p95)': '<0.5s' }, { connectP95Ms: 500 }],
    [{ connectionTime95thPercentileSeconds: 0.5 }, { connectP95Ms: 500 }],
    [{ connection: { p_95: 1e3 } }, { connectP95Ms: 1000 }],
    [{ start_navigation_p95_ms: '<2,000ms' }, { taskP95Ms: { start_navigation: 2000 } }],
    [
      { response_time_p95_ms: { start_navigation: 2000, location_update: 300 } },
      { taskP95Ms: { start_navigation: 2000, location_update: 300 } },
    ],
    [{ route_calculation_p95: '2s' }, { taskP95Ms: { start_navigation: 2000 } }],
    [{ max_error_rate: 0.01 }, { errorRate: 0.01 }],
    [{ error_rate: 1 }, { errorRate: 0.01 }],
    [{ overall_error_rate: '<1%' }, { errorRate: 0.01 }],
    [{ error_rate_percent: 0.5 }, { errorRate: 0.005 }],
    [{ redis_pubsub_failures: 0 }, { publishFailures: 0 }],
    [{ 'Redis Pub/Sub delivery failures': '0건' }, { publishFailures: 0 }],
    [{ publish_failures: 2 }, { publishFailures: 2 }],
    [
      { resources: { backend_cpu: { warning: 0.6, critical: '>80%' }, redis_memory_bytes: { warning: 1e6, critical: 2e6 } } },
      { resources: { backendCpu: { warning: 0.6, critical: 0.8 }, redisMemoryBytes: { warning: 1e6, critical: 2e6 } } },
    ],
    [
      { backend_cpu: { normal: '<70%', warning: '70-85%', critical: '>85%' }, backend_memory_percent: { normal: 80, warning: 90 } },
      { resources: { backendCpu: { warning: 0.7, critical: 0.85 }, backendMemory: { warning: 0.8, critical: 0.9 } } },
    ],
    [
      { redis_connected_clients: { warning: '150-180', critical: 180 }, redis_memory_mb: { warning: 400, critical: '480MB' } },
      { resources: { redisClients: { warning: 150, critical: 180 }, redisMemoryBytes: { warning: 400 * MIB, critical: 480 * MIB } } },
    ],
    [{ nginx_active_connections_warning: 3000 }, { resources: { nginxConnections: { warning: 3000 } } }],
    [{ backend_spread: { warning: '10%', critical: '20%' } }, { resources: { backendSpread: { warning: 0.1, critical: 0.2 } } }],
    [{ connections: { dropped: { warning: 0.02, critical: 0.1 } } }, { resources: { drops: { warning: 0.02, critical: 0.1 } } }],
    [{ reconnect_time: { warning: '2s', critical: '10s' } }, { resources: { reconnectMs: { warning: 2000, critical: 10_000 } } }],
    [{ cpu_usage_percent: 80 }, { resources: { backendCpu: { warning: 0.8, critical: 0.8 } } }],
  ])('understands %j', (raw, expected) => {
    expect(understood(raw)).toEqual(expected);
  });

  it.each([
    'start_navigation_p99_ms',
    'connect_average_ms',
    'connection_error_rate',
    'recalculate_route_p95_ms',
    'reconnect_count',
    'throughput_rps',
    'redis_latency_p95_ms',
    'api_p95_ms',
  ])('keeps %s, for which there is no rule, and judges nothing by it', (key) => {
    expect(understood({ [key]: 5 })).toEqual({ unknown: { [key]: 5 } });
  });

  it.each([
    ['eror_rate', 'error_rate'],
    ['conection_success_rate', 'connection_success_rate'],
    ['connect_p95_sm', 'connect_p95_ms'],
    ['start_navigtion_p95_ms', 'start_navigation_p95_ms'],
    ['redis_pubsub_falures', 'redis_pubsub_failures'],
    ['backend_cpu_waring', 'backend_cpu_warning'],
  ])('refuses %s, which is nearly %s', (key, meant) => {
    const { issues, layer } = read({ [key]: 0.5 });
    expect(issues).toEqual([{ path: [key], message: `unknown criterion, did you mean "${meant}"?` }]);
    expect(layer.unknown).toEqual({});
  });

  it.each<[unknown, string[], RegExp]>([
    [{ connect_success_rate: '<99%' }, ['connect_success_rate'], /a lower limit/],
    [{ error_rate: '>1%' }, ['error_rate'], /an upper limit/],
    [{ error_rate: -1 }, ['error_rate'], /between 0 and 1/],
    [{ connect_success_rate: 101 }, ['connect_success_rate'], /between 0 and 1/],
    [{ connect: { p95_ms: 'fast' } }, ['connect', 'p95_ms'], /a number or a text/],
    [{ connect_p95_ms: '5MB' }, ['connect_p95_ms'], /a positive time/],
    [{ connect_p95_ms: 0 }, ['connect_p95_ms'], /a positive time/],
    [{ publish_failures: -1 }, ['publish_failures'], /0 or more/],
    [{ redis_memory: { warning: 400 } }, ['redis_memory', 'warning'], /with its unit/],
    [{ backend_cpu: true }, ['backend_cpu'], /"warning" and "critical"/],
    [{ connect_p95_ms: 500, ws_connect: { p95: '<400ms' } }, ['ws_connect', 'p95'], /contradicts success_criteria.connect_p95_ms/],
    [[], [], /an object/],
  ])('refuses %j', (raw, path, message) => {
    expect(read(raw).issues).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  it('says how it read what was not quite clear', () => {
    expect(read({ connection_time_ms: 500, redis_clients: 100 }).notices).toEqual([
      'success_criteria.connection_time_ms is read as the 95th percentile',
      'success_criteria: one limit for redisClients: any value above it is critical; give "warning" and "critical" to tell them apart',
    ]);
  });

  it.each<[unknown, Record<string, string>]>([
    [{ ws_connect: { p95: 400 } }, { connect_p95: 'file success_criteria.ws_connect.p95' }],
    [{ location_update_p95_ms: 200 }, { location_update_p95: 'file success_criteria.location_update_p95_ms' }],
    [
      { resources: { backend_cpu: { warning: 0.6, critical: 0.8 } } },
      { backend_cpu: 'file success_criteria.resources.backend_cpu', host_cpu: 'file success_criteria.resources.backend_cpu' },
    ],
    [{ nginx_active_connections_warning: 3000 }, { nginx_connections: 'file success_criteria.nginx_active_connections_warning' }],
    [
      { redis_clients_warning: 100, redis_clients_critical: 200 },
      { redis_clients: 'file success_criteria.redis_clients_warning, redis_clients_critical' },
    ],
  ])('tells where %j stands', (raw, from) => {
    expect(read(raw).layer.from).toEqual(from);
  });
});
