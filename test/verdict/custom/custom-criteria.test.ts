import { describe, expect, it } from 'vitest';
import type { CustomCriterion } from '../../../src/config/config.js';
import type { JournalEvent, LoadSecond } from '../../../src/journal/event.js';
import { judge } from '../../../src/verdict/judge.js';
import { summarize } from '../../../src/verdict/summarize.js';
import { CRITERIA, canaryRun, healthyRun, LOAD_START, rewrite, taskSecond } from '../journal-builder.js';

const criterion = (rest: Partial<CustomCriterion>): CustomCriterion => ({
  id: 'mine',
  title: 'Mine',
  metric: 'load.latency',
  attributes: {},
  statistic: 'p95',
  over: 'run',
  must: 'be_below',
  limit: 100,
  critical: null,
  required: true,
  ...rest,
});

function judged(rest: Partial<CustomCriterion>, events = healthyRun()) {
  const custom = [criterion(rest)];
  const changed = rewrite(events, (event) =>
    event.type === 'run.start' ? { ...event, criteria: { ...CRITERIA, custom, from: { mine: 'file criteria[0]' } } } : event,
  );
  return judge(summarize(changed));
}
const row = (rest: Partial<CustomCriterion>, events?: JournalEvent[]) => judged(rest, events).criteria.find(({ id }) => id === 'mine');

const seconds = (change: (event: LoadSecond, at: number) => LoadSecond): JournalEvent[] =>
  rewrite(healthyRun(), (event) => (event.type === 'load.second' ? change(event, event.second - LOAD_START / 1000) : event));
const slowFrom = (from: number, to: number) =>
  seconds((event, at) =>
    at >= from && at < to ? { ...event, tasks: { ...event.tasks, location_update: taskSecond([400_000, 4]) } } : event,
  );

