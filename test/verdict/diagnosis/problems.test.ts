import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../../src/journal/event.js';
import { diagnose } from '../../../src/verdict/diagnosis/diagnose.js';
import type { Rule } from '../../../src/verdict/diagnosis/rule.js';
import { backendLostRule } from '../../../src/verdict/diagnosis/rules/backend-lost.js';
import { backendStalled } from '../../../src/verdict/diagnosis/rules/backend-stalled.js';
import { connectFailures } from '../../../src/verdict/diagnosis/rules/connect-failures.js';
import { droppedConnections } from '../../../src/verdict/diagnosis/rules/dropped-connections.js';
import { expiredTokens } from '../../../src/verdict/diagnosis/rules/expired-tokens.js';
import { publishFailures } from '../../../src/verdict/diagnosis/rules/publish-failures.js';
import { slowLocationUpdate } from '../../../src/verdict/diagnosis/rules/slow-location-update.js';
import { slowStartNavigation } from '../../../src/verdict/diagnosis/rules/slow-start-navigation.js';
import { slowTasksRule } from '../../../src/verdict/diagnosis/rules/slow-tasks.js';
import { taskErrors } from '../../../src/verdict/diagnosis/rules/task-errors.js';
import { upstreamImbalance } from '../../../src/verdict/diagnosis/rules/upstream-imbalance.js';
import { BACKENDS, canaryRun, identityAt, LOAD_START, rewrite, taskSecond } from '../journal-builder.js';
import { healthy, judged, logMatches, row, withCheck, withEvents, withSamples, withSeconds, withStart } from './runs.js';

const RULES: Rule[] = [
  backendLostRule,
  backendStalled,
  connectFailures,
  expiredTokens,
  droppedConnections,
  upstreamImbalance,
  slowStartNavigation,
  slowLocationUpdate,
  slowTasksRule,
  publishFailures,
  taskErrors,
];

const FAST = taskSecond([1200, 4], { replies: { navigation_update: 4 } });
const SLOW = taskSecond([900_000, 4], { replies: { navigation_update: 4 } });
const ROUTE = taskSecond([40_000, 1], { replies: { route_calculated: 1 } });
const SLOW_ROUTE = taskSecond([3_030_000, 1], { replies: { route_calculated: 1 } });
const connects = (failures: Record<string, number>, ok = 6) => {
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  return taskSecond([1500, ok + failed], { failures, bytes: 0 });
};

/** In the first second `ok` users are let in, and so many are not. */
const refused = (failures: Record<string, number>, events: JournalEvent[] = healthy()) =>
  withSeconds(events, (index, { tasks }) => ({ tasks: index === 3 ? { ...tasks, connect: connects(failures, 0) } : tasks }));

const slowLocations = (events: JournalEvent[] = healthy()) =>
  withSeconds(events, (_, { tasks }) => ({ tasks: { ...tasks, location_update: SLOW } }));
const busy = (value: number) => () => BACKENDS.map((backend) => ({ name: 'process.cpu.utilization', value, attributes: { backend } }));

/** From second 8 to 12 nothing is answered. */
const frozen = (events: JournalEvent[] = healthy()) =>
  withSeconds(events, (index, { tasks }) => {
    if (index < 8 || index > 12) return { tasks: { ...tasks, location_update: FAST, start_navigation: ROUTE } };
    const waits = taskSecond([3_000_000, 6], { failures: { timeout: 6 } });
    return { tasks: index === 8 ? {} : { location_update: waits, start_navigation: SLOW_ROUTE } };
  });

const died = (what: string, detail?: string): JournalEvent => ({
  type: 'target.event',
  t: LOAD_START + 6_200,
  sampler: 'containers',
  component: 'fastapi-2',
  what,
  ...(detail === undefined ? {} : { detail }),
});
const dropsAt6 = (events: JournalEvent[] = healthy()) =>
  withSeconds(events, (index) => (index === 6 ? { drops: { 'close 1006': 2 }, closes: { '1006 server': 2 } } : {}));

const accounts = (events: JournalEvent[] = healthy()) => withStart(events, { identity: 'accounts' });

/** Nginx counters: one line of a pattern from second 3 on. */
const nginxSays = (pattern: string, events: JournalEvent[], lines = 5) =>
  withSamples(events, 'nginx', (seconds) => [
    { name: 'log.matches', value: seconds > 3 ? lines : 0, attributes: { component: 'nginx', pattern } },
  ]);

