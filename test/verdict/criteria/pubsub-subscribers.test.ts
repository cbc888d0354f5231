import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../../src/journal/event.js';
import { judge } from '../../../src/verdict/judge.js';
import { summarize } from '../../../src/verdict/summarize.js';
import { healthyRun, rewrite } from '../journal-builder.js';

/** The healthy run with other numbers of subscribers: `of(n)` for the nth sample, undefined for none. */
function judged(of: (index: number) => number | undefined) {
  let index = 0;
  const events: JournalEvent[] = rewrite(healthyRun(), (event) => {
    if (event.type !== 'sample' || event.sampler !== 'redis') return event;
    const value = of(index++);
    const samples = event.samples.filter(({ name }) => name !== 'redis.pubsub.subscribers');
    const own = value === undefined ? [] : [{ name: 'redis.pubsub.subscribers', value, attributes: { channel: 'kindmap_events' } }];
    return { ...event, samples: [...samples, ...own] };
  });
  const result = judge(summarize(events));
  return { row: result.criteria.find(({ id }) => id === 'pubsub_subscribers'), warnings: result.warnings.map(({ code }) => code) };
}

describe('the subscribers of the Pub/Sub channel', () => {
  it('pass while every replica listens', () => {
    expect(judged(() => 3).row).toMatchObject({ status: 'pass', value: 3, limit: 3, required: false });
  });

  it('are critical as soon as one listener is gone, which nothing else shows', () => {
    const { row, warnings } = judged((index) => (index < 4 ? 3 : 2));
    expect(row).toMatchObject({ status: 'warn', critical: true, value: 2, evidence: expect.stringMatching(/of them below 3/) });
    expect(warnings).toContain('pubsub_subscribers');
  });

  it('are not proven when nobody counted them', () => {
    expect(judged(() => undefined).row).toMatchObject({ status: 'inconclusive' });
  });
});
