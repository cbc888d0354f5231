import { describe, expect, it } from 'vitest';
import type { CanarySecond, JournalEvent } from '../../../src/journal/event.js';
import { judge } from '../../../src/verdict/judge.js';
import { SlidingWindow } from '../../../src/verdict/sliding-window.js';
import { summarize } from '../../../src/verdict/summarize.js';
import { canaryRun, canarySecond, healthyRun, LOAD_START, second } from '../journal-builder.js';

const FIRST = LOAD_START / 1000;
const judged = (events: JournalEvent[]) => judge(summarize(events));
const row = (events: JournalEvent[], id = 'canary_delivery') => judged(events).criteria.find((one) => one.id === id);
/** The canary run with some seconds of the load changed, by their number. */
const run = (change: (at: number, event: CanarySecond) => Partial<CanarySecond> | undefined): JournalEvent[] =>
  canaryRun((event) => {
    const rest = change(event.second - FIRST, event);
    return rest && { ...event, ...rest };
  });

describe('messages cross between the backends', () => {
  it('when each canary arrived once, over the whole load', () => {
    const result = judged(canaryRun());
    expect(result.verdict).toBe('PASS');
    expect(row(canaryRun())).toMatchObject({
      required: true,
      status: 'pass',
      evidence:
        '240 of 240 canaries arrived (before the load 20 of 20, during the load 200 of 200, after the load 20 of 20); ' +
        'a PUBLISH reached at least 3 subscribers; NUMSUB was at least 3',
    });
    expect(result.canaries).toMatchObject({ published: 240, received: 240, lost: 0, latency: { '99%': 0.8 } });
    expect(result.canaryHistory).toHaveLength(24);
  });

  it('is a failure by one that was lost or came twice, and says when and whose', () => {
    const lost = run((at) => (at === 7 ? { received: 9, lost: 1, lostBy: { '127.0.1.1': 1 }, subscribers: 2 } : {}));
    expect(judged(lost)).toMatchObject({ verdict: 'FAIL', reasons: [{ code: 'canary_delivery' }] });
    expect(row(lost)).toMatchObject({
      status: 'fail',
      observed: '1 lost, 0 twice',
      evidence: expect.stringContaining(
        '1 lost, the first at 12:00:17.000 UTC, by source address: 127.0.1.1 1; a PUBLISH reached at least 2',
      ),
    });
    expect(row(run((at) => (at === 3 ? { duplicates: 2 } : {})))).toMatchObject({ status: 'fail', value: 2 });
  });

  it('does not fail by late, reordered, withdrawn or overdue ones, nor by a short time in which Redis refused them', () => {
    const odd = run((at) => (at === 4 ? { received: 6, late: 2, withdrawn: 2, reordered: 1, overdue: 1 } : {}));
    expect(row(odd)).toMatchObject({
      status: 'pass',
      evidence: expect.stringMatching(/2 late; 1 after a later one; 1 .*given up; 2 say nothing/),
    });
    const refused = run((at) => (at >= 4 && at < 14 ? { published: 0, received: 0, latency: [], failures: { ECONNREFUSED: 10 } } : {}));
    expect(row(refused)).toMatchObject({ status: 'pass', evidence: expect.stringContaining('100 publishes failed (ECONNREFUSED 100)') });
  });

  it('is open where more than ten seconds of the load have no canary whose fate is known', () => {
    const silent = { published: 0, received: 0, latency: [], failures: { ECONNREFUSED: 10 } };
    expect(row(run((at) => (at >= 4 && at < 15 ? silent : {})))).toMatchObject({
      status: 'inconclusive',
      evidence: expect.stringMatching(/^of 11 s from 12:00:14\.000 UTC on the fate of no canary is known; .*110 publishes failed/),
    });
    expect(row(run((at) => (at >= 9 && at < 20 ? undefined : {})))).toMatchObject({ status: 'inconclusive' });
  });

  it('is open when none was published, or all of a phase were withdrawn', () => {
    expect(row(run(() => undefined))).toMatchObject({ status: 'inconclusive', evidence: 'no canary was published' });
    const nobody = run(() => ({ published: 0, received: 0, latency: [], unaddressed: 10 }));
    expect(row(nobody)?.evidence).toBe('no canary was published: no user was connected whenever one was due');
    const withdrawn = run((at) => (at >= 20 ? { received: 0, latency: [], withdrawn: 10 } : {}));
    expect(row(withdrawn)?.evidence).toMatch(/^no canary got through after the load: all 20 were withdrawn/);
    expect(row(run((at) => (at < 0 ? { published: 0, received: 0, latency: [], unaddressed: 10 } : {})))).toMatchObject({ status: 'pass' });
  });

  it('has no row in a run without canaries', () => {
    expect(row(healthyRun())).toBeUndefined();
    expect(judged(healthyRun()).canaries).toBeNull();
  });

  it('can end a run under way, by what the last seconds hold and no more', () => {
    const [start] = canaryRun() as [Extract<JournalEvent, { type: 'run.start' }>];
    const status = (lostAt: number) => {
      const window = new SlidingWindow(start, { seconds: 5, samples: true });
      for (let at = 0; at < 15; at++) {
        window.add(second(at));
        window.add(canarySecond(at, at === lostAt ? { lost: 1 } : {}));
      }
      return window.rows().find(({ id }) => id === 'canary_delivery')?.status;
    };
    expect(status(12)).toBe('fail');
    expect(status(3)).toBe('inconclusive');
  });
});

describe('the time of messages between the backends', () => {
  it('is a warning above the limit, and open without one that arrived', () => {
    expect(row(canaryRun(), 'canary_p99')).toMatchObject({ status: 'pass', value: 0.8, limit: 1000 });
    const slow = run((at) => (at < 1 ? { received: 5, late: 5, latency: [800, 5, 2_000_896, 5] } : {}));
    expect(row(slow, 'canary_p99')).toMatchObject({
      status: 'warn',
      value: 2000.896,
      evidence: expect.stringContaining('15 of them late'),
    });
    expect(
      row(
        run(() => undefined),
        'canary_p99',
      ),
    ).toMatchObject({ status: 'inconclusive' });
  });
});
