import { describe, expect, it } from 'vitest';
import type { JournalEvent, LoadSecond } from '../../../src/journal/event.js';
import { judge } from '../../../src/verdict/judge.js';
import { summarize } from '../../../src/verdict/summarize.js';
import { BACKENDS, CRITERIA, healthyRun, LOAD_START, rewrite } from '../journal-builder.js';

const RANGES = {
  backendSpread: { warning: 0.15, critical: 0.3 },
  drops: { warning: 0.01, critical: 0.05 },
  reconnectMs: { warning: 5000, critical: 30_000 },
};
const FROM = { drops: 'profile kindmap', reconnects: 'file success_criteria.reconnect_time', backend_spread: 'profile kindmap' };

type Start = Extract<JournalEvent, { type: 'run.start' }>;

function row(id: string, events: JournalEvent[], rest: Partial<Start> = {}) {
  const criteria = { ...CRITERIA, resources: { ...CRITERIA.resources, ...RANGES }, from: FROM };
  const changed = rewrite(events, (event) => (event.type === 'run.start' ? { ...event, criteria, ...rest } : event));
  return judge(summarize(changed)).criteria.find((one) => one.id === id);
}

/** The healthy run in which each backend has so many connections from a time on. */
function spread(...counts: (number | undefined)[]): JournalEvent[] {
  return rewrite(healthyRun(), (event) =>
    event.type !== 'sample'
      ? event
      : {
          ...event,
          samples: event.samples.flatMap((one) => {
            if (one.name !== 'backend.connections') return [one];
            const value = counts[BACKENDS.indexOf(one.attributes?.backend ?? '')];
            return value === undefined ? [] : [{ ...one, value }];
          }),
        },
  );
}

const seconds = (change: (event: LoadSecond, at: number) => LoadSecond): JournalEvent[] =>
  rewrite(healthyRun(), (event) => (event.type === 'load.second' ? change(event, event.second - LOAD_START / 1000) : event));

describe('the spread over the backends', () => {
  it.each([
    ['as even as it was meant to be', [333, 333, 334], 'pass', 'held', false],
    ['within 15 % of the mean', [290, 333, 380], 'pass', 'held', false],
    ['more than 15 % away', [270, 333, 397], 'warn', 'beyond_warning', false],
    ['more than 30 % away', [100, 400, 500], 'warn', 'beyond_critical', true],
    ['all on one backend', [0, 120, 0], 'warn', 'beyond_critical', true],
    ['as even as four connections can be', [1, 1, 2], 'pass', 'held', false],
    ['so few that it can be chance', [5, 4, 1], 'inconclusive', 'too_few_samples', false],
    ['without a connection', [0, 0, 0], 'inconclusive', 'no_data', false],
    ['with a backend that nobody read', [100, 100, undefined], 'inconclusive', 'no_data', false],
  ] as const)('%s', (_, counts, status, code, critical) => {
    expect(row('backend_spread', spread(...counts))).toMatchObject({ status, code, critical, required: false });
  });

  it('is that of the steady time, and says so', () => {
    const found = row('backend_spread', spread(100, 110, 90));
    expect(found).toMatchObject({
      value: expect.closeTo(0.1, 9),
      limit: 0.15,
      window: { from: LOAD_START + 2000, to: LOAD_START + 20_000 },
      source: 'backend.connections of backends',
      thresholdFrom: 'profile kindmap',
      coverage: 1,
      evidence: 'fastapi-1 100, fastapi-2 110, fastapi-3 90 connections on average, of 3 replicas',
    });
  });

  it('of one backend is nothing to be judged, unless there are others', () => {
    const one = { backends: ['fastapi-1'] };
    const alone = spread(100, undefined, undefined);
    expect(row('backend_spread', alone, { ...one, replicas: 1 })).toMatchObject({ status: 'pass', observed: 'one backend' });
    expect(row('backend_spread', alone, { ...one, replicas: 3 })).toMatchObject({ status: 'inconclusive', code: 'no_data' });
    expect(row('backend_spread', alone, { ...one, replicas: 0 })).toMatchObject({
      status: 'inconclusive',
      evidence: expect.stringContaining('how many there are is not known'),
    });
    expect(row('backend_spread', spread(100, 100, 100), { replicas: 0 })).toMatchObject({
      status: 'pass',
      evidence: expect.stringContaining('nobody said how many there are'),
    });
  });

  it('has no row in a journal from before it was judged, nor where it does not apply', () => {
    const old = judge(summarize(healthyRun())).criteria.map(({ id }) => id);
    for (const id of ['backend_spread', 'drops', 'reconnects']) expect(old).not.toContain(id);
    expect(
      row(
        'backend_spread',
        healthyRun().filter(({ type }) => type !== 'sample'),
        { backends: [] },
      ),
    ).toBeUndefined();
  });
});

