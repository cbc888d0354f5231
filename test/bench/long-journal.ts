import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { LatencyHistogram } from '../../src/histogram.js';
import { type JournalEvent, type LoadSecond, type Sample, SCHEMA_VERSION, type TaskSecond } from '../../src/journal/event.js';

/** What a synthetic journal is of. */
export interface LongRun {
  /** Seconds of load. */
  seconds: number;
  /** Each does something every 3.5 s on average, as the KindMap plan has it. */
  users: number;
  /** Replicas, each with a container, a log and connections of its own. */
  backends: number;
}

const BEGIN = 1_769_860_800_000;
const INTERVAL_MS = 2000;
/** Seconds that differ from each other; then they come again. Making each anew would take longer than reading them. */
const VARIANTS = 300;

const PATTERNS = [
  ...['route_calculated', 'publish_failed', 'guide_ws_connected', 'guide_ws_connect_failed', 'guide_publish', 'guide_cache_hit'],
  ...['client_connected', 'client_disconnected', 'ws_closed', 'guest_accepted', 'duplicate_connection', 'connection_refused'],
  ...['pubsub_listener_error', 'route_requested', 'token_expired', 'login', 'worker_timeout', 'traceback', 'started', 'stopped'],
] as const;

/** The same numbers on every machine (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Writes the journal of a run with every sampler that there is, as long as asked for. */
export async function writeLongJournal(path: string, run: LongRun): Promise<void> {
  const random = numbers(7);
  const variants = Array.from({ length: VARIANTS }, () => JSON.stringify(tasksOf(run.users, random)));
  const file = createWriteStream(path);
  const put = async (...lines: string[]): Promise<void> => {
    if (!file.write(`${lines.join('\n')}\n`)) await once(file, 'drain');
  };
  const loadStart = BEGIN + 10_000;
  await put(...beginning(run, loadStart).map((event) => JSON.stringify(event)));
  for (let second = 0; second < run.seconds; second++) {
    const t = loadStart + second * 1000;
    if (second % (INTERVAL_MS / 1000) === 0) await put(...samplesAt(t + 3.125, second, run, random).map((event) => JSON.stringify(event)));
    await put(secondOf(t + 1000.062, run.users, variants[second % VARIANTS] as string, random), JSON.stringify(canariesOf(t + 1000)));
  }
  const end = loadStart + run.seconds * 1000;
  await put(JSON.stringify({ type: 'load.end', t: end, reason: 'completed' }));
  await put(...samplesAt(end + 1000, run.seconds, run, random).map((event) => JSON.stringify(event)));
  await put(JSON.stringify({ type: 'run.end', t: end + 2000, reason: 'completed' }));
  file.end();
  await finished(file);
}

function beginning({ seconds, users, backends }: LongRun, loadStart: number): JournalEvent[] {
  const stage = { name: 'Sustained', users, spawnRate: users, untilSeconds: seconds };
  return [
    {
      ...{
        type: 'run.start',
        t: BEGIN,
        schema: SCHEMA_VERSION,
        tool: '0.1.0',
        runId: '20260131T120000Z-abcd',
        target: 'ws://127.0.0.1:8080',
      },
      ...{ scenario: 'kindmap', identity: 'guests', stages: [stage], settleSeconds: 5, strict: false, mode: 'load' },
      canary: { perSecond: 10, limitMs: 1000, lostAfterMs: 5000 },
      sampleIntervalMs: INTERVAL_MS,
      criteria: { connectP95Ms: 500, errorRate: 0.01, publishFailures: 0, taskP95Ms: { location_update: 300 } },
      replicas: backends,
      backends: Array.from({ length: backends }, (_, index) => nameOf(index)),
      samplers: ['generator', 'containers', 'connections', 'redis', 'nginx', 'logs'],
    },
    { type: 'preflight.end', t: BEGIN + 5000, passed: true },
    { type: 'load.start', t: loadStart },
    { type: 'stage.start', t: loadStart, index: 0, ...stage },
  ];
}

const nameOf = (index: number): string => `fastapi-${index + 1}`;

function tasksOf(users: number, random: () => number): Record<string, TaskSecond> {
  const perSecond = Math.round(users / 3.5);
  return {
    start_navigation: taskOf(Math.round(perSecond / 8), 20_000, 'route_calculated', random),
    location_update: taskOf(Math.round((perSecond * 7) / 8), 700, 'navigation_update', random),
  };
}

function taskOf(requests: number, leastMicros: number, reply: string, random: () => number): TaskSecond {
  const histogram = new LatencyHistogram();
  const intended = new LatencyHistogram();
  const values = Array.from({ length: requests }, () => Math.round(leastMicros * (1 - 0.4 * Math.log(1 - random()))));
  for (const value of values) {
    histogram.record(value);
    intended.record(Math.round(value + random() * 200));
  }
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const sum = values.reduce((total, value) => total + value, 0);
  const numbers = { late: 0, bytes: requests * 300, sum, min, max, latency: histogram.drain(), intended: intended.drain() };
  return { requests, failures: {}, replies: { [reply]: requests }, ...numbers };
}

