import { KINDMAP } from '../config.js';
import type { Draft } from '../layer.js';
import { KINDMAP_LOG_PATTERNS } from '../log-patterns.js';

/** The Seoul stations between which virtual users travel: names as the target's route table knows them. */
export const KINDMAP_STATIONS = [
  '강남',
  '홍대입구',
  '서울역',
  '잠실',
  '신촌',
  '사당',
  '건대입구',
  '합정',
  '교대',
  '시청',
  '종로3가',
  '왕십리',
  '고속터미널',
  '신도림',
  '여의도',
  '동대문역사문화공원',
  '선릉',
  '삼성',
  '을지로입구',
  '충무로',
];

/** The types that the target accepts as `disability_type`. */
export const KINDMAP_DISABILITY_TYPES = ['PHY', 'VIS', 'AUD', 'ELD'] as const;

const MIB = 1024 * 1024;

/** The guide's six stages: 1,000 users within 15 minutes, then held for ten. */
export const KINDMAP_STAGES = [
  { name: 'Warm-up', users: 100, spawnRate: 1, untilSeconds: 120 },
  { name: 'Normal Load', users: 300, spawnRate: 2, untilSeconds: 300 },
  { name: 'Medium Load', users: 500, spawnRate: 3, untilSeconds: 480 },
  { name: 'High Load', users: 750, spawnRate: 5, untilSeconds: 720 },
  { name: 'Peak Load', users: 1000, spawnRate: 5, untilSeconds: 900 },
  { name: 'Sustained Stress', users: 1000, spawnRate: 5, untilSeconds: 1500 },
];

/** The guide's method 3: 100 users at 2 a second for five minutes. */
export const KINDMAP_SMALL_STAGES = [{ name: 'Small', users: 100, spawnRate: 2, untilSeconds: 300 }];

/** What nginx writes when it is the bottleneck or has lost a backend. */
export const NGINX_PATTERNS = {
  worker_connections: 'worker_connections are not enough',
  limiting: 'limiting (requests|connections)',
  // 113, where nobody has the old address any more; musl has other words for it.
  upstream_refused:
    'connect\\(\\) failed \\((111: Connection refused|113: (No route to host|Host is unreachable))\\) while connecting to upstream',
  upstream_timeout: 'upstream timed out',
  no_live_upstreams: 'no live upstreams',
};

/** The guide's names of the containers, and the port that its application listens on in them. */
export const KINDMAP_CONTAINERS = {
  backends: { name: 'kindmap-fastapi-*' },
  redis: 'kindmap-redis',
  nginx: 'kindmap-nginx',
  port: 8001,
};

/** What canaries are where a configuration gives their envelope and says no more. */
export const CANARY_DEFAULTS = { perSecond: 10, limitMs: 1000, lostAfterMs: 2000 };

/** When a run is broken off, where a configuration asks for it and says no more. */
export const ABORT_DEFAULTS = { afterSeconds: 30, windowSeconds: 60, criteria: [] as string[] };

/** How connections are to be held by any service: spread within 15 % of the mean, not dropped, and soon back. */
export const CONNECTION_RANGES = {
  backendSpread: { warning: 0.15, critical: 0.3 },
  drops: { warning: 0.01, critical: 0.05 },
  reconnectMs: { warning: 5000, critical: 30_000 },
};

/** The same origin for the limits of all these criteria. */
export const originOf = (origin: string, ids: readonly string[]): Record<string, string> =>
  Object.fromEntries(ids.map((id) => [id, origin]));

/** The guide's test of KindMap, whole but for the target: the lowest layer of every configuration. */
export const KINDMAP_PROFILE: Draft = {
  scenario: KINDMAP,
  kindmap: {
    stations: KINDMAP_STATIONS,
    disabilityTypes: { PHY: 1, VIS: 1, AUD: 1, ELD: 1 },
    gpsStepMeters: [10, 50] as [number, number],
  },
  tasks: {
    start_navigation: { weight: 1, timeoutSeconds: 10 },
    location_update: { weight: 10, timeoutSeconds: 3 },
  },
  identity: 'guests' as const,
  registered: { file: 'loadwitness-accounts.json', perSecond: 2 },
  minted: { secretEnv: 'LOADWITNESS_JWT_SECRET', lifetimeSeconds: 1800 },
  settleSeconds: 5,
  rhythm: 'closed' as const,
  reconnect: { firstSeconds: 1, mostSeconds: 30 },
  tls: { insecure: false },
  workers: 0,
  accounts: [],
  loginsPerSecond: 2,
  sourceAddresses: [],
  stages: KINDMAP_STAGES,
  thinkTimeSeconds: [3, 5] as [number, number],
  connectTimeoutSeconds: 10,
  stopTimeoutSeconds: 15,
  criteria: {
    connectSuccessRate: 0.99,
    connectP95Ms: 500,
    taskP95Ms: { start_navigation: 2000, location_update: 300 },
    errorRate: 0.01,
    publishFailures: 0,
    resources: {
      backendCpu: { warning: 0.7, critical: 0.85 },
      backendMemory: { warning: 0.8, critical: 0.9 },
      redisClients: { warning: 150, critical: 180 },
      // Redis prints mebibytes as "M"; the guide's 400MB are read off that.
      redisMemoryBytes: { warning: 400 * MIB, critical: 480 * MIB },
      nginxConnections: { warning: 3000, critical: 3500 },
      ...CONNECTION_RANGES,
    },
    logProof: { pattern: 'route_calculated', replyType: 'route_calculated' },
    unknown: {},
    custom: [],
    from: originOf('profile kindmap', [
      ...['connect_success_rate', 'connect_p95', 'start_navigation_p95', 'location_update_p95', 'error_rate', 'publish_failures'],
      ...['backend_cpu', 'backend_memory', 'host_cpu', 'host_memory', 'redis_clients', 'redis_memory', 'nginx_connections'],
      ...['backend_spread', 'drops', 'reconnects', 'canary_p99', 'pubsub_subscribers'],
    ]),
  },
  replicas: 3,
  backends: [],
  // The jobs of the real backend's traffic: without a worker the list grows for the whole test.
  redis: { channel: 'kindmap_events', lists: ['1/celery'] },
  nginx: { upstream: 'fastapi_backend', method: 'ip_hash' },
  canary: {
    ...CANARY_DEFAULTS,
    envelope: { target_user_id: '{user}', message: { type: 'loadwitness_canary', canary: '{canary}' }, timestamp: '{time}' },
    at: 'canary',
  },
  monitoring: { intervalSeconds: 2, logPatterns: { ...KINDMAP_LOG_PATTERNS }, nginxPatterns: NGINX_PATTERNS, logBudgetBytes: 50 * MIB },
  // Few travel by underground then.
  offPeak: { from: '02:00', to: '05:00', timeZone: 'Asia/Seoul' },
  yes: false,
  strict: false,
};