describe('drops', () => {
  const dropped = (count: number, made = 100) =>
    seconds((event, at) => ({
      ...event,
      drops: at === 5 && count > 0 ? { 'close 1006': count } : {},
      tasks: { ...event.tasks, ...(event.tasks.connect && { connect: { ...event.tasks.connect, requests: made } }) },
    }));

  it.each([
    [0, 'pass', 'held'],
    [1, 'pass', 'held'],
    [2, 'warn', 'beyond_warning'],
    [6, 'warn', 'beyond_critical'],
  ] as const)('of %d of 100 connections: %s', (count, status, code) => {
    expect(row('drops', dropped(count))).toMatchObject({ status, code, samples: 100, source: 'load', thresholdFrom: 'profile kindmap' });
  });

  it('are not proven by fewer than five connections', () => {
    expect(row('drops', dropped(0, 4))).toMatchObject({ status: 'inconclusive', code: 'too_few_samples', samples: 4, minSamples: 5 });
  });
});

describe('reconnects', () => {
  const run = (drops: number, pairs: number[]) =>
    seconds((event, at) =>
      at === 5
        ? { ...event, drops: drops > 0 ? { 'close 1006': drops } : {}, timings: pairs.length > 0 ? { reconnect: pairs } : {} }
        : event,
    );

  it.each([
    ['nobody had to', 0, [], 'pass', 'held', 'none'],
    ['all were soon back', 4, [1_000_000, 4], 'pass', 'held', '1000 ms'],
    ['the slowest took 8 s', 4, [1_000_000, 3, 8_003_584, 1], 'warn', 'beyond_warning', '8004 ms'],
    ['the slowest took 40 s', 4, [1_000_000, 3, 40_009_728, 1], 'warn', 'beyond_critical', '40010 ms'],
    ['one of four never came back', 4, [1_000_000, 3], 'warn', 'beyond_critical', 'not back'],
    ['one of forty never came back', 40, [1_000_000, 39], 'pass', 'held', '1000 ms'],
    ['nobody came back', 4, [], 'warn', 'beyond_critical', 'not back'],
  ] as const)('%s', (_, drops, pairs, status, code, observed) => {
    expect(row('reconnects', run(drops, [...pairs]))).toMatchObject({
      status,
      code,
      observed,
      thresholdFrom: 'file success_criteria.reconnect_time',
    });
  });
});

describe('the health of the generator', () => {
  it('is a required row of its own, which leaves open and does not fail', () => {
    expect(row('generator_health', healthyRun())).toMatchObject({
      status: 'pass',
      required: true,
      value: 0,
      limit: 0.05,
      thresholdFrom: 'built in',
    });
    const busy = seconds((event) => ({ ...event, generator: { ...event.generator, utilization: 0.95 } }));
    expect(row('generator_health', busy)).toMatchObject({ status: 'inconclusive', code: 'generator_saturated', value: 1 });
    const { verdict, reasons } = judge(summarize(busy));
    expect(verdict).toBe('INCONCLUSIVE');
    expect(reasons.map(({ code }) => code)).not.toContain('generator_health');
    expect(reasons[0]?.code).toBe('generator_saturated');
  });

  it('is not known of another tool, and nobody asks for it where no load is sent', () => {
    expect(row('generator_health', healthyRun(), { mode: 'external' })).toMatchObject({ required: false, code: 'not_watched' });
    expect(row('generator_health', healthyRun(), { mode: 'watch' })).toBeUndefined();
  });
});
