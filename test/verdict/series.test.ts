import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../src/journal/event.js';
import { SeriesSet } from '../../src/verdict/accumulate/series.js';
import { judge } from '../../src/verdict/judge.js';
import { summarize } from '../../src/verdict/summarize.js';
import { healthyRun, LOAD_END, LOAD_START, rewrite } from './journal-builder.js';

type Sample = Extract<JournalEvent, { type: 'sample' }>;
const sample = (t: number, value: number, rest: Partial<Sample> = {}, attributes?: Record<string, string>): Sample => ({
  type: 'sample',
  t,
  sampler: 'some',
  samples: [{ name: 'container.pids', value, ...(attributes && { attributes }) }],
  ...rest,
});
function seriesOf(...samples: Sample[]) {
  const set = new SeriesSet(2000);
  for (const one of samples) set.add(one);
  return set.all();
}

describe('a series', () => {
  it('is in the order of time whatever order its readings came in, and holds the last that was told of a time', () => {
    const [series] = seriesOf(sample(6000, 3), sample(2000, 1), sample(4000, 2), sample(2000, 9), sample(16_000, 4));
    expect(series).toMatchObject({ times: [2000, 4000, 6000, 8000, 16_000], values: [9, 2, 3, null, 4] });
  });

  it('is what its readings are by themselves, whichever others are read with them, left out, late or told again', () => {
    const names = ['a', 'b', 'c'];
    const reading = fc.record({
      sampler: fc.constantFrom('redis', 'nginx'),
      t: fc.nat(12),
      names: fc.subarray(names, { minLength: 1 }),
      turned: fc.boolean(),
      value: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 40 }), fc.nat(40), (readings, peek) => {
        const set = new SeriesSet(1000);
        const alone = new Map<string, Map<number, number>>();
        for (const [index, { sampler, t, names: told, turned, value }] of readings.entries()) {
          // What somebody was given before is his own.
          if (index === peek) for (const { times, values } of set.all()) times.push(...values.splice(0).map(() => -1));
          const samples = (turned ? told.toReversed() : told).map((name, at) => ({
            name,
            value: value + at,
            attributes: { x: name, y: '1' },
          }));
          set.add({ type: 'sample', t: t * 1000, sampler, samples });
          for (const one of samples) {
            const key = `${one.name} ${sampler}`;
            alone.set(key, (alone.get(key) ?? new Map<number, number>()).set(t * 1000, one.value));
          }
        }
        const expected = [...alone].map(([key, values]) => {
          const sorted = [...values].sort(([a], [b]) => a - b);
          const points = sorted.flatMap(([t, value], at) => {
            const before = sorted[at - 1]?.[0];
            return before !== undefined && t - before > 2500
              ? [
                  [before + 1000, null],
                  [t, value],
                ]
              : [[t, value]];
          });
          return { key, times: points.map(([t]) => t), values: points.map(([, value]) => value) };
        });
        const found = set.all().map(({ name, sampler, times, values }) => ({ key: `${name} ${sampler}`, times, values }));
        expect(found).toEqual(expected.sort((a, b) => (a.key < b.key ? -1 : 1)));
      }),
    );
  });

  it('has gaps by the interval of its own source', () => {
    const slow = { intervalMs: 10_000 };
    expect(seriesOf(sample(0, 1, slow), sample(20_000, 2, slow))[0]).toMatchObject({ intervalMs: 10_000, values: [1, 2] });
    expect(seriesOf(sample(0, 1, slow), sample(30_000, 2, slow))[0]).toMatchObject({ times: [0, 10_000, 30_000], values: [1, null, 2] });
    const fast = { intervalMs: 500 };
    expect(seriesOf(sample(0, 1, fast), sample(2000, 2, fast))[0]?.values).toEqual([1, null, 2]);
    expect(seriesOf(sample(0, 1, {}, { period: '60' }), sample(60_000, 2, {}, { period: '60' }))[0]?.values).toEqual([1, 2]);
  });
});

describe('the criteria of resources', () => {
  /** The healthy run, its backends as containers that are read every `intervalMs`; `container` names them. */
  const containers = (intervalMs: number, container: (backend: string, t: number) => string | undefined): JournalEvent[] => {
    const events = rewrite(healthyRun(), (event) => (event.type === 'sample' && event.sampler === 'backends' ? undefined : event));
    const count = (LOAD_END - LOAD_START) / intervalMs;
    const readings = Array.from({ length: count }, (_, at) => LOAD_START + at * intervalMs).map(
      (t): Sample => ({
        type: 'sample',
        t,
        sampler: 'containers',
        intervalMs,
        samples: ['fastapi-1', 'fastapi-2', 'fastapi-3'].flatMap((backend) => {
          const id = container(backend, t);
          if (id === undefined) return [];
          return [
            { name: 'container.cpu.quota_utilization', value: 0.5, attributes: { backend, container: id } },
            { name: 'container.cpu.quota_utilization', value: 0.99, attributes: { component: 'redis', container: 'r' } },
          ];
        }),
      }),
    );
    return [...events, ...readings];
  };
  const cpu = (events: JournalEvent[]) => judge(summarize(events)).criteria.find(({ id }) => id === 'backend_cpu');

  it('take containers as they take processes, and no other component for a backend', () => {
    expect(cpu(containers(2000, () => 'a'))).toMatchObject({
      status: 'pass',
      value: 0.5,
      evidence: expect.stringContaining('10 samples of container.cpu.quota_utilization of fastapi-1, the worst of 3 backends'),
    });
  });

  it('measure a container and the one in its place together', () => {
    const replaced = containers(2000, (backend, t) => (backend === 'fastapi-2' && t >= LOAD_START + 10_000 ? 'b' : 'a'));
    expect(cpu(replaced)).toMatchObject({ status: 'pass', evidence: expect.stringContaining('of 3 backends') });
    const gone = containers(2000, (backend, t) => (backend === 'fastapi-2' && t >= LOAD_START + 6000 ? undefined : 'a'));
    expect(cpu(gone)).toMatchObject({
      status: 'inconclusive',
      evidence: expect.stringContaining('fastapi-2: there are data of 22.22 % of the time'),
    });
  });

  it('expect as many samples as the source takes', () => {
    expect(cpu(containers(10_000, () => 'a'))).toMatchObject({ status: 'pass' });
    const sparse = containers(1000, (_, t) => ((t - LOAD_START) % 5000 === 0 ? 'a' : undefined));
    expect(cpu(sparse)).toMatchObject({ status: 'inconclusive' });
  });
});
