import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../src/journal/event.js';
import { judge } from '../../src/verdict/judge.js';
import { NoRunError, summarize } from '../../src/verdict/summarize.js';
import { healthyRun, LOAD_START, rewrite, runStart, second, taskSecond } from './journal-builder.js';

const FIRST = LOAD_START / 1000;
const withSeconds = (...seconds: JournalEvent[]): JournalEvent[] => [runStart(), { type: 'load.start', t: LOAD_START }, ...seconds];

describe('summarize', () => {
  it('refuses a journal that does not say what was tested', () => {
    expect(() => summarize([])).toThrow(NoRunError);
    expect(() => summarize([{ type: 'load.start', t: 1 }])).toThrow(/begins with load.start/);
    expect(() => summarize([runStart(), runStart()])).toThrow(/second run.start/);
  });

  it('adds up the workers of a second, even when one of them writes late', () => {
    const record = (worker: number, at: number, value: number) =>
      second(at, { worker, users: { planned: 5, active: 4, connected: 3 }, tasks: { ping: taskSecond([value, 1]) } });
    const orderly = summarize(withSeconds(...[0, 1, 2].flatMap((at) => [record(0, at, 1000), record(1, at, 3000)])));
    const late = summarize(withSeconds(...[0, 1, 2].map((at) => record(0, at, 1000)), ...[0, 1, 2].map((at) => record(1, at, 3000))));
    expect(orderly.history[1]).toMatchObject({
      second: FIRST + 1,
      users: { planned: 10, active: 8, connected: 6 },
      requests: 2,
      tasks: { ping: { requests: 2, p50Ms: 3, p95Ms: 3 } },
      total: { requests: 4, medianMs: 1, minMs: 1, maxMs: 3, averageMs: 2 },
    });
    expect(late.history).toEqual(orderly.history);
  });

  it('counts a record that comes long after its second in the totals and in its own row', () => {
    const many = Array.from({ length: 20 }, (_, at) => second(at, { tasks: { ping: taskSecond([1000, 1]) } }));
    const { history, aggregated } = summarize(withSeconds(...many, second(2, { worker: 1, tasks: { ping: taskSecond([9000, 1]) } })));
    expect(history[2]).toMatchObject({ second: FIRST + 2, requests: 2, users: { active: 12 }, tasks: { ping: { requests: 2, p95Ms: 9 } } });
    expect(history.at(-1)?.total.requests).toBe(21);
    expect(aggregated.requests).toBe(21);
  });

  it('tells of each second the slowest requests, those from the intended send, and the drops by their code', () => {
    const slow = { latency: [1000, 98, 20_000, 2], intended: [1000, 90, 50_000, 10] };
    const tasks = { ping: taskSecond([], { requests: 100, ...slow }) };
    const drops = (worker: number, counts: Record<string, number>) => second(0, { worker, tasks, drops: counts });
    const { history } = summarize(
      withSeconds(drops(0, { 'close 1006': 2, 'close 1011': 0 }), drops(1, { 'close 1006': 1, 'close 1001': 4 })),
    );
    expect(history[0]).toMatchObject({ drops: 7, tasks: { ping: { p95Ms: 1, p99Ms: 20, intendedP95Ms: 50 } } });
    expect(history[0]?.dropsBy).toEqual({ 'close 1006': 3, 'close 1001': 4 });
  });

  it('counts the users of a worker once in a second of which it wrote two records', () => {
    const twice = [second(0), second(0, { users: { planned: 0, active: 0, connected: 0 } }), second(0, { worker: 1 })];
    expect(summarize(withSeconds(...twice)).history.map(({ users }) => users)).toEqual([{ planned: 12, active: 12, connected: 12 }]);
  });

  it('takes no least latency from a second with nothing but a late reply', () => {
    const only = second(1, { tasks: { ping: taskSecond([], { late: 1 }) } });
    const { load } = summarize(withSeconds(second(0, { tasks: { ping: taskSecond([700, 2]) } }), only));
    expect(load.tasks.get('ping')).toMatchObject({ min: 700, max: 700, late: 1, requests: 2 });
  });

  it('lists dropped sockets among the failures of the connection', () => {
    const dropped = rewrite(healthyRun(), (event) =>
      event.type === 'load.second' && event.second >= FIRST + 18 ? { ...event, drops: { 'close 1006': 2 } } : event,
    );
    const result = judge(summarize(dropped));
    expect(result.failures).toEqual([{ task: 'connection', kind: 'close 1006', occurrences: 4, first: FIRST + 18, last: FIRST + 19 }]);
    expect(result.criteria.find(({ id }) => id === 'error_rate')).toMatchObject({
      status: 'fail',
      evidence: '0 of 106 requests failed, and 4 dropped connections',
    });
  });

  it('keeps labels such as __proto__ and constructor as labels', () => {
    const pushes = JSON.parse('{"__proto__": 2, "constructor": 1}') as Record<string, number>;
    const { load } = summarize(withSeconds(second(0, { pushes }), second(1, { pushes })));
    expect(JSON.stringify(load.pushes.toRecord())).toBe('{"__proto__":4,"constructor":2}');
  });

  it('adds up the steps of handshakes and the times to reconnect, in the order in which they happen', () => {
    const timings = { reconnect: [900_096, 1], 'handshake.upgrade': [1500, 3], 'handshake.tcp': [200, 1, 300, 2] };
    const result = judge(summarize(withSeconds(second(0, { timings }), second(1, { timings: { 'handshake.tcp': [400, 1] } }))));
    expect(result.timings).toMatchObject([
      { name: 'handshake.tcp', count: 4, latency: { '50%': 0.3, '100%': 0.4 } },
      { name: 'handshake.upgrade', count: 3, latency: { '95%': 1.5 } },
      { name: 'reconnect', count: 1, latency: { '50%': 900.096 } },
    ]);
    expect(judge(summarize(healthyRun())).timings).toEqual([]);
  });

  it('marks a missing reading with a gap after two and a half intervals, not before', () => {
    const sample = (t: number, value: number): JournalEvent => ({
      type: 'sample',
      t,
      sampler: 'redis',
      samples: [{ name: 'redis.clients.connected', value }],
    });
    const { series } = summarize([runStart(), sample(LOAD_START, 7), sample(LOAD_START + 5000, 8), sample(LOAD_START + 10_001, 9)]);
    expect(series).toEqual([
      {
        sampler: 'redis',
        name: 'redis.clients.connected',
        attributes: {},
        unit: '{count}',
        intervalMs: 2000,
        times: [LOAD_START, LOAD_START + 5000, LOAD_START + 7000, LOAD_START + 10_001],
        values: [7, 8, null, 9],
      },
    ]);
  });

  it('counts equal errors of a sampler together', () => {
    const error = (t: number, message: string): JournalEvent => ({ type: 'sampler.error', t, sampler: 'redis', message });
    const { samplerErrors } = summarize([runStart(), error(1, 'refused'), error(5, 'refused'), error(3, 'timeout')]);
    expect(samplerErrors).toEqual([
      { sampler: 'redis', message: 'refused', occurrences: 2, first: 1, last: 5 },
      { sampler: 'redis', message: 'timeout', occurrences: 1, first: 3, last: 3 },
    ]);
  });
});
