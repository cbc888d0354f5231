import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../../src/journal/event.js';
import { canaryRun, healthyRun, LOAD_END, LOAD_START, rewrite, taskSecond } from '../journal-builder.js';
import {
  causeOf,
  checked,
  eachSecond,
  externalRun,
  findingOf,
  logged,
  reread,
  resultOf,
  row,
  sampled,
  saneRedis,
  standings,
} from './faulty-runs.js';

const NUMSUB = 'redis.pubsub.subscribers';

/** A third of the canaries of the load lost, from the fifth second on. */
const thirdLost = (): JournalEvent[] =>
  canaryRun((event) =>
    event.t > LOAD_START + 5000 && event.phase === 'load' ? { ...event, received: 7, lost: 3, lostBy: { '127.0.4.1': 3 } } : event,
  );

const listenerError: JournalEvent = {
  type: 'log.example',
  t: LOAD_START + 4500,
  backend: 'fastapi-2',
  pattern: 'pubsub_listener_error',
  line: '2026-01-31 12:00:14 - app - ERROR - Redis Pub/Sub 리스너 오류: Connection closed by server.',
};

const deadListener = (): JournalEvent[] => reread(thirdLost(), NUMSUB, (t) => (t > LOAD_START + 4000 ? 2 : 3));

const credits = (balance: (minute: number) => number, cpu: number): JournalEvent[] =>
  [0, 1].flatMap((index): JournalEvent[] => {
    const t = LOAD_START - 280_000 + index * 290_000;
    const attributes = { instance: 'i-0abc', period: '300' };
    return [
      { type: 'sample', t, sampler: 'cloudwatch', samples: [{ name: 'aws.ec2.cpu_credit.balance', value: balance(index), attributes }] },
      {
        type: 'sample',
        t: LOAD_END - 1000 + index,
        sampler: 'cloudwatch',
        samples: [{ name: 'aws.ec2.cpu.utilization', value: cpu, attributes: { ...attributes, period: '60' } }],
      },
    ];
  });

/** Six users of whom five were let in, by a second of connects that is told apart. */
const refusedConnects = (refused: number, admitted: number): JournalEvent[] =>
  eachSecond(healthyRun(), (event, at) =>
    at > 0
      ? event
      : { ...event, tasks: { ...event.tasks, connect: taskSecond([1500, admitted + refused], { failures: { 'http 403': refused } }) } },
  );

interface Found {
  case: string;
  events: () => JournalEvent[];
  rule: string;
  symptom: RegExp;
  causes: string[];
}

