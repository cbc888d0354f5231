import type { JournalEvent } from '../../../src/journal/event.js';
import { judge } from '../../../src/verdict/judge.js';
import type { Cause, Finding, RunResult } from '../../../src/verdict/run-result.js';
import { summarize } from '../../../src/verdict/summarize.js';
import { BACKENDS, LOAD_END, LOAD_START, RUN_START, rewrite, SECONDS } from '../journal-builder.js';

type Of<Type extends JournalEvent['type']> = Extract<JournalEvent, { type: Type }>;
type Samples = Of<'sample'>['samples'];

/** The result of these events, in the order of time; the run's start is the first, also where data of before it were fetched. */
export const resultOf = (events: JournalEvent[]): RunResult =>
  judge(summarize([...events].sort((a, b) => Number(b.type === 'run.start') - Number(a.type === 'run.start') || a.t - b.t)));

/** Adds readings of Redis (or of another sampler) every two seconds from before the load to after it; `at` is seconds since its start. */
export function sampled(events: JournalEvent[], readings: (at: number) => Samples, sampler = 'redis'): JournalEvent[] {
  const times = Array.from({ length: SECONDS / 2 + 2 }, (_, index) => index * 2 - 1);
  return [...events, ...times.map((at): JournalEvent => ({ type: 'sample', t: LOAD_START + at * 1000, sampler, samples: readings(at) }))];
}

/** Readings of a sane Redis. */
export const saneRedis = (at: number): Samples => [
  { name: 'redis.uptime', value: 1000 + at },
  { name: 'redis.round_trip.time', value: 0.0008 },
  { name: 'redis.slowlog.entries', value: 0 },
  { name: 'redis.keys.evicted', value: 0 },
  { name: 'redis.maxmemory', value: 512 * 2 ** 20 },
  { name: 'redis.clients.output_buffer_limit_disconnections', value: 0 },
  { name: 'redis.pubsub.output_buffer.max', value: 0 },
  { name: 'redis.pubsub.output_buffer.limit', value: 32 * 2 ** 20 },
];

/** Lines of a pattern in the log of the first backend, `perSecond` of them from the load's start on, beside what its log held. */
export function logged(
  events: JournalEvent[],
  pattern: string,
  perSecond: number,
  backends: readonly string[] = ['fastapi-1'],
): JournalEvent[] {
  return rewrite(events, (event) => {
    if (event.type !== 'sample' || event.sampler !== 'logs') return event;
    const seconds = Math.max(0, (event.t - LOAD_START) / 1000);
    const counted = BACKENDS.map((backend) => ({
      name: 'log.matches',
      value: backends.includes(backend) ? Math.floor(seconds * perSecond) : 0,
      attributes: { backend, pattern },
    }));
    return { ...event, samples: [...event.samples, ...counted] };
  });
}

/** Readings of one metric changed. */
export const reread = (
  events: JournalEvent[],
  name: string,
  value: (t: number, attributes: Record<string, string>) => number,
): JournalEvent[] =>
  rewrite(events, (event) =>
    event.type === 'sample'
      ? {
          ...event,
          samples: event.samples.map((one) => (one.name === name ? { ...one, value: value(event.t, one.attributes ?? {}) } : one)),
        }
      : event,
  );

/** Each second of load changed. */
export const eachSecond = (events: JournalEvent[], change: (event: Of<'load.second'>, at: number) => Of<'load.second'>): JournalEvent[] =>
  rewrite(events, (event) => (event.type === 'load.second' ? change(event, event.second - LOAD_START / 1000) : event));

/** A run of another tool with these rows. */
export function externalRun(events: JournalEvent[], rows: Of<'external.summary'>['rows']): JournalEvent[] {
  const own = rewrite(events, (event) => {
    if (event.type === 'load.second' || event.type === 'stage.start') return undefined;
    return event.type === 'run.start' ? { ...event, mode: 'external', stages: [] } : event;
  });
  return [
    ...own,
    { type: 'external.start', t: LOAD_START, tool: 'locust', command: ['locust', '--headless'] },
    { type: 'external.end', t: LOAD_END - 10, exitCode: 0 },
    { type: 'external.summary', t: LOAD_END - 5, tool: 'locust', files: ['load_stats.csv'], rows },
  ];
}

/** A row of another tool's figures, `median` in ms. */
export const row = (name: string, requests: number, median: number, rest: Partial<Of<'external.summary'>['rows'][number]> = {}) => ({
  name,
  requests,
  failures: 0,
  percentiles: { '0.5': median, '0.95': median * 3, '0.99': median * 4 },
  errors: {},
  ...rest,
});

/** A check that was made before the load. */
export const checked = (check: string, status: Of<'check.result'>['status'], observed: string): JournalEvent => ({
  type: 'check.result',
  t: RUN_START + 1500,
  check,
  title: check,
  why: 'It matters.',
  status,
  observed,
  durationMs: 3,
});

export const findingOf = (result: RunResult, rule: string): Finding => {
  const finding = result.findings.find((one) => one.rule === rule);
  if (finding === undefined) throw new Error(`no finding ${rule}; there are: ${result.findings.map((one) => one.rule).join(', ')}`);
  return finding;
};

/** `confirmed pubsub-listener`, in the order of the finding. */
export const standings = ({ causes }: Finding): string[] => causes.map(({ standing, id }) => `${standing} ${id}`);

export const causeOf = ({ causes }: Finding, id: string): Cause => {
  const cause = causes.find((one) => one.id === id);
  if (cause === undefined) throw new Error(`no cause ${id}`);
  return cause;
};
