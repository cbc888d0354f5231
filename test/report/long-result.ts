import { judge } from '../../src/verdict/judge.js';
import type { HistorySecond, RunResult, SampleSeries } from '../../src/verdict/run-result.js';
import { summarize } from '../../src/verdict/summarize.js';
import { healthyRun, LOAD_START } from '../verdict/journal-builder.js';

/** Parts of seconds repeat, so that a day of them fits into little memory. */
const VARIANTS = 997;
const TASKS = ['connect', 'location_update', 'start_navigation'];

/** A healthy run that has so many seconds and forty series of readings, with one peak in each. */
export function longResult(seconds: number): RunResult {
  const result = judge(summarize(healthyRun()));
  return { ...result, history: history(result, seconds), series: Array.from({ length: 40 }, (_, index) => series(index, seconds)) };
}

function history({ history: [first] }: RunResult, seconds: number): HistorySecond[] {
  if (first === undefined) throw new Error('the healthy run has seconds');
  const tasksOf = (at: number, p99Ms: number): HistorySecond['tasks'] => {
    const latency = { p50Ms: 1.2345 + at, p95Ms: 12.345 + at, p99Ms, intendedP95Ms: 13.579 + at };
    return Object.fromEntries(TASKS.map((name) => [name, { requests: 60 + at, failures: at % 3, ...latency }]));
  };
  const variants = Array.from({ length: VARIANTS }, (_, at): HistorySecond['tasks'] => tasksOf(at, 123.456 + at));
  return Array.from({ length: seconds }, (_, at) => ({
    ...first,
    second: LOAD_START / 1000 + at,
    requests: 180 + (at % 7),
    tasks: at === Math.floor(seconds / 2) ? tasksOf(1, 9999) : (variants[at % VARIANTS] ?? {}),
  }));
}

function series(index: number, seconds: number): SampleSeries {
  const times = Array.from({ length: seconds / 5 }, (_, at) => LOAD_START + at * 5000 + index);
  const peak = Math.floor(times.length / 2);
  if (index === 1) {
    const values = times.map((_, at) => at * 50 + (at >= peak ? 4950 : 0));
    return { sampler: 'redis', name: 'redis.commands.processed', attributes: {}, unit: '{counter}', intervalMs: 5000, times, values };
  }
  const values = times.map((_, at) => (at === peak ? 8888 : 0.123456789 * ((at % 100) + 1)));
  return {
    sampler: 'backends',
    name: `some.metric${index}`,
    attributes: { backend: `b${index}` },
    unit: '1',
    intervalMs: 5000,
    times,
    values,
  };
}