describe('a criterion of any metric', () => {
  it.each<[string, Partial<CustomCriterion>, string, string]>([
    ['a latency of a task', { attributes: { task: 'start_navigation' }, statistic: 'p99' }, 'pass', '41.2 ms'],
    ['the mean of all latencies', { statistic: 'mean' }, 'pass', '9.14 ms'],
    ['the intended latency', { metric: 'load.intended_latency', statistic: 'max', limit: 41 }, 'fail', '41.2 ms'],
    ['requests each second', { metric: 'load.requests', statistic: 'rate', must: 'be_above', limit: 5 }, 'pass', '5.3/s'],
    [
      'requests of a task',
      { metric: 'load.requests', attributes: { task: 'location_update' }, statistic: 'increase', limit: 81 },
      'pass',
      '80',
    ],
    ['the error rate', { metric: 'load.error_rate', statistic: 'mean', limit: 0 }, 'pass', '0 %'],
    ['the users', { metric: 'load.users.connected', statistic: 'min', must: 'be_above', limit: 5 }, 'pass', '6'],
    ['drops', { metric: 'load.drops', statistic: 'increase', limit: 0 }, 'pass', '0'],
    ['the generator', { metric: 'load.generator.lag', statistic: 'max', limit: 1 }, 'pass', '0 ms'],
    ['a sampled level', { metric: 'redis.clients.connected', statistic: 'max', limit: 8 }, 'fail', '8'],
    ['memory', { metric: 'redis.memory.used', statistic: 'max', limit: 2 ** 21 }, 'pass', '2 MiB'],
    ['CPU of the worst backend', { metric: 'process.cpu.utilization', statistic: 'max', limit: 0.19 }, 'fail', '21 %'],
    ['a counter', { metric: 'log.matches', attributes: { pattern: 'publish_failed' }, statistic: 'increase', limit: 0 }, 'pass', '0'],
  ])('judges %s', (_, rest, status, observed) => {
    const found = row(rest);
    expect(found).toMatchObject({ status, observed, scope: 'run', thresholdFrom: 'file criteria[0]', title: 'Mine' });
    expect(found?.samples).toBeGreaterThanOrEqual(found?.minSamples ?? 0);
  });

  it('is required unless it says otherwise: then it warns, and can be critical', () => {
    const memory = { metric: 'redis.clients.connected', statistic: 'max' } as const;
    expect(judged({ ...memory, limit: 5 })).toMatchObject({
      verdict: 'FAIL',
      reasons: [{ code: 'mine', cause: 'beyond_limit', text: expect.stringContaining('Mine is 8, must be < 5') }],
    });
    const range = { ...memory, required: false, critical: 10 };
    expect(judged({ ...range, limit: 5 }).verdict).toBe('PASS');
    expect(row({ ...range, limit: 5 })).toMatchObject({
      status: 'warn',
      critical: false,
      code: 'beyond_warning',
      threshold: '≤ 5 (critical > 10)',
    });
    expect(row({ ...range, limit: 5, critical: 7 })).toMatchObject({ status: 'warn', critical: true, code: 'beyond_critical' });
    expect(row({ ...range, limit: 8 })).toMatchObject({ status: 'pass' });
    expect(row({ ...range, must: 'be_above', limit: 9, critical: 4 })).toMatchObject({ status: 'warn', critical: false });
  });

  it('is open with too little to judge it by, and never missing', () => {
    expect(row({ metric: 'redis.keys.evicted', statistic: 'increase' })).toMatchObject({ status: 'inconclusive', code: 'no_data' });
    expect(row({ attributes: { task: 'ping' } })).toMatchObject({ status: 'inconclusive', code: 'no_data' });
    const few = healthyRun().filter((event) => event.type !== 'sample' || event.t < LOAD_START + 2000);
    expect(row({ metric: 'redis.clients.connected', statistic: 'max' }, few)).toMatchObject({
      code: 'too_few_samples',
      samples: 1,
      minSamples: 3,
    });
    const half = healthyRun().filter((event) => event.type !== 'sample' || event.t < LOAD_START + 9000);
    expect(row({ metric: 'redis.clients.connected', statistic: 'max' }, half)).toMatchObject({ code: 'coverage', minCoverage: 0.8 });
    expect(row({ metric: 'redis.clients.connected', statistic: 'max', limit: 5 }, half)).toMatchObject({ status: 'fail' });
    expect(row({ metric: 'load.gone' })).toMatchObject({ status: 'inconclusive', code: 'no_rule', required: true });
    expect(row({ limit: Number.NaN })).toMatchObject({ status: 'inconclusive', code: 'no_rule' });
  });

  it('is open where the generator could have made it, and not where it only counts what was seen', () => {
    const busy = seconds((event) => ({ ...event, generator: { ...event.generator, lagMs: 500 } }));
    expect(row({}, busy)).toMatchObject({ status: 'inconclusive', code: 'generator_saturated' });
    expect(row({ metric: 'load.error_rate', statistic: 'mean', limit: 0.01 }, busy)).toMatchObject({ status: 'pass' });
  });

  it('needs each backend where a metric is each backend’s own', () => {
    const blind = rewrite(healthyRun(), (event) =>
      event.type === 'sample'
        ? { ...event, samples: event.samples.filter(({ attributes }) => attributes?.backend !== 'fastapi-2') }
        : event,
    );
    const cpu = { metric: 'process.cpu.utilization', statistic: 'max', limit: 0.9 } as const;
    expect(row(cpu, blind)).toMatchObject({
      status: 'inconclusive',
      code: 'no_data',
      evidence: expect.stringContaining('no samples of fastapi-2'),
    });
    expect(row({ ...cpu, attributes: { backend: 'fastapi-1' } }, blind)).toMatchObject({ status: 'pass' });
  });

  it('can be of canaries, those before and after the load too', () => {
    const lost = canaryRun((event) => (event.second === LOAD_START / 1000 + 21 ? { ...event, received: 9, lost: 1 } : event));
    expect(row({ metric: 'canary.lost', statistic: 'increase', limit: 0 }, lost)).toMatchObject({
      status: 'fail',
      value: 1,
      source: 'canaries',
    });
    expect(row({ metric: 'canary.latency', statistic: 'p99', limit: 1 }, canaryRun())).toMatchObject({
      status: 'pass',
      observed: '0.8 ms',
    });
  });
});

