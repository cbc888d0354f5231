import type { JournalEvent, LoadSecond, Sample } from '../../../src/journal/event.js';
import type { Judged } from '../../../src/verdict/diagnosis/rule.js';
import { judge } from '../../../src/verdict/judge.js';
import type { CriterionRow } from '../../../src/verdict/run-result.js';
import { summarize } from '../../../src/verdict/summarize.js';
import { check, healthyRun, LOAD_START, rewrite } from '../journal-builder.js';

/** The healthy run with other seconds of load. */
export const withSeconds = (events: JournalEvent[], change: (index: number, event: LoadSecond) => Partial<LoadSecond>): JournalEvent[] =>
  rewrite(events, (event) => (event.type === 'load.second' ? { ...event, ...change(event.second - LOAD_START / 1000, event) } : event));

/** The same with more samples of one sampler at each of its times; `seconds` since the load's start. */
export const withSamples = (events: JournalEvent[], sampler: string, more: (seconds: number) => Sample[]): JournalEvent[] =>
  rewrite(events, (event) => {
    if (event.type !== 'sample' || event.sampler !== sampler) return event;
    const added = more((event.t - LOAD_START) / 1000);
    const isOld = (one: Sample) =>
      !added.some((two) => two.name === one.name && JSON.stringify(two.attributes) === JSON.stringify(one.attributes));
    return { ...event, samples: [...event.samples.filter(isOld), ...added] };
  });

/** The same with more events, in the order of time. */
export const withEvents = (events: JournalEvent[], ...more: JournalEvent[]): JournalEvent[] =>
  [...events, ...more].sort((a, b) => a.t - b.t);

/** The same with another start, and with more checks. */
export const withStart = (events: JournalEvent[], change: Partial<Extract<JournalEvent, { type: 'run.start' }>>): JournalEvent[] =>
  rewrite(events, (event) => (event.type === 'run.start' ? { ...event, ...change } : event));
export const withCheck = (events: JournalEvent[], rest: Parameters<typeof check>[0]): JournalEvent[] =>
  rewrite(events, (event) => (event.type === 'check.result' ? [event, check(rest)] : event));

/** A count of one log pattern in one backend's log at each time. */
export const logMatches =
  (backend: string, pattern: string, of: (seconds: number) => number) =>
  (seconds: number): Sample[] => [{ name: 'log.matches', value: of(seconds), attributes: { backend, pattern } }];

export const healthy = healthyRun;

export const judged = (events: JournalEvent[]): Judged => judge(summarize(events));

/** A row that a criterion could have. */
export const row = (rest: Partial<CriterionRow> & Pick<CriterionRow, 'id' | 'status'>): CriterionRow => ({
  ...(judged(healthy()).criteria[0] as CriterionRow),
  title: rest.id,
  ...rest,
});
