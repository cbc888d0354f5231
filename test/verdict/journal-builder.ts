import {
  type CanarySecond,
  type ComponentIdentity,
  type JournalEvent,
  type LoadSecond,
  SCHEMA_VERSION,
  type TaskSecond,
} from '../../src/journal/event.js';

/** 2026-01-31 12:00:00 UTC: the run's start in ms, and its load's start ten seconds later. */
export const RUN_START = 1_769_860_800_000;
export const LOAD_START = RUN_START + 10_000;

export const BACKENDS = ['fastapi-1', 'fastapi-2', 'fastapi-3'];

/** A second of one task in which every latency and every intended latency is in `pairs`. */
export function taskSecond(pairs: number[], rest: Partial<TaskSecond> = {}): TaskSecond {
  const values = pairs.filter((_, index) => index % 2 === 0);
  const requests = pairs.reduce((sum, count, index) => (index % 2 === 1 ? sum + count : sum), 0);
  return {
    requests,
    failures: {},
    replies: {},
    late: 0,
    bytes: requests * 200,
    sum: values.reduce((sum, value, index) => sum + value * (pairs[index * 2 + 1] ?? 0), 0),
    min: values.length > 0 ? Math.min(...values) : 0,
    max: values.length > 0 ? Math.max(...values) : 0,
    latency: pairs,
    intended: pairs,
    ...rest,
  };
}

/** One second of load, `index` seconds after its start, in which nothing happened. */
export function second(index: number, rest: Partial<LoadSecond> = {}): LoadSecond {
  return {
    type: 'load.second',
    t: LOAD_START + (index + 1) * 1000,
    worker: 0,
    second: LOAD_START / 1000 + index,
    users: { planned: 6, active: 6, connected: 6 },
    tasks: {},
    timings: {},
    pushes: {},
    closes: {},
    drops: {},
    unsent: 0,
    exceptions: {},
    generator: { loopDelayMs: 2, utilization: 0.1, gcMs: 0, lagMs: 0 },
    ...rest,
  };
}

/** The healthy run's second: all connects in the first, one route and four updates in each. */
export function healthySecond(index: number): LoadSecond {
  return second(index, {
    tasks: {
      ...(index === 0 ? { connect: taskSecond([1500, 4, 2500, 2], { bytes: 0 }) } : {}),
      start_navigation: taskSecond([40_000 + index * 64, 1], { replies: { route_calculated: 1 } }),
      location_update: taskSecond([1200, 2, 1900, 1, 3000 + index, 1], { replies: { navigation_update: 3, arrival: 1 } }),
    },
    ...(index === 0 ? { pushes: { connected: 6 } } : {}),
    ...(index === SECONDS - 1 ? { closes: { '1000 client': 6 } } : {}),
  });
}

export const SECONDS = 20;
export const LOAD_END = LOAD_START + SECONDS * 1000;

/** Readings of all samplers at one time; log counters are those since the sampler's start. */
export function samplesAt(t: number, routes: number, failed = 0): JournalEvent[] {
  const logs = BACKENDS.flatMap((backend, index) => {
    const attributes = { backend };
    const own = Math.floor((routes + index) / BACKENDS.length);
    return [
      { name: 'log.lines', value: 5 + own, attributes },
      { name: 'log.matches', value: own, attributes: { backend, pattern: 'route_calculated' } },
      { name: 'log.matches', value: index === 0 ? failed : 0, attributes: { backend, pattern: 'publish_failed' } },
    ];
  });
  const backends = BACKENDS.flatMap((backend, index) => [
    { name: 'backend.connections', value: 2, attributes: { backend } },
    { name: 'process.cpu.utilization', value: 0.1 + index / 100 + ((t / 2000) % 5) / 50, attributes: { backend } },
    { name: 'process.memory.usage', value: 80_000_000 + index * 1_000_000, attributes: { backend } },
    { name: 'process.memory.utilization', value: 0.02, attributes: { backend } },
  ]);
  const redis = [
    { name: 'redis.clients.connected', value: 8 },
    { name: 'redis.memory.used', value: 2_000_000 + (t % 10_000) * 10 },
    { name: 'redis.pubsub.subscribers', value: 3, attributes: { channel: 'kindmap_events' } },
  ];
  const nginx = [{ name: 'nginx.connections_current', value: 12, attributes: { state: 'active' } }];
  return [
    { type: 'sample', t, sampler: 'logs', samples: logs },
    { type: 'sample', t, sampler: 'backends', samples: backends },
    { type: 'sample', t, sampler: 'redis', samples: redis },
    { type: 'sample', t, sampler: 'nginx', samples: nginx },
  ];
}

/** The backends as they were found at one end: processes that began before the run. */
export function identityAt(
  phase: 'start' | 'end',
  change: (component: ComponentIdentity) => ComponentIdentity | undefined = (component) => component,
): JournalEvent {
  const components = BACKENDS.flatMap(
    (name, index) => change({ name, role: 'backend', source: 'process', id: `${4100 + index}@88120${index}` }) ?? [],
  );
  return { type: 'target.identity', t: phase === 'start' ? LOAD_START - 1500 : LOAD_END + 1200, phase, components };
}

