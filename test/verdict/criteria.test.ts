import { describe, expect, it } from 'vitest';
import type { JournalEvent, LoadSecond } from '../../src/journal/event.js';
import { judge } from '../../src/verdict/judge.js';
import type { CriterionRow } from '../../src/verdict/run-result.js';
import { summarize } from '../../src/verdict/summarize.js';
import { CRITERIA, healthyRun, LOAD_END, LOAD_START, rewrite, second, taskSecond } from './journal-builder.js';

function row(id: string, events: JournalEvent[]): CriterionRow | undefined {
  return judge(summarize(events)).criteria.find((one) => one.id === id);
}
const criteria = (changes: Record<string, unknown>, events = healthyRun()): JournalEvent[] =>
  rewrite(events, (event) => (event.type === 'run.start' ? { ...event, criteria: { ...CRITERIA, ...changes } } : event));
const seconds = (change: (event: LoadSecond) => LoadSecond): JournalEvent[] =>
  rewrite(healthyRun(), (event) => (event.type === 'load.second' ? change(event) : event));
const tasks = (name: string, pairs: number[], failures: Record<string, number> = {}): JournalEvent[] =>
  seconds((event) => ({
    ...event,
    tasks: { ...event.tasks, [name]: taskSecond(pairs, { failures, replies: event.tasks[name]?.replies ?? {} }) },
  }));
/** The generator is beyond its limits in this many of the 20 seconds. */
const saturated = (count: number, events: JournalEvent[]): JournalEvent[] =>
  rewrite(events, (event) =>
    event.type === 'load.second' && event.second < LOAD_START / 1000 + count
      ? { ...event, generator: { loopDelayMs: 101, utilization: 0.5, gcMs: 0, lagMs: 0 } }
      : event,
  );

describe('connect success rate', () => {
  it('must be above its limit, not at it', () => {
    expect(row('connect_success_rate', tasks('connect', [1000, 100], { 'http 403': 1 }))).toMatchObject({
      status: 'fail',
      observed: '99 %',
    });
    expect(row('connect_success_rate', tasks('connect', [1000, 101], { 'http 403': 1 }))).toMatchObject({
      status: 'pass',
      evidence: '2000 of 2020 connects succeeded',
    });
  });

  it('can be asked to be 100 %', () => {
    expect(row('connect_success_rate', criteria({ connectSuccessRate: 1 }))).toMatchObject({ status: 'pass', threshold: '100 %' });
    expect(
      row('connect_success_rate', criteria({ connectSuccessRate: 1 }, tasks('connect', [1000, 100_000], { 'http 403': 1 }))),
    ).toMatchObject({ status: 'fail' });
  });

  it('is inconclusive without connects', () => {
    expect(
      row(
        'connect_success_rate',
        seconds((event) => second(event.second - LOAD_START / 1000)),
      ),
    ).toMatchObject({ status: 'inconclusive', observed: 'not measured', value: null });
  });
});

describe('latency criteria', () => {
  it('must be below their limit, not at it', () => {
    expect(row('location_update_p95', tasks('location_update', [299_904, 1]))).toMatchObject({ status: 'pass', value: 299.904 });
    expect(row('location_update_p95', criteria({ taskP95Ms: { location_update: 2 } }, tasks('location_update', [2000, 1])))).toMatchObject({
      status: 'fail',
      value: 2,
      limit: 2,
    });
  });

  it('include the latencies of failed requests, as Locust does', () => {
    expect(row('location_update_p95', tasks('location_update', [1000, 18, 3_000_000, 2], { timeout: 2 }))).toMatchObject({
      status: 'fail',
      value: 3000,
    });
  });

  it('are not passed by refusals alone, but failed by waits that were really seen', () => {
    expect(row('connect_p95', tasks('connect', [1000, 3], { 'http 403': 3 }))).toMatchObject({
      status: 'inconclusive',
      evidence: expect.stringContaining('not one succeeded'),
    });
    expect(row('start_navigation_p95', tasks('start_navigation', [10_000_000, 3], { timeout: 3 }))).toMatchObject({ status: 'fail' });
  });

  it('are inconclusive for a task that was never run', () => {
    expect(row('ping_p95', criteria({ taskP95Ms: { ping: 100 } }))).toMatchObject({
      status: 'inconclusive',
      evidence: 'no ping was measured',
    });
  });
});

describe('error rate', () => {
  it('must be below its limit over everything together', () => {
    expect(row('error_rate', tasks('ping', [1000, 4], { 'error X': 1 }))).toMatchObject({
      status: 'fail',
      evidence: '20 of 186 requests failed',
    });
    expect(row('error_rate', criteria({ errorRate: 0 }))).toMatchObject({ status: 'pass', threshold: '0 %', observed: '0 %' });
  });
});