const FOUND: Found[] = [
  {
    case: 'a listener that died, with its line in the log',
    events: () => sampled([...deadListener(), listenerError], saneRedis),
    rule: 'dead-listener',
    symptom: /^2 of 3 replicas listened .*; 45 canaries of \d+ never arrived$/,
    causes: ['confirmed pubsub-listener', 'ruled_out redis-restarted', 'ruled_out redis-output-buffer'],
  },
  {
    case: 'a listener that died, where nobody read the logs for it or more of Redis',
    events: deadListener,
    rule: 'dead-listener',
    symptom: /^2 of 3/,
    causes: ['likely pubsub-listener', 'possible redis-output-buffer', 'possible redis-restarted'],
  },
  {
    case: 'a subscriber that Redis cut off',
    events: () =>
      sampled(
        sampled(deadListener(), (at) => saneRedis(at).filter(({ name }) => !name.includes('output_buffer'))),
        (at) => [{ name: 'redis.clients.output_buffer_limit_disconnections', value: at > 4 ? 1 : 0 }],
      ),
    rule: 'dead-listener',
    symptom: /^2 of 3/,
    causes: ['confirmed redis-output-buffer', 'likely pubsub-listener', 'ruled_out redis-restarted'],
  },
  {
    case: 'messages that a backend drops although it listens',
    events: () => sampled(thirdLost(), saneRedis),
    rule: 'lost-messages',
    symptom: /^45 canaries of \d+ never arrived/,
    causes: [
      'likely not-handed-on',
      'ruled_out pubsub-listener',
      'ruled_out redis-restarted',
      'ruled_out generator-saturated',
      'ruled_out redis-output-buffer',
      'ruled_out redis-stalled',
    ],
  },
  {
    case: 'accounts that are shared by users',
    events: () => [
      ...logged(
        eachSecond(
          rewrite(healthyRun(), (event) => (event.type === 'run.start' ? { ...event, identity: 'accounts' } : event)),
          (event) => ({ ...event, drops: { 'close 1000': 2 }, pushes: { ...event.pushes, disconnected: 2 } }),
        ),
        'duplicate_connection',
        2,
      ),
      checked('identity-capacity', 'fail', '5 accounts on 3 replicas hold 15 sockets at most, and the plan has 24 users'),
    ],
    rule: 'evictions',
    symptom: /^\d+ connections closed by a newer one of the same account$/,
    causes: ['confirmed few-accounts', 'ruled_out reconnects'],
  },
  {
    case: 'keys that a full Redis throws away',
    events: () =>
      sampled(healthyRun(), (at) => [
        ...saneRedis(at).filter(({ name }) => name !== 'redis.keys.evicted'),
        { name: 'redis.keys.evicted', value: Math.max(0, at * 3) },
      ]),
    rule: 'redis-evictions',
    symptom: /^Redis evicted 57 keys during the load$/,
    causes: ['confirmed redis-evictions'],
  },
  {
    case: 'routes that another tool gets in no time, more than the backends calculated',
    events: () =>
      externalRun(canaryRun(), [row('ws_connect', 300, 4), row('ws_start_navigation', 512, 0.3), row('ws_location_update', 2044, 0.2)]),
    rule: 'replies-off-by-one',
    symptom: /^ws_start_navigation has a median of 0\.3 ms over 512 requests/,
    causes: ['confirmed next-frame', 'possible fast-target'],
  },
  {
    case: 'ids of another tool that are not those of their tokens',
    events: () =>
      externalRun(healthyRun(), [row('ws_connect', 300, 4, { failures: 300, errors: { 'Handshake status 403 Forbidden': 300 } })]),
    rule: 'refused-ids',
    symptom: /^300 of 300 connects were refused with HTTP 403/,
    causes: ['likely token-mismatch'],
  },
  {
    case: 'a backend that moved and gets no connection',
    events: () =>
      sampled(
        reread(healthyRun(), 'backend.connections', (_t, { backend }) => (backend === 'fastapi-3' ? 0 : 3)),
        (at) => [
          { name: 'log.lines', value: Math.max(0, at), attributes: { component: 'nginx' } },
          { name: 'log.matches', value: Math.max(0, at), attributes: { component: 'nginx', pattern: 'upstream_refused' } },
        ],
        'nginx',
      ),
    rule: 'stale-upstream',
    symptom: /^fastapi-3 ran and had no connection from .*, while fastapi-1 3, fastapi-2 3 had theirs$/,
    causes: ['confirmed old-address', 'confirmed nginx-upstream-refused'],
  },
  {
    case: 'a replica that is full',
    events: () => logged(refusedConnects(2, 4), 'connection_refused', 0.2),
    rule: 'full-replica',
    symptom: /^fastapi-1 \d+ refused \d+ connections at the limit; 2 connects met HTTP 403$/,
    causes: ['confirmed backend-full', 'ruled_out uneven-upstream', 'ruled_out token-expired', 'ruled_out token-mismatch'],
  },
  {
    case: 'logins that hold up the others',
    events: () =>
      sampled(
        logged(
          eachSecond(healthyRun(), (event) => ({
            ...event,
            tasks: { ...event.tasks, location_update: taskSecond([1_200_000, 4], { replies: { navigation_update: 4 } }) },
          })),
          'login',
          4,
        ),
        saneRedis,
      ),
    rule: 'login-storm',
    symptom: /^\d+ logins while the load ran, 4 a second/,
    causes: ['confirmed login-storm', 'ruled_out backend-cpu', 'ruled_out generator-saturated', 'ruled_out redis-stalled'],
  },
  {
    case: 'another tool that reads only when it sends',
    events: () =>
      externalRun(healthyRun(), [row('ws_location_update', 900, 2, { failures: 40, errors: { 'close 1011 keepalive ping timeout': 40 } })]),
    rule: 'keepalive-drops',
    symptom: /^40 sockets closed by the target with 1011/,
    causes: ['likely silent-client', 'possible generator-saturated', 'possible internal-error'],
  },
  {
    case: 'a queue that nobody works off',
    events: () =>
      sampled(healthyRun(), (at) => [{ name: 'redis.list.length', value: 100 + at * 20, attributes: { key: 'celery', db: '1' } }]),
    rule: 'celery-growth',
    symptom: /^the list celery \(db 1\) grew from 120 to 480 entries, 20 a second/,
    causes: ['likely no-worker', 'ruled_out slow-workers'],
  },
  {
    case: 'a queue whose workers are too slow',
    events: () =>
      sampled(healthyRun(), (at) => [
        { name: 'redis.list.length', value: 100 + at * 20 - (at === 9 ? 60 : 0), attributes: { key: 'celery', db: '1' } },
      ]),
    rule: 'celery-growth',
    symptom: /celery/,
    causes: ['likely slow-workers', 'ruled_out no-worker'],
  },
  {
    case: 'a generator that has too much to do',
    events: () =>
      eachSecond(healthyRun(), (event) => ({ ...event, generator: { loopDelayMs: 20, utilization: 0.97, gcMs: 10, lagMs: 10 } })),
    rule: 'saturated-generator',
    symptom: /^it was beyond its limits in 20 of 20 seconds/,
    causes: ['confirmed too-much-work', 'possible held-up', 'ruled_out descriptors-or-ports', 'ruled_out garbage-collection'],
  },
  {
    case: 'a generator that something else holds up',
    events: () =>
      eachSecond(healthyRun(), (event) => ({ ...event, generator: { loopDelayMs: 400, utilization: 0.2, gcMs: 0, lagMs: 300 } })),
    rule: 'saturated-generator',
    symptom: /^it was beyond its limits in 20 of 20 seconds/,
    causes: ['likely held-up', 'ruled_out descriptors-or-ports', 'ruled_out too-much-work', 'ruled_out garbage-collection'],
  },
  {
    case: 'credits that were spent, with the CPU at its baseline',
    events: () => [...healthyRun(), ...credits(() => 0, 0.2)],
    rule: 'cpu-credits-spent',
    symptom: /^no CPU credits were left/,
    causes: ['confirmed cpu-credits', 'ruled_out backend-cpu', 'ruled_out host-cpu'],
  },
];

