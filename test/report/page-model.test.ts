import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../src/journal/event.js';
import { pageModel } from '../../src/report/page-model.js';
import { verdictJson } from '../../src/report/verdict-json.js';
import { judge } from '../../src/verdict/judge.js';
import type { RunResult } from '../../src/verdict/run-result.js';
import { summarize } from '../../src/verdict/summarize.js';
import { canaryRun, healthyRun, LOAD_START, SECONDS } from '../verdict/journal-builder.js';
import { longResult } from './long-result.js';

const resultOf = (events: Iterable<JournalEvent>): RunResult => judge(summarize(events));
const modelOf = (result: RunResult, kind: 'report' | 'live' = 'report') => pageModel(result, { kind, language: 'en' });

describe('the model of the page', () => {
  it('says what verdict.json says, and has the load second by second', () => {
    const result = resultOf(healthyRun());
    const { result: told, load, thinning } = modelOf(result);
    expect(verdictJson(told)).toBe(verdictJson(result));
    expect(load.times).toEqual(Array.from({ length: SECONDS }, (_, index) => LOAD_START / 1000 + index));
    expect(load.connected).toEqual(Array(SECONDS).fill(6));
    expect(load.tasks.map(({ name }) => name)).toEqual(['connect', 'location_update', 'start_navigation']);
    expect(load.tasks[0]?.requests.slice(0, 2)).toEqual([6, 0]);
    // Of a second without a request there is no latency.
    expect(load.tasks[0]?.p95[1]).toBeNull();
    expect(thinning).toBe(1);
  });

  it('breaks the lines where seconds are missing', () => {
    const gaps = healthyRun().filter(
      (event) => event.type !== 'load.second' || event.second < LOAD_START / 1000 + 5 || event.second > LOAD_START / 1000 + 9,
    );
    const { load } = modelOf(resultOf(gaps));
    expect(load.times.length).toBe(SECONDS - 5 + 1);
    for (const line of [load.connected, load.requests, load.generator.lagMs]) expect(line.filter((one) => one === null)).toHaveLength(1);
  });

  it('tells the files that were collected as they were written, unless more is known of them', () => {
    const digest = 'ab'.repeat(32);
    const file: JournalEvent = {
      type: 'evidence.file',
      t: LOAD_START,
      path: 'redis/before.json',
      source: 'redis',
      status: 'ok',
      bytes: 17,
      sha256: digest,
    };
    const missing: JournalEvent = {
      type: 'evidence.file',
      t: LOAD_START,
      path: 'x.png',
      source: 'cloudwatch',
      status: 'missing',
      reason: 'no leave',
    };
    const result = resultOf([...healthyRun(), file, missing]);
    expect(modelOf(result).files).toEqual([
      { path: 'redis/before.json', bytes: 17, sha256: digest, status: 'ok', reason: null },
      { path: 'x.png', bytes: null, sha256: null, status: 'missing', reason: 'no leave' },
    ]);
    expect(pageModel(result, { kind: 'report', language: 'ko', files: [] }).files).toEqual([]);
  });

  it('has the canaries of each second', () => {
    const { canaries } = modelOf(resultOf(canaryRun()));
    expect(canaries.times.length).toBeGreaterThan(0);
    expect(Object.keys(canaries.lines)).toContain('lost');
    for (const line of Object.values(canaries.lines)) expect(line.length).toBe(canaries.times.length);
  });
});

describe('the model of a day', () => {
  const result = longResult(86_400);

  it('keeps the peaks of each line where it is a report, and all of it where it is live', () => {
    const { load, thinning, series } = modelOf(result);
    expect(thinning).toBeGreaterThan(10);
    expect(load.times.length).toBeLessThan(20_000);
    const p99 = load.tasks[0]?.p99 ?? [];
    expect(Math.max(...p99.map(Number))).toBe(9999);
    expect(p99.filter((value) => value === 9999)).toHaveLength(1);
    expect(series[0]?.values).toContain(8888);
    const live = modelOf(result, 'live');
    expect(live.load.times.length).toBe(86_400);
    expect(live.thinning).toBe(1);
  });

  it('turns a counter that has no room into its growth before it is thinned', () => {
    const counter = modelOf(result).series.find(({ name }) => name === 'redis.commands.processed');
    expect(counter?.unit).toBe('{counter}/s');
    // It grows by 10 a second, and by 1,000 a second between two of its readings.
    expect(new Set(counter?.values)).toEqual(new Set([null, 10, 1000]));
    expect(modelOf(result, 'live').series.find(({ name }) => name === 'redis.commands.processed')?.unit).toBe('{counter}');
  });
});