describe('a saturated generator', () => {
  it('is tolerated in up to 5 % of the seconds', () => {
    const result = judge(summarize(saturated(1, healthyRun())));
    expect(result).toMatchObject({
      verdict: 'PASS',
      generator: { saturatedSeconds: 1, seconds: 20, saturated: false },
      warnings: [{ code: 'generator' }],
    });
  });

  it('makes latency inconclusive whatever it was, and a connect success that would pass', () => {
    const slow = saturated(2, tasks('location_update', [900_000, 4]));
    for (const id of ['connect_p95', 'start_navigation_p95', 'location_update_p95', 'connect_success_rate'])
      expect(row(id, slow)).toMatchObject({ status: 'inconclusive' });
    expect(judge(summarize(slow)).reasons[0]).toMatchObject({
      code: 'generator_saturated',
      text: expect.stringContaining('2 of 20 seconds'),
    });
  });

  it('does not excuse errors that were really seen', () => {
    const refused = saturated(2, tasks('connect', [1000, 3], { 'http 403': 1 }));
    expect(row('connect_success_rate', refused)).toMatchObject({ status: 'fail' });
    expect(row('error_rate', refused)).toMatchObject({ status: 'fail' });
  });

  it('is seen by its busy event loop, and by seconds of which there is no record', () => {
    const busy = seconds((event) => ({ ...event, generator: { loopDelayMs: 1, utilization: 0.91, gcMs: 0, lagMs: 0 } }));
    expect(judge(summarize(busy)).generator).toMatchObject({ saturated: true, saturatedSeconds: 20, most: { utilization: 0.91 } });
    const missing = healthyRun().filter((event) => event.type !== 'load.second' || ![5, 6, 11].includes(event.second - LOAD_START / 1000));
    expect(judge(summarize(missing)).generator).toMatchObject({ saturated: true, missingSeconds: 3, seconds: 20 });
  });
});

describe('each limit of the generator', () => {
  it.each([
    ['loopDelayMs', 100, 'event loop blocked for more than 100 ms in 20'],
    ['utilization', 0.9, 'event loop busy for more than 90 % of the second in 20'],
    ['lagMs', 100, 'a message sent more than 100 ms late in 20'],
    ['gcMs', 200, 'more than 200 ms of garbage collection in 20'],
  ] as const)('of %s saturates a second beyond %d and not at it, and is named', (measure, limit, text) => {
    const at = (value: number) => judge(summarize(seconds((event) => ({ ...event, generator: { ...event.generator, [measure]: value } }))));
    expect(at(limit).generator).toMatchObject({ saturatedSeconds: 0, most: { [measure]: limit } });
    expect(at(limit * 1.01)).toMatchObject({
      generator: { saturated: true, saturatedSeconds: 20, beyond: { [measure]: 20 } },
      reasons: [{ code: 'generator_saturated', text: expect.stringContaining(text) }, {}, {}, {}, {}],
    });
  });
});

describe("failures of the generator's own machine", () => {
  const inFirst = (pairs: number[], failures: Record<string, number>): JournalEvent[] =>
    seconds((event) =>
      event.second === LOAD_START / 1000 ? { ...event, tasks: { ...event.tasks, connect: taskSecond(pairs, { failures }) } } : event,
    );

  it('are left out of the rates, which they keep from passing', () => {
    const events = inFirst([1500, 10], { 'generator EMFILE': 3, 'generator EADDRNOTAVAIL': 1 });
    const text =
      "4 connects failed on the load generator's own machine and never reached the target (generator EADDRNOTAVAIL 1, generator EMFILE 3)";
    expect(row('connect_success_rate', events)).toMatchObject({
      status: 'inconclusive',
      value: 1,
      evidence: `6 of 6 connects succeeded; ${text}`,
    });
    expect(row('connect_p95', events)).toMatchObject({ status: 'inconclusive', evidence: expect.stringContaining(text) });
    expect(row('error_rate', events)).toMatchObject({ status: 'inconclusive', value: 0, evidence: `0 of 106 requests failed; ${text}` });
    expect(judge(summarize(events))).toMatchObject({
      verdict: 'INCONCLUSIVE',
      generator: { failures: 4, saturatedSeconds: 1, beyond: { failures: 1 } },
      warnings: [{ code: 'generator', text: expect.stringContaining("connects refused by the generator's own machine in 1") }],
    });
  });

  it("do not excuse the target's own failures", () => {
    const events = inFirst([1500, 10], { 'generator EMFILE': 3, 'http 503': 2 });
    expect(row('connect_success_rate', events)).toMatchObject({ status: 'fail', value: 5 / 7, evidence: '5 of 7 connects succeeded' });
    expect(row('error_rate', events)).toMatchObject({ status: 'fail', evidence: '2 of 107 requests failed' });
  });

  it('prove nothing when there was nothing else', () => {
    const events = rewrite(inFirst([1500, 3], { 'generator ENOBUFS': 3 }), (event) =>
      event.type === 'load.second' ? { ...event, tasks: event.tasks.connect ? { connect: event.tasks.connect } : {} } : event,
    );
    for (const id of ['connect_success_rate', 'error_rate'])
      expect(row(id, events)).toMatchObject({
        status: 'inconclusive',
        value: null,
        evidence: expect.stringMatching(/^3 connects failed on/),
      });
  });
});