/** A second of canaries, `index` seconds after the load's start: `received` of ten that were published came in 800 µs. */
export function canarySecond(index: number, rest: Partial<CanarySecond> = {}): CanarySecond {
  const received = rest.received ?? 10;
  return {
    type: 'canary.second',
    t: LOAD_START + (index + 1) * 1000,
    second: LOAD_START / 1000 + index,
    phase: index < 0 ? 'before' : index < SECONDS ? 'load' : 'after',
    published: 10,
    unaddressed: 0,
    failures: {},
    received,
    late: 0,
    lost: 0,
    lostBy: {},
    withdrawn: 0,
    duplicates: 0,
    reordered: 0,
    latency: received > 0 ? [800, received] : [],
    subscribers: 3,
    ...rest,
  };
}

/** The healthy run with canaries in each second of the load and two before and after it. */
export function canaryRun(change: (event: CanarySecond) => CanarySecond | undefined = (event) => event): JournalEvent[] {
  const seconds = Array.from({ length: SECONDS + 4 }, (_, at) => canarySecond(at - 2)).flatMap((event) => change(event) ?? []);
  const events = rewrite(healthyRun(), (event) =>
    event.type === 'run.start' ? { ...event, canary: { perSecond: 10, limitMs: 1000, lostAfterMs: 5000 } } : event,
  );
  return [...events, ...seconds].sort((a, b) => a.t - b.t);
}

export function runStart(rest: Partial<Extract<JournalEvent, { type: 'run.start' }>> = {}): JournalEvent {
  return {
    type: 'run.start',
    t: RUN_START,
    schema: SCHEMA_VERSION,
    tool: 'loadwitness 0.1.0',
    runId: '20260131-120000-abcd',
    target: 'ws://127.0.0.1:8080',
    scenario: 'kindmap',
    identity: 'guests',
    stages: [
      { name: 'ramp', users: 6, spawnRate: 6, untilSeconds: 5 },
      { name: 'hold', users: 6, spawnRate: 6, untilSeconds: SECONDS },
    ],
    settleSeconds: 2,
    strict: false,
    mode: 'load',
    sampleIntervalMs: 2000,
    criteria: CRITERIA,
    replicas: 3,
    backends: BACKENDS,
    samplers: ['logs', 'backends', 'redis', 'nginx', 'generator'],
    ...rest,
  };
}

export const CRITERIA = {
  connectSuccessRate: 0.99,
  connectP95Ms: 500,
  taskP95Ms: { start_navigation: 2000, location_update: 300 },
  errorRate: 0.01,
  publishFailures: 0,
  resources: {
    backendCpu: { warning: 0.7, critical: 0.85 },
    backendMemory: { warning: 0.8, critical: 0.9 },
    redisClients: { warning: 150, critical: 180 },
    redisMemoryBytes: { warning: 400 * 2 ** 20, critical: 480 * 2 ** 20 },
    nginxConnections: { warning: 3000, critical: 3500 },
  },
  logProof: { pattern: 'route_calculated', replyType: 'route_calculated' },
  unknown: {},
};

export const check = (rest: Partial<Extract<JournalEvent, { type: 'check.result' }>> = {}): JournalEvent => ({
  type: 'check.result',
  t: RUN_START + 1000,
  check: 'target-reachable',
  title: 'Target reachable',
  why: 'Nothing can be tested on a target that does not answer.',
  status: 'pass',
  observed: 'GET /health: 200 in 3 ms',
  durationMs: 12.5,
  ...rest,
});

/** Everything of a healthy run of 20 s with 6 users, in the order of time. */
export function healthyRun(): JournalEvent[] {
  const events: JournalEvent[] = [
    runStart(),
    check(),
    { type: 'preflight.end', t: RUN_START + 2000, passed: true },
    identityAt('start'),
    ...samplesAt(LOAD_START - 1000, 0),
    { type: 'load.start', t: LOAD_START },
    { type: 'stage.start', t: LOAD_START, index: 0, name: 'ramp', users: 6, spawnRate: 6, untilSeconds: 5 },
  ];
  for (let index = 0; index < SECONDS; index++) {
    events.push(healthySecond(index));
    if (index % 2 === 0) events.push(...samplesAt(LOAD_START + (index + 1) * 1000, index + 1));
  }
  events.push({ type: 'load.end', t: LOAD_END, reason: 'completed' });
  events.push(...samplesAt(LOAD_END + 1000, SECONDS), identityAt('end'));
  events.push({ type: 'run.end', t: LOAD_END + 1500, reason: 'completed' });
  return events;
}

/** The same events with some left out or put in another form. */
export const rewrite = (
  events: JournalEvent[],
  change: (event: JournalEvent) => JournalEvent | JournalEvent[] | undefined,
): JournalEvent[] => events.flatMap((event) => change(event) ?? []);
