import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CanaryCounts, CanaryTracker } from '../../src/canary/tracker.js';

const limits = { limitMs: 100, lostAfterMs: 1_000 };
const recipient = (index = 0, address = '127.0.1.1') => ({ user: `user-${index}`, index, address });

/** A tracker with canaries 0 to `count` - 1 on their way, all sent and taken by Redis at 0. */
function underWay(count: number, recipients = [recipient()]): CanaryTracker {
  const tracker = new CanaryTracker(limits);
  for (let seq = 0; seq < count; seq++) {
    tracker.due(seq);
    tracker.sent(seq, recipients[seq % recipients.length] ?? recipient(), 0);
    tracker.acknowledged(seq, 3, 1);
  }
  return tracker;
}

const fatesOf = ({ received, late, lost, withdrawn }: CanaryCounts) => ({ received, late, lost, withdrawn });

describe('CanaryTracker', () => {
  it('tells received from late by the limit, and keeps the latency of both', () => {
    const tracker = underWay(3);
    tracker.arrived(0, 0.4);
    tracker.arrived(1, 100);
    tracker.arrived(2, 101);
    expect(tracker.take()).toEqual({
      published: 3,
      unaddressed: 0,
      failures: {},
      received: 2,
      late: 1,
      lost: 0,
      lostBy: {},
      withdrawn: 0,
      duplicates: 0,
      reordered: 0,
      latency: [400, 1, 99968, 1, 100992, 1],
      subscribers: 3,
    });
    expect(fatesOf(tracker.take())).toEqual({ received: 0, late: 0, lost: 0, withdrawn: 0 });
  });

  it('gives no latency below zero, though clocks differ', () => {
    const tracker = underWay(1);
    tracker.arrived(0, -0.3);
    expect(tracker.take().latency).toEqual([0, 1]);
  });

  it('loses what its recipient, who is there, has not got, and withdraws what nobody can say that of', () => {
    const tracker = underWay(3, [recipient(0, '127.0.1.1'), recipient(1, '127.0.2.1'), recipient(2, '127.0.3.1')]);
    expect(tracker.overdue(1_000)).toEqual([]);
    const overdue = tracker.overdue(1_001);
    expect(overdue).toEqual([0, 1, 2]);
    tracker.arrived(2, 1_002);
    tracker.giveUp(overdue, new Set([0, 2]));
    expect(tracker.take()).toMatchObject({ published: 3, late: 1, lost: 1, lostBy: { '127.0.1.1': 1 }, withdrawn: 1 });
    expect(tracker.outstanding).toBe(0);
  });

  it('withdraws what was under way to a socket that closed, also when Redis answers only then', () => {
    const tracker = underWay(1);
    tracker.gone(0);
    tracker.due(1);
    tracker.gone(1);
    tracker.sent(1, recipient(), 5);
    tracker.acknowledged(1, 2, 6);
    expect(tracker.take()).toMatchObject({ published: 2, withdrawn: 2, lost: 0 });
  });

  it('counts what Redis refuses as failure and not as published, unless it arrived all the same', () => {
    const tracker = new CanaryTracker(limits);
    for (const seq of [0, 1]) {
      tracker.due(seq);
      tracker.sent(seq, recipient(), 0);
    }
    tracker.arrived(1, 3);
    for (const seq of [0, 1]) tracker.refused(seq, 'Redis is silent');
    expect(tracker.take()).toMatchObject({ published: 1, received: 1, failures: { 'Redis is silent': 1 } });
  });

  it('tells of one that comes when it was long counted, once, and of each further arrival as duplicate', () => {
    const tracker = underWay(1);
    tracker.giveUp([0], new Set([0]));
    tracker.take();
    tracker.arrived(0, 5_000);
    expect(tracker.take()).toMatchObject({ overdue: 1, received: 0, late: 0, duplicates: 0 });
    tracker.arrived(0, 5_001);
    expect(tracker.take()).toMatchObject({ duplicates: 1 });
  });

  it('sees one that overtakes another of the same user, and not of another user', () => {
    const tracker = underWay(4, [recipient(0), recipient(1)]);
    tracker.arrived(2, 1);
    tracker.arrived(1, 1);
    tracker.arrived(0, 1);
    tracker.arrived(3, 1);
    expect(tracker.take()).toMatchObject({ received: 4, reordered: 1 });
  });

  it('gives the least number of subscribers, and none where nothing was published', () => {
    const tracker = new CanaryTracker(limits);
    for (const [seq, subscribers] of [3, 2, 3].entries()) {
      tracker.due(seq);
      tracker.sent(seq, recipient(), 0);
      tracker.acknowledged(seq, subscribers, 0);
    }
    expect(tracker.take().subscribers).toBe(2);
    expect('subscribers' in tracker.take()).toBe(false);
  });

  it('keeps failures by a bounded number of messages', () => {
    const tracker = new CanaryTracker(limits);
    for (let each = 0; each < 100; each++) tracker.failed(`port ${each}`);
    const { failures } = tracker.take();
    expect(Object.keys(failures).length).toBeLessThan(20);
    expect(Object.values(failures).reduce((sum, count) => sum + count, 0)).toBe(100);
  });

  it('gives each canary that is published exactly one fate, whatever happens in whatever order', () => {
    type Step = { what: string; seq: number; by: number };
    const step = fc.record({
      what: fc.constantFrom('due', 'nobody', 'sent', 'taken', 'refused', 'arrived', 'gone', 'look', 'record'),
      seq: fc.nat(5),
      by: fc.nat(700),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps: Step[]) => {
        const tracker = new CanaryTracker(limits);
        const records: CanaryCounts[] = [];
        // What the tracker's owner and Redis may do with a canary; recipients may do anything at any time.
        const state = new Map<number, 'due' | 'sent' | 'answered'>();
        let now = 0;
        let next = 0;
        let published = 0;
        let refused = 0;
        const came = new Set<number>();
        const perform = ({ what, by, ...one }: Step): void => {
          now += by;
          const seq = next - 1 - one.seq;
          if (what === 'due') {
            state.set(next, 'due');
            tracker.due(next++);
          } else if (what === 'record') records.push(tracker.take());
          else if (what === 'look') {
            const overdue = tracker.overdue(now);
            tracker.giveUp(overdue, new Set(overdue.filter((each) => each % 2 === 0)));
          } else if (what === 'gone') tracker.gone(seq);
          else if (what === 'nobody' && state.get(seq) === 'due') {
            state.set(seq, 'answered');
            tracker.unaddressed(seq);
          } else if (what === 'sent' && state.get(seq) === 'due') {
            state.set(seq, 'sent');
            tracker.sent(seq, recipient(seq % 3), now);
          } else if (what === 'taken' && state.get(seq) === 'sent') {
            state.set(seq, 'answered');
            published++;
            tracker.acknowledged(seq, 3, now);
          } else if (what === 'refused' && state.get(seq) === 'sent') {
            state.set(seq, 'answered');
            if (came.has(seq)) published++;
            else refused++;
            tracker.refused(seq, 'no');
          } else if (what === 'arrived' && state.has(seq) && state.get(seq) !== 'due') {
            came.add(seq);
            tracker.arrived(seq, now);
          }
        };
        for (const each of steps) perform(each);
        // As in life: Redis answers at last, or its deadline passes, and then time does.
        for (const [seq, was] of state) {
          const what = was === 'due' ? 'nobody' : 'taken';
          if (was !== 'answered') perform({ what, seq: next - 1 - seq, by: 0 });
        }
        perform({ what: 'look', seq: 0, by: 10_000 });
        records.push(tracker.take());
        const sum = (pick: (record: CanaryCounts) => number) => records.reduce((total, record) => total + pick(record), 0);
        expect(tracker.outstanding).toBe(0);
        expect(sum((record) => record.published)).toBe(published);
        expect(sum(({ received, late, lost, withdrawn }) => received + late + lost + withdrawn)).toBe(published);
        expect(sum((record) => record.failures.no ?? 0)).toBe(refused);
        expect(sum(({ published, unaddressed, failures }) => published + unaddressed + (failures.no ?? 0))).toBe(next);
        expect(sum(({ lostBy }) => Object.values(lostBy).reduce((total, count) => total + count, 0))).toBe(sum(({ lost }) => lost));
        expect(sum(({ latency }) => latency.filter((_, at) => at % 2 === 1).reduce((total, count) => total + count, 0))).toBe(
          sum(({ received, late }) => received + late),
        );
      }),
      { numRuns: 300 },
    );
  });
});