const NOT_FOUND: { case: string; events: () => JournalEvent[] }[] = [
  { case: 'a healthy run', events: healthyRun },
  { case: 'a healthy run with canaries and all of Redis', events: () => sampled(canaryRun(), saneRedis) },
  {
    case: 'a queue that is worked off',
    events: () =>
      sampled(healthyRun(), (at) => [{ name: 'redis.list.length', value: (at * 7) % 30, attributes: { key: 'celery', db: '1' } }]),
  },
  {
    case: 'keys that were evicted before the load alone',
    events: () => sampled(healthyRun(), () => [{ name: 'redis.keys.evicted', value: 40 }]),
  },
  {
    case: 'an idle backend that never moved',
    events: () => reread(healthyRun(), 'backend.connections', (_t, { backend }) => (backend === 'fastapi-3' ? 0 : 3)),
  },
  { case: 'logins that nobody felt', events: () => logged(healthyRun(), 'login', 3) },
  { case: 'credits that last', events: () => [...healthyRun(), ...credits(() => 80, 0.2)] },
  { case: 'an instance that borrows credits', events: () => [...healthyRun(), ...credits(() => 0, 0.6)] },
  {
    case: 'another tool with true latencies',
    events: () => externalRun(healthyRun(), [row('ws_connect', 300, 4), row('ws_start_navigation', 512, 40)]),
  },
];

