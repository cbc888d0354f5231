import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogMemory } from '../../src/samplers/log-memory.js';

interface Line {
  time: string;
  stream: 'stdout' | 'stderr';
  /** Which line it is, for the test. */
  id: number;
}

const START = at(0);

/** So many microseconds after the start. */
function at(microseconds: number): string {
  return `${new Date(Date.UTC(2026, 10, 22) + Math.floor(microseconds / 1000)).toISOString().slice(0, 23)}${String(microseconds % 1000).padStart(3, '0')}000Z`;
}

/** Reads the log from where the memory says, up to a line; gives what is new. */
function stream(memory: LogMemory, log: readonly Line[], end: number): number[] {
  const since = memory.begin();
  const taken: number[] = [];
  for (const line of log.slice(0, end)) {
    if (line.time < since) continue;
    if (memory.isNew(line)) taken.push(line.id);
    memory.tidy(undefined);
  }
  return taken;
}

function logOf(steps: readonly [number, boolean][]): Line[] {
  let time = 0;
  return steps.map(([step, isError], id) => {
    time += step;
    return { time: at(time), stream: isError ? 'stderr' : 'stdout', id };
  });
}

describe('LogMemory', () => {
  it('takes each line once, wherever streams break, also where many have the same time', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom(0, 0, 1, 700, 900_000), fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.array(fc.nat({ max: 60 }), { maxLength: 6 }), (all, ends) => {
        const log = logOf(all);
        const memory = new LogMemory(START);
        const taken = [...ends.sort((a, b) => a - b), log.length].flatMap((end) => stream(memory, log, end));
        expect(taken).toEqual(log.map(({ id }) => id));
        expect(memory.verdict()).toBeUndefined();
      }),
    );
  });

  it('does so with more lines than it remembers', () => {
    const log = logOf(Array.from({ length: 20_000 }, () => [1_000, false]));
    const memory = new LogMemory(START);
    const taken = [5_000, 5_001, 15_000, 20_000].flatMap((end) => stream(memory, log, end));
    expect(taken).toEqual(log.map(({ id }) => id));
    const since = memory.begin();
    expect(since > at(15_000_000)).toBe(true);
    expect(since < at(18_000_001)).toBe(true);
  });

  it('takes lines whose times are a little out of order', () => {
    const memory = new LogMemory(START);
    const lines: Line[] = [2, 1, 3].map((time, id) => ({ time: at(time), stream: 'stdout', id }));
    expect(stream(memory, lines, 1)).toEqual([0]);
    expect(stream(memory, lines, 3)).toEqual([1, 2]);
  });

  it('leaves older lines out, and knows by the last of them that nothing is missing', () => {
    const anchor = { time: '2026-11-01T00:00:00.000000000Z', stream: 'stdout' as const };
    const memory = new LogMemory(START);
    memory.anchor(anchor);
    expect(memory.begin()).toBe(anchor.time);
    expect(memory.isNew(anchor)).toBe(false);
    expect(memory.isNew({ ...anchor, stream: 'stderr' })).toBe(false);
    expect(memory.verdict()).toBeUndefined();
  });

  it('says so when the last line is no longer there', () => {
    const memory = new LogMemory(START);
    const log = logOf([
      [1, false],
      [1, false],
      [1, false],
    ]);
    stream(memory, log, 2);
    memory.begin();
    expect(memory.isNew({ time: at(3), stream: 'stdout' })).toBe(true);
    expect(memory.verdict()).toMatch('no longer in it');
    expect(memory.verdict()).toBeUndefined();
    memory.begin();
    expect(memory.verdict()).toMatch('no longer in it');
  });

  it('takes nothing of a stream that began after the last line', () => {
    const memory = new LogMemory(START);
    const log = logOf(Array.from({ length: 9 }, () => [1, false]));
    stream(memory, log, 3);
    memory.begin(true);
    for (const line of log.slice(5)) expect(memory.isNew(line)).toBe(false);
    expect(memory.hasHole).toBe(true);
    expect(stream(memory, log, 9)).toEqual([3, 4, 5, 6, 7, 8]);
    expect(memory.hasHole).toBe(false);
    expect(memory.verdict()).toBeUndefined();
  });

  it('does not forget what came since a line that has not ended', () => {
    const memory = new LogMemory(START);
    memory.begin();
    for (let n = 1; n <= 5_000; n += 1) {
      memory.isNew({ time: at(n * 1_000), stream: 'stdout' });
      memory.tidy(at(500));
    }
    expect(memory.begin()).toBe(START);
  });
});
