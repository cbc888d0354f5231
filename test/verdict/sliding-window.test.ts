import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalEvent, LoadSecond } from '../../src/journal/event.js';
import { loadCriteria } from '../../src/verdict/criteria/index.js';
import { SlidingWindow } from '../../src/verdict/sliding-window.js';
import { summarize } from '../../src/verdict/summarize.js';
import { LOAD_START, runStart, samplesAt, second, taskSecond } from './journal-builder.js';

const start = runStart() as Extract<JournalEvent, { type: 'run.start' }>;

/** A window cannot tell values of one bucket apart, and a journal holds but one for each. */
const bucketed = (value: number): number => {
  const width = 2 ** Math.max(0, Math.floor(Math.log2(value)) - 10);
  return Math.floor(value / width) * width;
};

const record = fc
  .record({
    latency: fc.integer({ min: 500, max: 900_000 }).map(bucketed),
    requests: fc.integer({ min: 1, max: 20 }),
    failed: fc.boolean(),
    own: fc.integer({ min: 0, max: 2 }),
    drops: fc.integer({ min: 0, max: 2 }),
    lagMs: fc.constantFrom(0, 150),
  })
  .map(({ latency, requests, failed, own, drops, lagMs }) => ({
    tasks: {
      connect: taskSecond([latency, own + 1], { failures: own > 0 ? { 'generator EMFILE': own } : {} }),
      location_update: taskSecond([latency, requests], { failures: failed ? { timeout: 1 } : {} }),
    },
    drops: { 'close 1006': drops },
    generator: { loopDelayMs: 1, utilization: 0.1, gcMs: 0, lagMs },
  }));

describe('a sliding window', () => {
  it('is judged as a run that had nothing but its seconds', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 12 }), (records, seconds) => {
        const window = new SlidingWindow(start, { seconds, samples: false });
        const events: LoadSecond[] = records.map((rest, at) => second(at, rest));
        for (const event of events) window.add(event);
        const fresh = summarize([start, { type: 'load.start', t: LOAD_START }, ...events.slice(-seconds)]);
        const rows = window.rows();
        // What was judged is called another name, and it reaches back to seconds of which there is nothing.
        const measured = rows[0]?.window ?? null;
        expect(rows).toEqual(loadCriteria.flatMap((criterion) => criterion({ ...fresh, scope: `last ${seconds} s`, measured })));
      }),
    );
  });

  it('adds up the workers of a second, and forgets a record that comes when its second has left', () => {
    const window = new SlidingWindow(start, { seconds: 3, samples: false });
    const ping = (at: number, worker: number) => second(at, { worker, tasks: { location_update: taskSecond([1000, 5]) } });
    for (let at = 0; at < 10; at++) for (const worker of [0, 1]) window.add(ping(at, worker));
    window.add(ping(2, 2));
    expect(window.newest).toBe(LOAD_START / 1000 + 9);
    expect(window.rows().find(({ id }) => id === 'error_rate')).toMatchObject({ evidence: '0 of 30 requests failed' });
  });

  it('counts log lines from its own beginning on, and judges samples only when it is asked to', () => {
    const judged = (samples: boolean, failedFrom: number) => {
      const window = new SlidingWindow(start, { seconds: 10, samples });
      for (let at = 0; at < 40; at++) {
        window.add(second(at));
        if (at % 2 === 0) for (const event of samplesAt(LOAD_START + (at + 1) * 1000, at, at >= failedFrom ? 2 : 0)) window.add(event);
      }
      return window.rows();
    };
    expect(judged(true, 34).find(({ id }) => id === 'publish_failures')).toMatchObject({ status: 'fail', value: 2 });
    expect(judged(true, 10).find(({ id }) => id === 'publish_failures')).toMatchObject({ status: 'inconclusive', value: 0 });
    expect(judged(true, 10).find(({ id }) => id === 'redis_clients')).toMatchObject({ status: 'pass', value: 8 });
    expect(judged(false, 34).map(({ id }) => id)).not.toContain('publish_failures');
  });
});