const failedLines = (line?: string) => {
  const events = withSamples(
    healthy(),
    'logs',
    logMatches('fastapi-2', 'publish_failed', (seconds) => (seconds > 5 ? 3 : 0)),
  );
  return line === undefined
    ? events
    : withEvents(events, { type: 'log.example', t: LOAD_START + 6_000, backend: 'fastapi-2', pattern: 'publish_failed', line });
};

describe('each problem is found, with the cause that the evidence supports first', () => {
  const cases: [title: string, events: JournalEvent[], rule: string, first: [id: string, standing: string], ruledOut: string[]][] = [
    [
      'a slow route calculation alone',
      withSeconds(healthy(), (_, { tasks }) => ({ tasks: { ...tasks, start_navigation: SLOW_ROUTE } })),
      'slow-start-navigation',
      ['route-calculation', 'likely'],
      ['backend-cpu', 'backend-frozen', 'backend-memory', 'backend-lost', 'generator-saturated'],
    ],
    [
      'positions that are slow while the backends are busy',
      withSamples(slowLocations(), 'backends', busy(0.97)),
      'slow-location-update',
      ['backend-cpu', 'confirmed'],
      ['backend-frozen', 'backend-memory'],
    ],
    [
      'positions that are slow while the backends idle',
      slowLocations(),
      'slow-location-update',
      ['location-guidance', 'likely'],
      ['backend-cpu', 'backend-frozen'],
    ],
    [
      'a pause in which nothing is answered',
      frozen(),
      'backend-stalled',
      ['backend-frozen', 'likely'],
      ['backend-cpu', 'generator-saturated'],
    ],
    [
      'a crash that Docker tells of',
      withEvents(dropsAt6(), died('die', 'exit code 1')),
      'backend-lost',
      ['backend-exit', 'confirmed'],
      ['backend-oom', 'backend-ended', 'backend-replaced', 'backend-memory'],
    ],
    [
      'a crash of a process, of which nobody tells how it ended',
      withEvents(dropsAt6(), {
        type: 'sampler.error',
        t: LOAD_START + 7_000,
        sampler: 'backends',
        message: 'fastapi-1: there is no process 4100',
      }),
      'backend-lost',
      ['backend-exit', 'confirmed'],
      ['backend-memory'],
    ],
    [
      'a kill for want of memory',
      withEvents(dropsAt6(), died('oom'), died('die', 'exit code 137')),
      'backend-lost',
      ['backend-oom', 'confirmed'],
      ['backend-exit'],
    ],
    [
      'a restart by hand',
      withEvents(dropsAt6(), died('kill', 'signal 15'), died('die', 'exit code 0')),
      'backend-lost',
      ['backend-ended', 'confirmed'],
      ['backend-exit'],
    ],
    [
      'sockets that nginx closed for its read timeout',
      nginxSays('upstream_timeout', dropsAt6()),
      'dropped-connections',
      ['nginx-read-timeout', 'confirmed'],
      ['backend-lost', 'backend-memory'],
    ],
    [
      'connects that nginx drops at its worker_connections, by its log',
      nginxSays('worker_connections', refused({ 'closed before it was open': 3 })),
      'connect-failures',
      ['nginx-worker-connections', 'confirmed'],
      ['backend-full', 'token-expired', 'token-mismatch', 'nginx-rate-limit', 'nginx-upstream-refused', 'backend-lost'],
    ],
    [
      'connects that nginx accepts and does not handle, by its status page',
      withSamples(refused({ 'closed before it was open': 3 }), 'nginx', (seconds) => [
        { name: 'nginx.connections_accepted', value: seconds > 3 ? 40 : 10 },
        { name: 'nginx.connections_handled', value: seconds > 3 ? 37 : 10 },
      ]),
      'connect-failures',
      ['nginx-worker-connections', 'confirmed'],
      ['backend-full'],
    ],
    [
      'connects that a rate limit turns away',
      nginxSays('limiting', refused({ 'http 503': 3 })),
      'connect-failures',
      ['nginx-rate-limit', 'confirmed'],
      ['backend-full', 'nginx-upstream-refused'],
    ],
    [
      'connects for which nginx finds no backend',
      nginxSays('upstream_refused', refused({ 'http 502': 3 })),
      'connect-failures',
      ['nginx-upstream-refused', 'confirmed'],
      ['nginx-rate-limit'],
    ],
    [
      'connects that a full backend refuses',
      withSamples(
        refused({ 'http 403': 3 }),
        'logs',
        logMatches('fastapi-1', 'connection_refused', (seconds) => (seconds > 3 ? 3 : 0)),
      ),
      'connect-failures',
      ['backend-full', 'confirmed'],
      ['token-expired', 'token-mismatch', 'nginx-rate-limit'],
    ],
    [
      'tokens that have expired, by the log',
      withSamples(
        accounts(refused({ 'http 403': 3 })),
        'logs',
        logMatches('fastapi-1', 'jwt_expired', (seconds) => (seconds > 3 ? 3 : 0)),
      ),
      'expired-tokens',
      ['token-expired', 'confirmed'],
      ['token-mismatch'],
    ],
    [
      'tokens that cannot last, where no log tells',
      withCheck(accounts(refused({ 'http 403': 3 })), {
        check: 'token-lifetime',
        status: 'fail',
        observed: 'a token lasts 5 s, the run 20 s',
      }),
      'expired-tokens',
      ['token-expired', 'likely'],
      ['token-mismatch'],
    ],
    [
      'a connection to Redis that is broken',
      failedLines('메시지 발행 실패: Error 32 while writing to socket. Broken pipe.'),
      'publish-failures',
      ['redis-connection-broken', 'confirmed'],
      ['redis-refused', 'redis-publish-timeout', 'pubsub-listener'],
    ],
    [
      'a Redis that is full',
      failedLines("메시지 발행 실패: OOM command not allowed when used memory > 'maxmemory'."),
      'publish-failures',
      ['redis-refused', 'confirmed'],
      ['redis-connection-broken'],
    ],
    [
      'a Redis that is too slow',
      failedLines('메시지 발행 실패: Timeout reading from socket'),
      'publish-failures',
      ['redis-publish-timeout', 'confirmed'],
      ['redis-refused'],
    ],
    [
      'sessions that the target has forgotten',
      withSeconds(healthy(), (_, { tasks }) => ({
        tasks: { ...tasks, location_update: taskSecond([1200, 4], { failures: { 'error NO_ACTIVE_SESSION': 2 } }) },
      })),
      'task-errors',
      ['sessions-lost', 'likely'],
      ['backend-frozen', 'backend-lost'],
    ],
  ];

  it.each(cases)('%s', (_, events, rule, [id, standing], ruledOut) => {
    const run = judged(events);
    const findings = diagnose(run, RULES);
    expect(findings.map((finding) => finding.rule)).toEqual([rule]);
    const [finding] = findings;
    expect(finding?.evidence.length).toBeGreaterThan(0);
    const [first] = finding?.causes ?? [];
    expect({ id: first?.id, standing: first?.standing }).toEqual({ id, standing });
    expect(first?.for.length).toBeGreaterThan(0);
    for (const other of ruledOut) {
      const cause = finding?.causes.find((one) => one.id === other);
      expect({ id: other, standing: cause?.standing, proofs: (cause?.against.length ?? 0) > 0 }).toEqual({
        id: other,
        standing: 'ruled_out',
        proofs: true,
      });
    }
  });
});

