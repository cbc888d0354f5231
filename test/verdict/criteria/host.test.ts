import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../../src/journal/event.js';
import { judge } from '../../../src/verdict/judge.js';
import { summarize } from '../../../src/verdict/summarize.js';
import { CRITERIA, healthyRun, LOAD_END, LOAD_START, rewrite } from '../journal-builder.js';

/** Datapoints of CPU beginning so many seconds after the load's start, told long after the run. */
function row(points: [seconds: number, value: number][], period: string | undefined, id = 'host_cpu', criteria: object = CRITERIA) {
  const attributes = { instance: 'i-1', ...(period !== undefined && { period }) };
  const samples = points.map(
    ([seconds, value]): JournalEvent => ({
      type: 'sample',
      t: LOAD_START + seconds * 1000,
      sampler: 'cloudwatch',
      intervalMs: 30_000,
      samples: [{ name: 'aws.ec2.cpu.utilization', value, attributes }],
    }),
  );
  const events = rewrite(healthyRun(), (event) =>
    event.type === 'run.start' ? { ...event, samplers: [...event.samplers, 'cloudwatch'], criteria: { ...criteria } } : event,
  );
  const finalize: JournalEvent = { type: 'run.finalize', t: LOAD_END + 900_000, message: 'datapoints' };
  return judge(summarize([...events, ...samples, finalize])).criteria.find((one) => one.id === id);
}

describe('the CPU and memory of the host', () => {
  it('are judged by the datapoints of the periods in which the load lies', () => {
    expect(row([[-30, 0.4]], '60')).toMatchObject({ status: 'pass', value: 0.4, evidence: expect.stringContaining('1 datapoint') });
    expect(
      row(
        [
          [-250, 0.9],
          [50, 0.95],
        ],
        '300',
      ),
    ).toMatchObject({ status: 'warn', critical: true, value: 0.9 });
    // Of periods in which there was no load nothing is taken.
    expect(
      row(
        [
          [-90, 0.99],
          [-30, 0.4],
          [30, 0.99],
        ],
        '60',
      ),
    ).toMatchObject({ status: 'pass', value: 0.4 });
  });

  it('are open until datapoints cover the whole load, and say how to complete the run', () => {
    expect(row([], undefined)).toMatchObject({ status: 'inconclusive', evidence: expect.stringContaining('loadwitness finalize <run>') });
    expect(row([[-50, 0.4]], '60')).toMatchObject({
      status: 'inconclusive',
      value: 0.4,
      evidence: expect.stringContaining('none covers 12:00:20.000 UTC'),
    });
    expect(row([[5, 0.4]], '60')?.evidence).toContain('none covers 12:00:10.000 UTC');
    expect(
      row(
        [
          [-50, 0.4],
          [10, 0.5],
        ],
        '60',
      ),
    ).toMatchObject({ status: 'pass', value: 0.5 });
  });

  it('take the period from the spacing of datapoints where nobody tells it, and the shortest from a single one', () => {
    expect(
      row(
        [
          [-250, 0.4],
          [-550, 0.3],
        ],
        undefined,
      ),
    ).toMatchObject({ status: 'pass', value: 0.4 });
    expect(row([[-250, 0.4]], undefined)).toMatchObject({ status: 'inconclusive' });
    expect(row([[-30, 0.4]], undefined)).toMatchObject({ status: 'pass' });
  });

  it('take the shortest period that shows, and no small shift of the grid for a hole', () => {
    const run = (points: [seconds: number, period: string][]) => {
      const samples = points.map(
        ([seconds, period]): JournalEvent => ({
          type: 'sample',
          t: LOAD_START + seconds * 1000,
          sampler: 'cloudwatch',
          samples: [{ name: 'aws.ec2.cpu.utilization', value: 0.4, attributes: { instance: 'i-1', period } }],
        }),
      );
      const start = rewrite(healthyRun(), (event) =>
        event.type === 'run.start' ? { ...event, samplers: [...event.samplers, 'cloudwatch'] } : event,
      );
      return judge(summarize([...start, ...samples])).criteria.find(({ id }) => id === 'host_cpu')?.status;
    };
    expect(run([[-110, '300']])).toBe('pass');
    // Another one a minute later shows that the first was of a minute, not of the five that were thought.
    expect(
      run([
        [-110, '300'],
        [-50, '60'],
      ]),
    ).toBe('inconclusive');
    expect(
      run([
        [-55, '60'],
        [10, '60'],
      ]),
    ).toBe('pass');
  });

  it('are open each on its own, and absent where they do not apply or nobody asks CloudWatch', () => {
    expect(row([[-30, 0.4]], '60', 'host_memory')).toMatchObject({ status: 'inconclusive' });
    const without = { ...CRITERIA, resources: { ...CRITERIA.resources, backendCpu: null } };
    expect(row([[-30, 0.4]], '60', 'host_cpu', without)).toBeUndefined();
    expect(judge(summarize(healthyRun())).criteria.some(({ id }) => id === 'host_cpu')).toBe(false);
  });

  it('do not make the run last longer by being told late', () => {
    const late: JournalEvent[] = [
      { type: 'run.finalize', t: LOAD_END + 900_000, message: '1 datapoint' },
      { type: 'sampler.error', t: LOAD_END + 900_001, sampler: 'cloudwatch', message: 'throttled' },
    ];
    const result = judge(summarize([...healthyRun(), ...late]));
    expect(result.window.lastEvent).toBe(LOAD_END + 1500);
    expect(result.warnings).toContainEqual({ code: 'finalized', text: 'late data were added after the run: 1 datapoint' });
    expect(result.events.at(-1)).toMatchObject({ type: 'run.finalize' });
  });
});
