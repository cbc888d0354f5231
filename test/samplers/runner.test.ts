import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NewEvent } from '../../src/journal/event.js';
import { startSamplers } from '../../src/samplers/runner.js';
import type { EvidenceFile, Reading, Sampler } from '../../src/samplers/sampler.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const reading: Reading = { name: 'redis.uptime', value: 1 };

/** Starts the samplers; `events` gets a line for each event, with its time in ms since the start. */
function run(samplers: Sampler[], intervalMs = 2_000, deadlineMs?: number) {
  const events: string[] = [];
  const begin = Date.now();
  const emit = (event: NewEvent) => {
    const at = Date.now() - begin;
    if (event.type === 'sample') events.push(`${at} ${event.sampler} ${event.samples.map(({ value }) => value).join()}`);
    if (event.type === 'sampler.error') events.push(`${at} ${event.sampler} error: ${event.message}`);
  };
  return {
    events,
    ...startSamplers({ samplers, intervalMs, emit, save: async () => undefined, ...(deadlineMs !== undefined && { deadlineMs }) }),
  };
}

/** A sampler that takes `takes(n)` ms for its n-th reading. */
function slow(id: string, takes: (number: number) => number, onAbort = true): Sampler {
  let number = 0;
  return {
    id,
    async sample({ signal }) {
      const value = number;
      number += 1;
      await new Promise<void>((resolve, reject) => {
        setTimeout(resolve, takes(value));
        if (onAbort) signal.addEventListener('abort', () => reject(signal.reason));
      });
      return [{ name: 'redis.uptime', value }];
    },
  };
}

const never = () => new Promise<never>(() => {});