describe('without its symptom a problem is not found', () => {
  const cases: [title: string, events: JournalEvent[]][] = [
    ['a healthy run', healthy()],
    ['a healthy run with canaries', canaryRun()],
    ['busy backends whose replies are fast', withSamples(healthy(), 'backends', busy(0.97))],
    [
      'lines of expired tokens of other people',
      withSamples(
        healthy(),
        'logs',
        logMatches('fastapi-1', 'jwt_expired', (seconds) => (seconds > 3 ? 3 : 0)),
      ),
    ],
    ['lines of nginx that no user felt', nginxSays('worker_connections', healthy())],
    [
      'one slow position among many',
      withSeconds(healthy(), (index, { tasks }) =>
        index === 9 ? { tasks: { ...tasks, location_update: taskSecond([1200, 3, 900_000, 1]) } } : { tasks },
      ),
    ],
    [
      'slow replies of a generator that did not keep up',
      withSeconds(slowLocations(), () => ({ generator: { loopDelayMs: 900, utilization: 0.99, gcMs: 0, lagMs: 800 } })),
    ],
  ];

  it.each(cases)('%s', (_, events) => expect(diagnose(judged(events), RULES)).toEqual([]));
});

describe('the spread over the backends', () => {
  const spread = row({ id: 'backend_spread', status: 'warn', observed: '200 %', value: 2 });
  const lying = (counts: number[], events: JournalEvent[] = healthy()) =>
    withSamples(events, 'backends', () =>
      BACKENDS.map((backend, index) => ({ name: 'backend.connections', value: counts[index] ?? 0, attributes: { backend } })),
    );
  const method = (name: string) => ({
    check: 'nginx-upstream-method',
    observed: `fastapi_backend balances with ${name} over 3 servers: a, b, c`,
  });
  const findingOf = (events: JournalEvent[]) => diagnose({ ...judged(events), criteria: [spread] }, RULES)[0];

  it('is blamed on ip_hash where the forecast said so', () => {
    const forecast = {
      check: 'nginx-ip-hash-forecast',
      status: 'fail' as const,
      observed: '6 users from 1 address: fastapi-1 0, fastapi-2 6, fastapi-3 0',
    };
    const found = findingOf(withCheck(withCheck(lying([0, 6, 0]), method('ip_hash')), forecast));
    expect(found).toMatchObject({ rule: 'upstream-imbalance', causes: [{ id: 'ip-hash', standing: 'confirmed' }, {}, {}, {}] });
    expect(found?.symptom).toContain('fastapi-1 0, fastapi-2 6, fastapi-3 0');
  });

  it('is likely that of one address where one backend has all and nobody read how nginx balances', () => {
    expect(findingOf(lying([0, 6, 0]))?.causes[0]).toMatchObject({ id: 'ip-hash', standing: 'likely' });
  });

  it('is not blamed on ip_hash where nginx balances by connections', () => {
    const causes = findingOf(withCheck(lying([1, 4, 1]), method('least_conn')))?.causes;
    expect(causes?.find(({ id }) => id === 'ip-hash')).toMatchObject({
      standing: 'ruled_out',
      against: [{ source: 'check nginx-upstream-method' }],
    });
  });

  it('is no problem of its own where a backend went away', () => {
    const events = withEvents(lying([3, 0, 3]), died('die', 'exit code 1'));
    expect(diagnose({ ...judged(events), criteria: [spread] }, RULES).map(({ rule }) => rule)).toEqual(['backend-lost']);
  });
});

