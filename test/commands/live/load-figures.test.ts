import { describe, expect, it } from 'vitest';
import { LAST_SECONDS, LoadFigures } from '../../../src/commands/live/load-figures.js';
import type { LoadSecond } from '../../../src/journal/event.js';
import { second, taskSecond } from '../../verdict/journal-builder.js';

/** What one worker says of one second: requests of `move` with these latencies in ms. */
function worker(id: number, index: number, millis: number[], users = 1, rest: Partial<LoadSecond> = {}): LoadSecond {
  const pairs = millis.flatMap((ms) => [ms * 1000, 1]);
  return {
    ...second(index),
    worker: id,
    users: { planned: users, active: users, connected: users },
    tasks: { move: taskSecond(pairs) },
    drops: {},
    ...rest,
  };
}

const added = (...events: LoadSecond[]): LoadFigures => {
  const figures = new LoadFigures();
  for (const event of events) figures.add(event);
  return figures;
};

/** By Locust's rule, of everything sorted. */
const percentile = (values: number[], share: number): number | undefined =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

describe('the figures of a load', () => {
  it('are those of the whole run and of the last ten seconds', () => {
    const latencies = Array.from({ length: 40 }, (_, index) => [index + 1, 100 - index, 7]);
    const figures = added(...latencies.map((millis, index) => worker(0, index, millis)));
    const move = figures.tasks.get('move');
    const last = latencies.slice(-LAST_SECONDS).flat();
    for (const share of [0.5, 0.95, 0.99]) {
      const name = `p${share * 100}` as 'p50' | 'p95' | 'p99';
      expect(move?.run?.[name]).toBe(percentile(latencies.flat(), share));
      expect(move?.last?.[name]).toBe(percentile(last, share));
      expect(figures.all.last?.[name]).toBe(percentile(last, share));
    }
    expect(move).toMatchObject({ requests: 120, lastRequests: 30 });
    expect(figures.perSecond(figures.all.lastRequests)).toBe(3);
  });

  it('show a second when all workers have told of it', () => {
    const figures = added(worker(0, 0, [1]), worker(1, 0, [2]), worker(0, 1, [3], 5));
    expect(figures.users?.active).toBe(2);
    figures.add(worker(1, 1, [4], 6));
    expect(figures.users?.active).toBe(11);
    expect(figures.history(10)).toMatchObject([
      { active: 2, requests: 2, p95: 2 },
      { active: 11, requests: 2, p95: 4 },
    ]);
  });

  it('add what a worker tells late to the second that it is about', () => {
    const figures = added(worker(0, 0, [1]), worker(1, 0, [1]), worker(0, 1, [1]), worker(0, 2, [1]), worker(1, 1, [9]), worker(1, 2, [1]));
    expect(figures.history(10)).toMatchObject([{ active: 2 }, { active: 2, p95: 9 }, { active: 2 }]);
    expect(figures.tasks.get('move')?.requests).toBe(6);
  });

  it('count what is older than everything that is kept, and forget nothing else for it', () => {
    const figures = added(worker(0, 100, [5]), worker(0, 3, [7]));
    expect(figures.all).toMatchObject({ requests: 2, lastRequests: 1 });
    expect(figures.history(10)).toHaveLength(1);
  });

  it('leave a gap where a second has no record', () => {
    const figures = added(worker(0, 0, [1]), worker(0, 3, []));
    expect(figures.history(10)).toEqual([
      { active: 1, requests: 1, failures: 0, p95: 1 },
      undefined,
      undefined,
      { active: 1, requests: 0, failures: 0, p95: undefined },
    ]);
    expect(figures.perSecond(4)).toBe(1);
    expect(figures.generator()).toMatchObject({ seconds: 4, missingSeconds: 2, saturated: true });
  });

  it('show the last second at the end of the load, whoever is missing', () => {
    const figures = added(worker(0, 0, [1]), worker(1, 0, [1]), worker(0, 1, [1], 7));
    figures.end();
    expect(figures.users?.active).toBe(7);
  });

  it('count failures of tasks and dropped sockets by kind', () => {
    const failing = taskSecond([1000, 3], { failures: { timeout: 2, ['__proto__']: 1 } });
    const figures = added(worker(0, 0, [], 1, { tasks: { move: failing }, drops: { 'close 1006': 4 } }));
    expect([...figures.failures]).toEqual([
      ['timeout', 2],
      ['__proto__', 1],
      ['dropped: close 1006', 4],
    ]);
  });

  it('keep their memory in bounds, whatever a target or a scenario makes up', () => {
    const figures = new LoadFigures();
    for (let index = 0; index < 1000; index++) {
      const name = `task ${index}`;
      figures.add(worker(0, index, [], 1, { tasks: { [name]: taskSecond([1000, 1], { failures: { [`error ${index}`]: 1 } }) } }));
    }
    expect(figures.tasks.size).toBeLessThanOrEqual(201);
    expect(figures.failures.size).toBeLessThanOrEqual(101);
    expect(figures.history(100_000).length).toBeLessThanOrEqual(300);
    expect([...figures.tasks.values()].reduce((sum, { requests }) => sum + requests, 0)).toBe(1000);
    expect(figures.history(1)).toMatchObject([{ requests: 1 }]);
  });
});