function secondOf(t: number, users: number, tasks: string, random: () => number): string {
  const second: Omit<LoadSecond, 'tasks'> = {
    ...{ type: 'load.second', t, worker: 0, second: Math.floor(t / 1000) - 1, users: { planned: users, active: users, connected: users } },
    ...{ timings: {}, pushes: { canary: 10 }, closes: {}, drops: {}, unsent: 0, exceptions: {} },
    generator: { loopDelayMs: 4 + random() * 8, utilization: 0.1 + random() / 10, gcMs: random(), lagMs: random() * 5 },
  };
  return `${JSON.stringify(second).slice(0, -1)},"tasks":${tasks}}`;
}

const canariesOf = (t: number): JournalEvent => ({
  ...{ type: 'canary.second', t, second: Math.floor(t / 1000) - 1, phase: 'load', published: 10, unaddressed: 0, failures: {} },
  ...{ received: 10, late: 0, lost: 0, lostBy: {}, withdrawn: 0, duplicates: 0, reordered: 0 },
  latency: [820, 3, 901, 4, 1204, 3],
  subscribers: 3,
});

function samplesAt(t: number, second: number, { users, backends }: LongRun, random: () => number): JournalEvent[] {
  const names = Array.from({ length: backends }, (_, index) => nameOf(index));
  const containers = [...names, 'redis', 'nginx'].flatMap((name) => containerOf(name, second, random));
  const connections = names.map((backend) => of('backend.connections', Math.round(users / backends), { backend }));
  const logs = names.flatMap((backend) => [
    of('log.lines', second * 90, { backend }),
    ...PATTERNS.map((pattern, index) => of('log.matches', index === 0 ? second * 12 : 0, { backend, pattern })),
  ]);
  return [
    { type: 'sample', t, sampler: 'generator', samples: generatorOf(random) },
    { type: 'sample', t: t + 1.5, sampler: 'redis', samples: redisOf(second, backends, random) },
    { type: 'sample', t: t + 2.25, sampler: 'nginx', samples: nginxOf(second, users) },
    { type: 'sample', t: t + 4.125, sampler: 'logs', samples: logs },
    { type: 'sample', t: t + 20.5, sampler: 'connections', samples: connections },
    { type: 'sample', t: t + 31.75, sampler: 'containers', samples: containers },
  ];
}

const of = (name: string, value: number, attributes?: Record<string, string>): Sample => ({
  name,
  value,
  ...(attributes && { attributes }),
});

const generatorOf = (random: () => number): Sample[] => [
  of('generator.memory.usage', 150_000_000 + Math.round(random() * 1e6)),
  of('generator.cpu.utilization', 0.2 + random() / 10),
  of('generator.event_loop.delay', 0.01 + random() / 100),
];

function containerOf(name: string, second: number, random: () => number): Sample[] {
  const attributes = { ...(name.startsWith('fastapi') ? { backend: name } : { component: name }), container: '0123456789ab' };
  return [
    of('container.cpu.utilization', random(), attributes),
    of('container.cpu.quota_utilization', random(), attributes),
    of('container.cpu.host_utilization', random() / 2, attributes),
    of('container.cpu.throttled', 0, attributes),
    of('container.memory.usage.total', 90_000_000 + Math.round(random() * 1e6), attributes),
    of('container.memory.utilization', 0.17 + random() / 100, attributes),
    of('container.memory.limit', 536_870_912, attributes),
    of('container.restarts', 0, attributes),
    of('container.pids', 12, attributes),
    of('container.network.io.received', second * 40_000, attributes),
    of('container.network.io.transmitted', second * 90_000, attributes),
  ];
}

function redisOf(second: number, backends: number, random: () => number): Sample[] {
  const levels = [
    'clients.connected',
    'clients.blocked',
    'memory.used',
    'memory.peak',
    'memory.rss',
    'maxmemory',
    'uptime',
    'pubsub.channels',
  ];
  const more = ['maxclients', 'pubsub.output_buffer.max', 'pubsub.output_buffer.limit', 'pubsub.clients', 'slaves.connected'];
  const counters = ['keys.evicted', 'connections.received', 'connections.rejected', 'commands.processed', 'net.input', 'net.output'];
  return [
    ...[...levels, ...more].map((name) => of(`redis.${name}`, Math.round(random() * 1e6))),
    ...counters.map((name) => of(`redis.${name}`, second * 100)),
    of('redis.pubsub.subscribers', backends, { channel: 'kindmap_events' }),
    of('redis.round_trip.time', random() / 1000),
    of('redis.cpu.time', second / 50, { state: 'sys' }),
    of('redis.cpu.time', second / 30, { state: 'user' }),
  ];
}

const nginxOf = (second: number, users: number): Sample[] => [
  ...['active', 'reading', 'writing', 'waiting'].map((state) => of('nginx.connections_current', users, { state })),
  ...['accepted', 'handled'].map((name) => of(`nginx.connections_${name}`, users + second)),
  of('nginx.requests', users + second),
];
