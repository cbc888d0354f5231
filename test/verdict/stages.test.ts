import { describe, expect, it } from 'vitest';
import type { JournalEvent, LoadSecond } from '../../src/journal/event.js';
import { judge } from '../../src/verdict/judge.js';
import type { RunResult } from '../../src/verdict/run-result.js';
import { summarize } from '../../src/verdict/summarize.js';
import { LOAD_START, runStart, second, taskSecond } from './journal-builder.js';

const STAGES = [10, 20, 30].map((users, index) => ({ name: `${users} users`, users, spawnRate: 10, untilSeconds: (index + 1) * 10 }));
const FIRST = LOAD_START / 1000;

interface Options {
  settleSeconds?: number;
  stages?: typeof STAGES;
  change?: (record: LoadSecond, at: number) => LoadSecond;
  /** Seconds of load that the journal holds. */
  seconds?: number;
  reason?: 'completed' | 'stopped';
  /** The first stage begins so many ms after the load. */
  bootMs?: number;
}

/** Three steps of ten seconds, each with all its users from its first second. */
function run(options: Options = {}): RunResult {
  const { settleSeconds = 2, stages = STAGES, change = (record) => record, seconds = 30, reason = 'completed', bootMs = 0 } = options;
  const events: JournalEvent[] = [runStart({ stages, settleSeconds }), { type: 'load.start', t: LOAD_START }];
  events.push({ type: 'stage.start', t: LOAD_START + bootMs, index: 0, ...(stages[0] as (typeof STAGES)[number]) });
  for (let at = 0; at < seconds; at++) {
    const users = STAGES[Math.floor(at / 10)]?.users ?? 0;
    const record = second(at, {
      users: { planned: users, active: users, connected: users },
      tasks: {
        ...(at % 10 === 0 ? { connect: taskSecond([2000, 10]) } : {}),
        start_navigation: taskSecond([40_000, 1]),
        location_update: taskSecond([1000, users]),
      },
    });
    events.push(change(record, at));
  }
  events.push({ type: 'load.end', t: LOAD_START + seconds * 1000 + 50, reason });
  events.push({ type: 'run.end', t: LOAD_START + seconds * 1000 + 100, reason: 'completed' });
  return judge(summarize(events));
}

const only = (from: number, to: number, change: (record: LoadSecond) => LoadSecond) => (record: LoadSecond, at: number) =>
  at >= from && at < to ? change(record) : record;
const slow = (record: LoadSecond): LoadSecond => ({
  ...record,
  tasks: { ...record.tasks, location_update: taskSecond([400_000, record.users.active]) },
});
const statuses = ({ stages }: RunResult) => stages.map(({ status }) => status);

describe('the results of a stage', () => {
  it('hold what happened in it after its settle time, by both clocks', () => {
    const delayed = only(10, 20, (record) => ({
      ...record,
      tasks: { ...record.tasks, location_update: taskSecond([1000, 20], { intended: [5000, 20], failures: { timeout: 1 } }) },
      drops: { 'close 1006': 1 },
    }));
    const [, middle] = run({ change: delayed }).stages;
    expect(middle).toMatchObject({
      name: '20 users',
      window: { from: FIRST + 12, to: FIRST + 20 },
      seconds: 8,
      heldSeconds: 8,
      usersReached: 20,
      requests: 8 * 21,
      failures: 8,
      drops: 8,
      errorRate: 16 / (8 * 22),
      tasks: [
        { name: 'location_update', requests: 160, failures: 8, latency: { '50%': 1, '95%': 1, '99%': 1 }, intended: { '95%': 5 } },
        { name: 'start_navigation', requests: 8, latency: { '95%': 40 } },
      ],
    });
  });

  it('leave out the seconds that straddle the border of two stages, and begin with the plan and not with the load', () => {
    expect(run({ bootMs: 400 }).stages.map(({ window }) => window)).toEqual([
      { from: FIRST + 3, to: FIRST + 10 },
      { from: FIRST + 13, to: FIRST + 20 },
      { from: FIRST + 23, to: FIRST + 30 },
    ]);
  });

  it('are not judged by connects when nobody had to connect any more, and are when somebody had', () => {
    const ids = (result: RunResult) => result.stages[0]?.criteria.map(({ id }) => id);
    expect(ids(run())).toEqual(['start_navigation_p95', 'location_update_p95', 'error_rate']);
    expect(ids(run({ settleSeconds: 0 }))?.slice(0, 2)).toEqual(['connect_success_rate', 'connect_p95']);
    const refused = only(3, 4, (record) => ({
      ...record,
      tasks: { ...record.tasks, connect: taskSecond([900, 1], { failures: { 'http 403': 1 } }) },
    }));
    expect(run({ change: refused }).stages[0]).toMatchObject({
      status: 'fail',
      reasons: expect.arrayContaining(['WebSocket connect success rate is 0 %, must be > 99 %']),
    });
  });
});