describe('a criterion over a sliding window', () => {
  const over = { windowSeconds: 5 };

  it('names the worst window and when it was, of latencies', () => {
    const found = row({ over, statistic: 'p50', limit: 300, attributes: { task: 'location_update' } }, slowFrom(10, 14));
    expect(found).toMatchObject({
      status: 'fail',
      value: 400,
      scope: 'window of 5 s',
      window: { from: LOAD_START + 8000, to: LOAD_START + 13_000 },
      evidence: expect.stringMatching(/the worst of 16 windows of 5 s$/),
    });
    expect(row({ statistic: 'p50', limit: 300, attributes: { task: 'location_update' } }, slowFrom(10, 14))).toMatchObject({
      status: 'pass',
    });
  });

  it('names it of counts, shares, levels and readings', () => {
    const failing = seconds((event, at) => (at === 9 ? { ...event, drops: { 'close 1006': 6 } } : event));
    expect(row({ over, metric: 'load.drops', statistic: 'increase', limit: 6 }, failing)).toMatchObject({
      status: 'fail',
      value: 6,
      window: { from: LOAD_START + 5000, to: LOAD_START + 10_000 },
    });
    expect(row({ over, metric: 'load.error_rate', statistic: 'mean', limit: 0.1 }, failing)).toMatchObject({
      status: 'fail',
      value: 6 / 31,
    });
    expect(row({ metric: 'load.error_rate', statistic: 'mean', limit: 0.1 }, failing)).toMatchObject({ status: 'pass' });
    const clients = row({ over: { windowSeconds: 8 }, metric: 'redis.clients.connected', statistic: 'mean', limit: 9 });
    expect(clients).toMatchObject({ status: 'pass', value: 8, evidence: expect.stringContaining('windows of 8 s') });
  });

  it('is open when the load is shorter than it, or no window holds enough', () => {
    expect(row({ over: { windowSeconds: 60 } })).toMatchObject({ status: 'inconclusive', code: 'too_short' });
    expect(row({ over: { windowSeconds: 60 }, metric: 'load.drops', statistic: 'increase' })).toMatchObject({ code: 'too_short' });
    const rare = { over: { windowSeconds: 2 }, attributes: { task: 'start_navigation' } };
    expect(row(rare)).toMatchObject({ status: 'inconclusive', code: 'too_few_samples' });
  });

  it('takes records of several workers that come late', () => {
    const events = slowFrom(10, 14);
    const twice = events.flatMap((event): JournalEvent[] => (event.type === 'load.second' ? [event, { ...event, worker: 1 }] : [event]));
    const late = [...twice].sort(
      (a, b) =>
        a.t + (a.type === 'load.second' && a.worker === 1 ? 3000 : 0) - b.t - (b.type === 'load.second' && b.worker === 1 ? 3000 : 0),
    );
    const rest = { over, statistic: 'p50' as const, attributes: { task: 'location_update' } };
    expect(row(rest, late)).toEqual(row(rest, twice));
  });
});

describe('a criterion over each stage', () => {
  const rest = { over: 'stage', attributes: { task: 'location_update' } } as const;

  it('is a row of each stage, and the worst of them is the run’s', () => {
    const result = judged(rest, slowFrom(8, 20));
    const rows = result.stages.map(({ status, criteria }) => [status, criteria.find(({ id }) => id === 'mine')?.scope]);
    expect(rows).toEqual([
      ['pass', 'stage ramp'],
      ['fail', 'stage hold'],
    ]);
    expect(result.criteria.find(({ id }) => id === 'mine')).toMatchObject({ status: 'fail', scope: 'stage hold', value: 400 });
    expect(result.stages[1]?.reasons).toContain('Mine is 400 ms, must be < 100 ms');
    expect(result.highestStep).toMatchObject({ name: 'ramp' });
  });

  it('is judged within the stage alone, whatever it is made of', () => {
    const users = row({ over: 'stage', metric: 'load.users.connected', statistic: 'min', must: 'be_above', limit: 5 });
    expect(users).toMatchObject({ status: 'pass', value: 6 });
    const redis = judged({ over: 'stage', metric: 'redis.clients.connected', statistic: 'last', limit: 20 }).stages.map(({ criteria }) =>
      criteria.find(({ id }) => id === 'mine'),
    );
    expect(redis.map((one) => [one?.status, one?.samples])).toEqual([
      ['pass', 2],
      ['pass', 7],
    ]);
  });

  it('is open without stages', () => {
    const watch = rewrite(healthyRun(), (event) => (event.type === 'run.start' ? { ...event, stages: [], mode: 'watch' } : event));
    expect(row(rest, watch)).toMatchObject({ status: 'inconclusive', code: 'no_data' });
  });
});