describe('the rules of what the target does', () => {
  for (const { case: title, events, rule, symptom, causes } of FOUND) {
    it(`find ${title}`, () => {
      const finding = findingOf(resultOf(events()), rule);
      expect(finding.symptom).toMatch(symptom);
      expect(finding.evidence.length).toBeGreaterThan(0);
      expect(standings(finding).slice(0, causes.length)).toEqual(causes);
    });

    it(`tell nothing else of ${title}`, () => {
      expect(resultOf(events()).findings.map((one) => one.rule)).toEqual([rule]);
    });
  }

  for (const { case: title, events } of NOT_FOUND) {
    it(`find nothing in ${title}`, () => {
      expect(resultOf(events()).findings).toEqual([]);
    });
  }

  it('tell of requests without a session only where their keys went', () => {
    const evicting = sampled(healthyRun(), (at) => [{ name: 'redis.keys.evicted', value: Math.max(0, at * 3) }]);
    const failing = (kind: string) =>
      eachSecond(evicting, (event) => ({
        ...event,
        tasks: { ...event.tasks, location_update: taskSecond([1200, 4], { failures: { [kind]: 2 } }) },
      }));
    const rulesOf = (events: JournalEvent[]) => resultOf(events).findings.map(({ rule }) => rule);
    expect(rulesOf(failing('error NO_ACTIVE_SESSION'))).toEqual(['redis-evictions']);
    expect(rulesOf(failing('error INTERNAL_SERVER_ERROR'))).toEqual(['task-errors', 'redis-evictions']);
  });

  it('do not take a replica that went away for one that no longer listens', () => {
    const gone: JournalEvent = {
      type: 'target.event',
      t: LOAD_START + 4000,
      sampler: 'containers',
      component: 'fastapi-2',
      what: 'die',
      detail: 'exit code 1',
    };
    expect(resultOf([...deadListener(), gone]).findings.map(({ rule }) => rule)).not.toContain('dead-listener');
  });

  it('find a dead listener beside a replica that went away, and Redis that was restarted as its cause', () => {
    const gone: JournalEvent = {
      type: 'target.event',
      t: LOAD_START + 4000,
      sampler: 'containers',
      component: 'fastapi-2',
      what: 'die',
      detail: 'exit code 1',
    };
    const restarted = (at: number) => saneRedis(at).map((one) => (one.name === 'redis.uptime' && at > 4 ? { ...one, value: at - 4 } : one));
    const events = sampled([...reread(thirdLost(), NUMSUB, (t) => (t > LOAD_START + 4000 ? 1 : 3)), gone], restarted);
    expect(standings(findingOf(resultOf(events), 'dead-listener'))).toEqual([
      'confirmed redis-restarted',
      'likely pubsub-listener',
      'ruled_out redis-output-buffer',
    ]);
  });

  it('say since when a listener was dead, also where that was before the load', () => {
    const events = sampled(
      reread(thirdLost(), NUMSUB, () => 2),
      saneRedis,
    );
    expect(findingOf(resultOf(events), 'dead-listener').from).toBe(LOAD_START - 1000);
  });

  it('say what is ruled out with its numbers', () => {
    const finding = findingOf(resultOf(sampled([...deadListener(), listenerError], saneRedis)), 'dead-listener');
    expect(causeOf(finding, 'redis-restarted').against).toEqual([
      { text: 'its uptime went on from 1001 s to 1019 s', source: 'redis.uptime' },
    ]);
  });

  it('give commands of Docker only where the components are containers', () => {
    const containers: JournalEvent = {
      type: 'target.identity',
      t: LOAD_START - 1400,
      phase: 'start',
      components: [
        { name: 'redis', role: 'redis', source: 'docker', id: 'ab12cd34ef56ab12' },
        { name: 'fastapi-2', role: 'backend', source: 'docker', id: 'ff12cd34ef56ab12' },
      ],
    };
    const commands = (events: JournalEvent[]) =>
      causeOf(findingOf(resultOf(events), 'dead-listener'), 'pubsub-listener').actions.flatMap(({ command }) => command ?? []);
    const own = [...deadListener(), listenerError];
    expect(commands(own)).toEqual(['redis-cli PUBSUB NUMSUB kindmap_events']);
    expect(commands([...own, containers])).toEqual([
      "docker logs ff12cd34ef56 2>&1 | grep -E '리스너 오류'",
      'docker exec ab12cd34ef56 redis-cli PUBSUB NUMSUB kindmap_events',
      'docker restart ff12cd34ef56',
    ]);
  });
});