describe('a criterion that does not apply to the scenario', () => {
  it('has no row, where one without a limit is open', () => {
    const without = criteria({ publishFailures: null, resources: { ...CRITERIA.resources, redisClients: null }, logProof: null });
    expect(row('publish_failures', without)).toBeUndefined();
    expect(row('redis_clients', without)).toBeUndefined();
    expect(judge(summarize(without)).verdict).toBe('PASS');
    expect(row('publish_failures', criteria({ publishFailures: undefined }))).toMatchObject({ status: 'inconclusive' });
  });
});

describe('publish failures', () => {
  const logs = (change: (event: Extract<JournalEvent, { type: 'sample' }>) => JournalEvent | JournalEvent[] | undefined): JournalEvent[] =>
    rewrite(healthyRun(), (event) => (event.type === 'sample' && event.sampler === 'logs' ? change(event) : event));
  const values = (pattern: string, change: (value: number, t: number, backend: string) => number): JournalEvent[] =>
    logs((event) => ({
      ...event,
      samples: event.samples.map((one) =>
        one.attributes?.pattern === pattern ? { ...one, value: change(one.value, event.t, one.attributes.backend ?? '') } : one,
      ),
    }));
  const publish = (events: JournalEvent[]) => row('publish_failures', events);
  const error = (t: number, message: string): JournalEvent => ({ type: 'sampler.error', t, sampler: 'logs', message });

  it('pass with the proof that every log was read', () => {
    expect(publish(healthyRun())).toMatchObject({
      status: 'pass',
      observed: '0',
      evidence: expect.stringContaining('20 lines of route_calculated for 20 route_calculated received'),
    });
  });

  it('fail by one line, and say where', () => {
    const failed = values('publish_failed', (_, t, backend) => (backend === 'fastapi-2' && t > LOAD_START + 5000 ? 1 : 0));
    expect(publish(failed)).toMatchObject({ status: 'fail', value: 1, evidence: expect.stringContaining('fastapi-2 1') });
  });

  it('fail by a line that was seen even when a log was not read to the end', () => {
    const failed = values('publish_failed', (_, t) => (t > LOAD_START + 5000 ? 1 : 0)).filter(
      (event) => event.type !== 'sample' || event.sampler !== 'logs' || event.t < LOAD_START + 12_000,
    );
    expect(publish(failed)).toMatchObject({ status: 'fail' });
  });

  it('do not count lines from before the load', () => {
    expect(publish(values('publish_failed', () => 4))).toMatchObject({ status: 'pass', value: 0 });
  });

  it('still count those from before a counter began anew', () => {
    const rotated = values('publish_failed', (_, t) => (t > LOAD_START + 5000 && t < LOAD_START + 9000 ? 2 : 0));
    expect(publish(rotated)).toMatchObject({ status: 'fail', value: 6 });
  });

  it('are inconclusive when a log has fewer proof lines than users received replies', () => {
    const deaf = values('route_calculated', (value, _, backend) => (backend === 'fastapi-3' ? 0 : value));
    expect(publish(deaf)).toMatchObject({
      status: 'inconclusive',
      observed: '0 seen',
      evidence: expect.stringContaining('for 20 route_calculated that users received'),
    });
  });

  it('mention more proof lines than replies: other traffic', () => {
    expect(publish(values('route_calculated', (value) => value * 2))).toMatchObject({
      status: 'pass',
      evidence: expect.stringMatching(/\d+ more: other traffic/),
    });
  });

  it('are inconclusive when users received none of the replies that prove the reading', () => {
    expect(
      publish(
        tasks('start_navigation', [1000, 1], { timeout: 1 }).map((event) =>
          event.type === 'load.second' ? { ...event, tasks: {} } : event,
        ),
      ),
    ).toMatchObject({
      status: 'inconclusive',
      evidence: expect.stringContaining('users received no route_calculated'),
    });
  });

  it('are inconclusive when one backend was never read, was last read before the end, or not read for more than three intervals', () => {
    const without = (from: number, to: number) =>
      logs((event) => ({
        ...event,
        samples: event.samples.filter(({ attributes }) => attributes?.backend !== 'fastapi-3' || event.t < from || event.t > to),
      }));
    expect(publish(without(0, Number.POSITIVE_INFINITY))).toMatchObject({
      status: 'inconclusive',
      evidence: 'fastapi-3: its log was never read',
    });
    expect(publish(without(LOAD_END, LOAD_END + 9000))).toMatchObject({
      status: 'inconclusive',
      evidence: expect.stringContaining('before the load ended'),
    });
    expect(publish(without(LOAD_START + 4000, LOAD_START + 8500))).toMatchObject({ status: 'pass' });
    expect(publish(without(LOAD_START + 4000, LOAD_START + 10_500))).toMatchObject({
      status: 'inconclusive',
      evidence: expect.stringContaining('not read for 8 s'),
    });
  });

  it('are inconclusive when the log sampler named a backend in an error during the load, and only then', () => {
    const insert = (...errors: JournalEvent[]) => [...healthyRun(), ...errors].sort((a, b) => a.t - b.t);
    expect(publish(insert(error(LOAD_START + 5000, 'fastapi-2: no such file')))).toMatchObject({
      status: 'inconclusive',
      evidence: expect.stringContaining('fastapi-2: its log could not be read'),
    });
    expect(publish(insert(error(LOAD_START - 5000, 'fastapi-2: no such file')))).toMatchObject({ status: 'pass' });
    expect(publish(insert(error(LOAD_START + 5000, 'fastapi-20: no such file')))).toMatchObject({ status: 'pass' });
  });

  it('pass over a time without readings of which the log sampler knows that nothing is missing, and over its errors in that time', () => {
    const iso = (seconds: number) => new Date(LOAD_START + seconds * 1000).toISOString();
    const continuous = (component: string, detail: string, sampler = 'logs'): JournalEvent => ({
      type: 'target.event',
      t: LOAD_START + 13_000,
      sampler,
      component,
      what: 'log-continuous',
      detail,
    });
    const silent = (...told: JournalEvent[]) => [
      ...logs((event) => ({
        ...event,
        samples: event.samples.filter(
          ({ attributes }) => attributes?.backend !== 'fastapi-3' || event.t < LOAD_START + 4000 || event.t > LOAD_START + 12_500,
        ),
      })),
      error(LOAD_START + 8000, 'fastapi-3: the Docker Engine does not answer'),
      ...told,
    ];
    expect(publish(silent())).toMatchObject({ status: 'inconclusive' });
    expect(publish(silent(continuous('fastapi-3', `${iso(4)}..${iso(12.4)}`)))).toMatchObject({ status: 'pass' });
    expect(publish(silent(continuous('fastapi-3', `${iso(4)}..${iso(6)}`)))).toMatchObject({ status: 'inconclusive' });
    // The errors are within, but the times before are not.
    expect(publish(silent(continuous('fastapi-3', `${iso(11.5)}..${iso(12.4)}`), error(LOAD_START + 2000, 'fastapi-3: x')))).toMatchObject({
      status: 'inconclusive',
    });
    expect(publish(silent(continuous('fastapi-2', `${iso(4)}..${iso(12.4)}`)))).toMatchObject({ status: 'inconclusive' });
    expect(publish(silent(continuous('fastapi-3', `${iso(4)}..${iso(12.4)}`, 'redis')))).toMatchObject({ status: 'inconclusive' });
    expect(publish(silent(continuous('fastapi-3', 'always')))).toMatchObject({ status: 'inconclusive' });
  });

  it('take lines that the log sampler counted and no other', () => {
    const other: JournalEvent = {
      type: 'sample',
      t: LOAD_START + 5000,
      sampler: 'nginx',
      samples: [{ name: 'log.matches', value: 3, attributes: { backend: 'fastapi-1', pattern: 'publish_failed' } }],
    };
    expect(publish([...healthyRun(), other])).toMatchObject({ status: 'pass' });
  });

  it('are inconclusive without a log sampler, without backends, or when nobody counted them', () => {
    const withStart = (rest: Partial<Extract<JournalEvent, { type: 'run.start' }>>) =>
      rewrite(healthyRun(), (event) => (event.type === 'run.start' ? { ...event, ...rest } : event));
    expect(publish(withStart({ samplers: ['redis'] }))).toMatchObject({
      status: 'inconclusive',
      evidence: expect.stringContaining('no log sampler was started'),
    });
    expect(publish(withStart({ backends: [] }))).toMatchObject({
      status: 'inconclusive',
      evidence: expect.stringContaining('no backend is configured'),
    });
    const uncounted = logs((event) => ({
      ...event,
      samples: event.samples.filter(({ attributes }) => attributes?.pattern !== 'publish_failed'),
    }));
    expect(publish(uncounted)).toMatchObject({
      status: 'inconclusive',
      evidence: expect.stringContaining('publish_failed was not counted'),
    });
  });
});