describe('startSamplers', () => {
  it('reads at once, then on a grid that does not drift, and once more at the end', async () => {
    const { events, stop } = run([slow('a', () => 300)]);
    await vi.advanceTimersByTimeAsync(5_000);
    const stopped = stop();
    await vi.advanceTimersByTimeAsync(300);
    await stopped;
    expect(events).toEqual(['300 a 0', '2300 a 1', '4300 a 2', '5300 a 3']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(events).toHaveLength(4);
  });

  it('keeps going when a sampler throws, and never writes a zero for it', async () => {
    let number = 0;
    const flaky: Sampler = {
      id: 'flaky',
      sample: () => {
        number += 1;
        if (number % 2 === 0) throw new Error('gone', { cause: new Error('ECONNREFUSED') });
        return Promise.resolve([reading]);
      },
    };
    const { events, stop } = run([flaky, slow('other', () => 1)]);
    await vi.advanceTimersByTimeAsync(4_010);
    void stop();
    expect(events.filter((event) => event.includes('flaky'))).toEqual([
      '0 flaky 1',
      '2000 flaky error: the reading failed: gone: ECONNREFUSED',
      '4000 flaky 1',
    ]);
    expect(events.filter((event) => event.includes('other'))).toHaveLength(3);
  });

  it('gives a reading up at its deadline and goes on with the next', async () => {
    const { events } = run([slow('a', (number) => (number === 1 ? 60_000 : 10))]);
    await vi.advanceTimersByTimeAsync(6_020);
    expect(events).toEqual(['10 a 0', '4000 a error: the reading was given up after 2000 ms', '4010 a 2', '6010 a 3']);
  });

  it('never lets two readings of a sampler overlap, and no sampler wait for another', async () => {
    const { events } = run([slow('deaf', (number) => (number === 0 ? 5_000 : 10), false), slow('b', () => 10)]);
    await vi.advanceTimersByTimeAsync(6_020);
    expect(events.filter((event) => event.includes('deaf'))).toEqual([
      '2000 deaf error: the reading was left out: the call before still runs',
      '2000 deaf error: the reading was given up after 2000 ms',
      '4000 deaf error: the reading was left out: the call before still runs',
      '6010 deaf 1',
    ]);
    expect(events.filter((event) => event.includes(' b '))).toEqual(['10 b 0', '2010 b 1', '4010 b 2', '6010 b 3']);
  });

  it('gives a reading at least a second', async () => {
    const { events } = run([slow('a', () => 900)], 200);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(events).toContain('900 a 0');
    expect(events.filter((event) => event.includes('left out'))).toHaveLength(4);
  });

  it('starts a sampler again at each turn until it can', async () => {
    let starts = 0;
    const late: Sampler = {
      id: 'late',
      start: async () => {
        starts += 1;
        if (starts < 3) throw new Error('not yet');
      },
      sample: async () => [reading],
    };
    const { events, started } = run([late]);
    await started;
    expect(events).toEqual(['0 late error: the start failed: not yet']);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(events).toEqual([
      '0 late error: the start failed: not yet',
      '2000 late error: the start failed: not yet',
      '4000 late 1',
      '6000 late 1',
    ]);
    expect(starts).toBe(3);
  });

  it('is started when every sampler has tried, also when one hangs', async () => {
    const { events, started } = run([{ id: 'hangs', start: never, sample: never }, slow('b', () => 10)]);
    const onStarted = vi.fn();
    void started.then(onStarted);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(onStarted).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(onStarted).toHaveBeenCalled();
    expect(events).toContain('2000 hangs error: the start was given up after 2000 ms');
    expect(events).toContain('10 b 0');
  });

  it('ends although every call hangs', async () => {
    const { events, stop } = run([{ id: 'hangs', sample: never, stop: never }], 2_000, 1_000);
    await vi.advanceTimersByTimeAsync(500);
    const stopped = stop();
    expect(stop()).toBe(stopped);
    await vi.advanceTimersByTimeAsync(5_000);
    await stopped;
    expect(events).toEqual([
      '1000 hangs error: the reading was given up after 1000 ms',
      '1000 hangs error: the last reading was left out: the call before still runs',
      '2000 hangs error: the stop was given up after 1000 ms',
    ]);
  });

  it('stops every sampler, also one that could not start', async () => {
    const stops: string[] = [];
    const make = (id: string, start: () => Promise<void>): Sampler => ({
      id,
      start,
      sample: async () => [reading],
      stop: async () => void stops.push(id),
    });
    const { events, started, stop } = run([make('good', async () => {}), make('bad', () => Promise.reject(new Error('no')))]);
    await started;
    await stop();
    expect(stops.sort()).toEqual(['bad', 'good']);
    expect(events.filter((event) => event.includes('bad'))).toEqual(['0 bad error: the start failed: no']);
  });

  it('gives both the readings and the problems of one turn, and leaves out what is no number', async () => {
    const partial: Sampler = {
      id: 'partial',
      async sample({ problem }) {
        problem('fastapi-2: there is no process 7');
        return [reading, { name: 'backend.connections', value: Number.NaN, attributes: { backend: 'x' } }];
      },
    };
    const { events, started } = run([partial]);
    await started;
    await vi.advanceTimersByTimeAsync(0);
    expect(events).toEqual([
      '0 partial error: fastapi-2: there is no process 7',
      '0 partial error: backend.connections (x) is not a number',
      '0 partial 1',
    ]);
  });

  it('says what the components are and takes the snapshots around the readings, however long they take', async () => {
    const seen: NewEvent[] = [];
    const saved: string[] = [];
    const sampler: Sampler = {
      id: 'a',
      sample: async () => [reading],
      identify: async () => [{ name: 'backend-1', role: 'backend', source: 'process', id: '7@1' }],
      async snapshot(when) {
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        return [
          { path: `a/${when}.json`, content: when, status: 'ok' },
          { path: `a/${when}.png`, status: 'missing', reason: 'refused' },
        ];
      },
    };
    const save = async ({ path }: EvidenceFile) => void saved.push(path);
    const { started, stop } = startSamplers({ samplers: [sampler], intervalMs: 1_000, emit: (event) => seen.push(event), save });
    await vi.advanceTimersByTimeAsync(3_500);
    await started;
    const stopped = stop();
    await vi.advanceTimersByTimeAsync(3_000);
    await stopped;
    const types = seen.map((event) => ('phase' in event ? `${event.type} ${event.phase}` : event.type));
    expect(types.filter((type) => type === 'sample')).toHaveLength(5);
    expect(types.filter((type) => type !== 'sample')).toEqual([
      'target.identity start',
      ...Array(2).fill('evidence.file'),
      'target.identity end',
      ...Array(2).fill('evidence.file'),
    ]);
    expect(saved).toEqual(['a/before.json', 'a/after.json']);
    expect(seen).toContainEqual({ type: 'evidence.file', path: 'a/after.png', source: 'a', status: 'missing', reason: 'refused' });
  });

  it('tells a file that could not be kept as missing', async () => {
    const seen: NewEvent[] = [];
    const sampler: Sampler = {
      id: 'a',
      sample: async () => [],
      snapshot: async (when) => [{ path: `${when}.txt`, content: 'x', status: 'ok' }],
    };
    const save = () => Promise.reject(new Error('no space left on device'));
    const { started } = startSamplers({ samplers: [sampler], intervalMs: 1_000, emit: (event) => seen.push(event), save });
    await started;
    expect(seen).toEqual([
      { type: 'evidence.file', path: 'before.txt', source: 'a', status: 'missing', reason: 'no space left on device' },
    ]);
  });

  it('puts readings with a time of their own at that time, and waits for late ones only where it is asked to', async () => {
    for (const settle of [true, false]) {
      const seen: NewEvent[] = [];
      const sampler: Sampler = {
        id: 'a',
        intervalMs: 60_000,
        sample: async () => [
          { ...reading, t: 5 },
          { ...reading, value: 2, t: 6 },
        ],
        settle: async () => [{ ...reading, value: 3, t: 7 }],
      };
      const { stop } = startSamplers({
        samplers: [sampler],
        intervalMs: 1_000,
        emit: (event) => seen.push(event),
        save: async () => undefined,
      });
      await vi.advanceTimersByTimeAsync(10);
      await stop(settle ? new AbortController().signal : undefined);
      const at = (t: number, value: number) => ({
        type: 'sample',
        t,
        sampler: 'a',
        intervalMs: 60_000,
        samples: [{ name: 'redis.uptime', value }],
      });
      expect(seen).toEqual([at(5, 1), at(6, 2), at(5, 1), at(6, 2), ...(settle ? [at(7, 3)] : [])]);
    }
  });

  it('passes on what a sampler tells, but not of a call that was given up', async () => {
    const seen: NewEvent[] = [];
    const sampler: Sampler = {
      id: 'a',
      async sample({ note, clock, example }) {
        note({ component: 'redis', what: 'restarted' });
        clock({ source: 'redis', offsetMs: 1, uncertaintyMs: 2, sourceTime: 3 });
        example({ backend: 'b', pattern: 'p', line: 'l' });
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        note({ component: 'redis', what: 'too late' });
        return [];
      },
    };
    startSamplers({
      samplers: [sampler],
      intervalMs: 60_000,
      deadlineMs: 1_000,
      emit: (event) => seen.push(event),
      save: async () => undefined,
    });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(seen).toEqual([
      { type: 'target.event', sampler: 'a', component: 'redis', what: 'restarted' },
      { type: 'clock.offset', source: 'redis', offsetMs: 1, uncertaintyMs: 2, sourceTime: 3 },
      { type: 'log.example', backend: 'b', pattern: 'p', line: 'l' },
      { type: 'sampler.error', sampler: 'a', message: 'the reading was given up after 1000 ms' },
    ]);
  });
});