describe('what is told of a backend that stood still', () => {
  it('is confirmed by canaries that arrived after all, and explains those that were lost', () => {
    const canaries = canaryRun((event) => {
      const index = event.second - LOAD_START / 1000;
      return index === 10 ? { ...event, received: 7, lost: 3, latency: [800, 7] } : index === 13 ? { ...event, overdue: 3 } : event;
    });
    const [finding] = diagnose(judged(frozen(canaries)), RULES);
    expect(finding).toMatchObject({ rule: 'backend-stalled', causes: [{ id: 'backend-frozen', standing: 'confirmed' }, {}, {}, {}] });
  });

  it('names the backend that used no CPU meanwhile', () => {
    const events = withSamples(frozen(), 'backends', (seconds) =>
      BACKENDS.map((backend, index) => ({
        name: 'process.cpu.utilization',
        value: index === 1 && seconds > 7 && seconds < 13 ? 0 : 0.3,
        attributes: { backend },
      })),
    );
    const [finding] = diagnose(judged(events), RULES);
    const [frozenCause] = finding?.causes ?? [];
    expect(frozenCause).toMatchObject({ id: 'backend-frozen', standing: 'confirmed' });
    expect(frozenCause?.for.filter(({ text }) => /^fastapi-\d used 0 %/.test(text)).map(({ text }) => text.slice(0, 9))).toEqual([
      'fastapi-2',
    ]);
  });

  it('is no pause where it never went on', () => {
    const events = withSeconds(healthy(), (index, { tasks }) =>
      index < 12 ? { tasks } : { tasks: { location_update: taskSecond([3_000_000, 4], { failures: { timeout: 4 } }) } },
    );
    expect(diagnose(judged(events), RULES).map(({ rule }) => rule)).toEqual(['slow-location-update']);
  });
});

describe('commands', () => {
  const id = (index: number) => `${index}f6bec0ffee0123456789`;
  const inDocker = (events: JournalEvent[]) =>
    rewrite(events, (event) =>
      event.type === 'target.identity'
        ? (identityAt(event.phase, (one) => ({ ...one, source: 'docker', id: id(BACKENDS.indexOf(one.name)) })) as JournalEvent)
        : event,
    );
  const commandsOf = (events: JournalEvent[]) =>
    diagnose(judged(events), RULES).flatMap(({ causes }) =>
      causes.flatMap(({ actions }) => actions.flatMap(({ command }) => command ?? [])),
    );

  it('are those of Docker for containers, which read what is written to stderr', () => {
    const commands = commandsOf(inDocker(failedLines('메시지 발행 실패: Broken pipe')));
    expect(commands).toContain(
      `for c in 0f6bec0ffee0 1f6bec0ffee0 2f6bec0ffee0; do docker logs $c 2>&1 | grep -E '메시지 발행 실패'; done`,
    );
  });

  it('name no container for processes, and no program that slim images lack', () => {
    const commands = commandsOf(slowLocations());
    expect(commands.filter((command) => /docker|netstat/.test(command))).toEqual([]);
    expect(commands).toContain('top -b -n 1 -p 4100,4101,4102');
  });
});
