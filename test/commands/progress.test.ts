import { describe, expect, it } from 'vitest';
import { showProgress } from '../../src/commands/progress.js';
import type { JournalEvent, LoadSecond } from '../../src/journal/event.js';

const stages = [{ name: 'Hold', users: 8, spawnRate: 8, untilSeconds: 60 }];

function second(second: number, worker: number, users: number, latency: number[]): LoadSecond {
  const requests = latency.length / 2;
  const task = { requests, failures: worker === 1 ? { timeout: 1 } : {}, replies: {}, late: 0, bytes: 0, sum: 0, min: 0, max: 0 };
  return {
    type: 'load.second',
    t: (second + 1) * 1000,
    worker,
    second,
    users: { planned: users, active: users, connected: users },
    tasks: { move: { ...task, latency, intended: latency } },
    timings: {},
    pushes: {},
    closes: {},
    drops: {},
    unsent: 0,
    exceptions: {},
    generator: { loopDelayMs: 0, utilization: 0, gcMs: 0, lagMs: 0 },
  };
}

/** What is said of these events. */
function shown(events: JournalEvent[]): string[] {
  const lines: string[] = [];
  let listener: (event: JournalEvent) => void = () => {};
  const journal = {
    follow(follower: (event: JournalEvent) => void) {
      listener = follower;
      return () => {};
    },
  };
  showProgress(journal, { stages }, { say: (line) => lines.push(line), progress: (line) => lines.push(line) });
  for (const event of events) listener(event);
  return lines;
}

describe('showProgress', () => {
  it('says every ten seconds what the last one was, all workers together', () => {
    const lines = shown([
      { type: 'load.start', t: 100_000 },
      { type: 'stage.start', t: 100_000, index: 0, name: 'Hold', users: 8, spawnRate: 8, untilSeconds: 60 },
      second(100, 0, 3, [1000, 1]),
      second(100, 1, 5, [9000, 1, 9008, 1]),
      second(101, 1, 5, [9000, 1]),
      second(101, 0, 3, []),
      second(110, 1, 5, [9000, 1]),
      second(110, 0, 3, []),
      { type: 'load.end', t: 111_500, reason: 'completed' },
    ]);
    expect(lines).toEqual([
      '00:01/01:00 Hold · 8 users (8 connected) · 3 req/s, 1 failed · p95 9.0 ms',
      '00:11/01:00 Hold · 8 users (8 connected) · 1 req/s, 1 failed · p95 9.0 ms',
    ]);
  });

  it('tells the same problem of a sampler once', () => {
    const problem = { type: 'sampler.error', t: 1, sampler: 'redis', message: 'no connection' } as const;
    expect(shown([problem, problem, { ...problem, message: 'another' }])).toEqual(['redis: no connection', 'redis: another']);
  });
});