describe('the highest step that held', () => {
  it('is the last of the stages with the most users', () => {
    expect(run().highestStep).toEqual({ index: 2, name: '30 users', users: 30 });
    const level = STAGES.map((stage) => ({ ...stage, users: 10 }));
    expect(run({ stages: level }).highestStep).toEqual({ index: 2, name: '30 users', users: 10 });
  });

  it('is the one before the first that failed, also when a later one held', () => {
    const result = run({ change: only(10, 20, slow) });
    expect(statuses(result)).toEqual(['pass', 'fail', 'pass']);
    expect(result.stages[1]?.reasons).toEqual(['location_update (p95) is 400 ms, must be < 300 ms']);
    expect(result.highestStep).toEqual({ index: 0, name: '10 users', users: 10 });
  });

  it('can lie beyond one of which nothing is known', () => {
    const blocked = only(10, 20, (record) => ({ ...record, generator: { ...record.generator, loopDelayMs: 500 } }));
    const result = run({ change: blocked });
    expect(statuses(result)).toEqual(['pass', 'inconclusive', 'pass']);
    expect(result.highestStep?.users).toBe(30);
  });

  it('is none when the first stage failed', () => {
    expect(run({ change: only(0, 10, slow) }).highestStep).toBeNull();
  });
});

describe('a stage without enough data', () => {
  const reasons = (options: Options, index: number) => {
    const stage = run(options).stages[index];
    expect(stage?.status).toBe('inconclusive');
    return stage?.reasons;
  };

  it('is inconclusive when it is no longer than its settle time', () => {
    expect(reasons({ settleSeconds: 10 }, 1)).toEqual(['it is over before a whole second has passed after its first 10 s']);
  });

  it('is inconclusive when not all of its users were ever connected', () => {
    const few = (record: LoadSecond): LoadSecond => ({
      ...record,
      users: { ...record.users, connected: Math.min(25, record.users.connected) },
    });
    expect(reasons({ change: few }, 2)).toEqual(['at most 25 of 30 users were connected']);
  });

  it('is inconclusive when the generator was saturated in it, by the limit that it met', () => {
    const late = only(20, 30, (record) => ({ ...record, generator: { ...record.generator, lagMs: 101 } }));
    expect(reasons({ change: late }, 2)).toEqual([
      'the load generator itself was saturated in 8 of 8 seconds (a message sent more than 100 ms late in 8)',
    ]);
  });

  it('is inconclusive when a task that must be fast never came', () => {
    const none = only(10, 20, (record) => ({ ...record, tasks: { location_update: taskSecond([1000, 20]) } }));
    expect(reasons({ change: none }, 1)).toEqual(['start_navigation (p95): no start_navigation was measured']);
  });

  it('is inconclusive when the load ended in it or before it, while those that were over by then stand', () => {
    const cut = run({ seconds: 16, reason: 'stopped' });
    expect(statuses(cut)).toEqual(['pass', 'inconclusive', 'inconclusive']);
    expect(cut.stages.slice(1).map((stage) => stage.reasons)).toEqual([
      ['the load ended before the stage did'],
      ['the load ended before anything of it could be judged'],
    ]);
    expect(cut.highestStep?.users).toBe(10);
  });

  it('is inconclusive without load and without users', () => {
    const stage = judge(summarize([runStart()])).stages[0];
    expect(stage).toMatchObject({ status: 'inconclusive', reasons: ['no load was sent'], window: null, criteria: [] });
    expect(reasons({ stages: STAGES.map((one) => ({ ...one, users: 0 })) }, 0)).toEqual(['it has no users']);
  });
});
