import { describe, expect, it } from 'vitest';
import { watchForAbort } from '../../src/commands/abort.js';
import type { AbortRule } from '../../src/config/config.js';
import type { JournalEvent, LoadSecond } from '../../src/journal/event.js';
import { healthyRun, LOAD_END, LOAD_START, rewrite, SECONDS, second, taskSecond } from '../verdict/journal-builder.js';

const FIRST = LOAD_START / 1000;
const RULE: AbortRule = { afterSeconds: 0, windowSeconds: 5, criteria: [] };

/** What the rule said of a run, and in which second of the load. */
function watched(rule: Partial<AbortRule>, events: JournalEvent[]) {
  const calls: { at: number; reason: string }[] = [];
  let at = 0;
  const watch = watchForAbort({ ...RULE, ...rule }, (reason) => calls.push({ at, reason }));
  for (const event of events) {
    if (event.type === 'load.second') at = event.second - FIRST;
    watch(event);
  }
  return calls;
}

const seconds = (from: number, to: number, change: (event: LoadSecond) => LoadSecond): JournalEvent[] =>
  rewrite(healthyRun(), (event) =>
    event.type === 'load.second' && event.second >= FIRST + from && event.second < FIRST + to ? change(event) : event,
  );
const timeouts = (event: LoadSecond): LoadSecond => ({
  ...event,
  tasks: { ...event.tasks, location_update: taskSecond([1000, 3, 3_000_000, 1], { failures: { timeout: 1 } }) },
});

describe('an abort rule', () => {
  it('says nothing of a run in which everything holds', () => {
    expect(watched({}, healthyRun())).toEqual([]);
  });

  it('ends the run once, when a criterion has failed in a second that all workers have told of', () => {
    const calls = watched({ criteria: ['error_rate'] }, seconds(8, SECONDS, timeouts));
    expect(calls).toEqual([{ at: 9, reason: 'error_rate: over the last 5 s Error rate was 4 %, must be < 1 % (1 of 25 requests failed)' }]);
  });

  it('waits until the load is old enough', () => {
    expect(watched({ afterSeconds: 12 }, seconds(0, SECONDS, timeouts)).map(({ at }) => at)).toEqual([11]);
    expect(watched({ afterSeconds: 60 }, seconds(0, SECONDS, timeouts))).toEqual([]);
  });

  it('forgets what lies before its window', () => {
    expect(watched({ afterSeconds: 10 }, seconds(0, 4, timeouts))).toEqual([]);
  });

  it('takes only the criteria that it names', () => {
    expect(watched({ criteria: ['connect_p95'] }, seconds(0, SECONDS, timeouts))).toEqual([]);
    expect(watched({ criteria: ['location_update_p95'] }, seconds(0, SECONDS, timeouts))[0]?.reason).toMatch(/^location_update_p95: /);
  });

  it('does not take the latencies of a saturated generator for those of the target', () => {
    const slow = (gcMs: number) =>
      seconds(0, SECONDS, (event) => ({
        ...event,
        tasks: { location_update: taskSecond([3_000_000, 4]) },
        generator: { ...event.generator, gcMs },
      }));
    expect(watched({}, slow(200)).length).toBe(1);
    expect(watched({}, slow(201))).toEqual([]);
  });

  it('takes no failure of the own machine for one of the target', () => {
    const full = seconds(0, SECONDS, (event) => ({
      ...event,
      tasks: { ...event.tasks, connect: taskSecond([100, 9], { failures: { 'generator EMFILE': 9 } }) },
    }));
    expect(watched({}, full)).toEqual([]);
  });

  it('can be broken by lines in a log, and by a range beyond its critical limit, when it names them', () => {
    const sampled = (change: (name: string, pattern: string | undefined, t: number) => number | undefined) =>
      rewrite(healthyRun(), (event) =>
        event.type === 'sample'
          ? {
              ...event,
              samples: event.samples.map((one) => ({ ...one, value: change(one.name, one.attributes?.pattern, event.t) ?? one.value })),
            }
          : event,
      );
    const failed = sampled((_, pattern, t) => (pattern === 'publish_failed' && t > LOAD_START + 9000 ? 3 : undefined));
    expect(watched({ criteria: ['publish_failures'] }, failed)[0]?.reason).toMatch(/^publish_failures: .* was 9, must be 0/);
    expect(watched({}, failed)).toEqual([]);
    const hot = (share: number) => sampled((name) => (name === 'process.cpu.utilization' ? share : undefined));
    expect(watched({ criteria: ['backend_cpu'] }, hot(0.8))).toEqual([]);
    expect(watched({ criteria: ['backend_cpu'] }, hot(0.9))[0]?.reason).toMatch(/^backend_cpu: /);
  });

  it('says nothing any more when the load has ended', () => {
    const late = seconds(SECONDS - 1, SECONDS, timeouts);
    const next: JournalEvent = { ...second(SECONDS), t: LOAD_END + 500 };
    const before = late.findIndex(({ type }) => type === 'load.end');
    expect(watched({ criteria: ['error_rate'] }, late.toSpliced(before, 0, next)).length).toBe(1);
    expect(watched({ criteria: ['error_rate'] }, [...late, next])).toEqual([]);
  });
});
