import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../../src/journal/event.js';
import { judge } from '../../../src/verdict/judge.js';
import type { CriterionRow } from '../../../src/verdict/run-result.js';
import { summarize } from '../../../src/verdict/summarize.js';
import { CRITERIA, healthyRun, LOAD_END, rewrite } from '../journal-builder.js';

type Summary = Extract<JournalEvent, { type: 'external.summary' }>;
type Row = Summary['rows'][number];
type End = Omit<Extract<JournalEvent, { type: 'external.end' }>, 't' | 'type'>;

/** The healthy run's readings, beside the load of another tool or of nobody. No proof of the logs is asked for. */
function run(mode: 'external' | 'watch', told: JournalEvent[] = []): JournalEvent[] {
  return rewrite(healthyRun(), (event) => {
    if (event.type === 'run.start') return { ...event, mode, stages: [], criteria: { ...CRITERIA, publishFailures: null } };
    if (event.type === 'load.second' || event.type === 'stage.start') return undefined;
    return event.type === 'load.end' ? [...told, event] : event;
  });
}
const locust = (rows: Row[] | null, end: End = { exitCode: 0 }): JournalEvent[] =>
  run('external', [
    { type: 'external.start', t: LOAD_END - 20_000, tool: 'locust', command: ['locust', '-f', 'x.py'] },
    { type: 'external.end', t: LOAD_END - 100, ...end },
    ...(rows ? [{ type: 'external.summary', t: LOAD_END - 50, tool: 'locust', files: ['x_stats.csv'], rows } satisfies Summary] : []),
  ]);
const row = (name: string, requests: number, failures: number | undefined, p95?: number): Row => ({
  name,
  requests,
  ...(failures !== undefined && { failures }),
  percentiles: p95 === undefined ? {} : { '0.95': p95 },
  errors: {},
});
const GOOD = [row('WSS connect', 300, 0, 12), row('ws_start_navigation', 500, 0, 88), row('location_update', 2000, 1, 40)];
const judged = (events: JournalEvent[]) => judge(summarize(events));
const one = (events: JournalEvent[], id: string): CriterionRow | undefined =>
  judged(events).criteria.find((criterion) => criterion.id === id);

describe('a run that only watches', () => {
  it('is INCONCLUSIVE for the one reason that it sends no load, and judges what it watched', () => {
    const result = judged(run('watch'));
    expect(result).toMatchObject({ verdict: 'INCONCLUSIVE', mode: 'watch', stages: [], highestStep: null, warnings: [] });
    expect(result.reasons).toEqual([{ code: 'no_figures', text: 'nothing is proven of how the target carries load: watch sends no load' }]);
    const of = (status: string) => result.criteria.filter((criterion) => criterion.status === status).map(({ id }) => id);
    expect(of('inconclusive')).toEqual([
      'connect_success_rate',
      'connect_p95',
      'start_navigation_p95',
      'location_update_p95',
      'error_rate',
    ]);
    expect(result.criteria[0]?.evidence).toBe('watch sends no load');
    expect(of('pass')).toContain('backend_cpu');
  });

  it('says that its watch was stopped or cut off, not a load', () => {
    const stopped = rewrite(run('watch'), (event) => (event.type === 'load.end' ? { ...event, reason: 'stopped' } : event));
    expect(judged(stopped).reasons[0]?.text).toBe('the watch was stopped before its time ended');
    expect(judged(run('watch').slice(0, -12)).reasons[0]?.text).toMatch(/, during the watch, and does not hold the run's end$/);
  });
});

describe('the load of another tool', () => {
  it('is judged by its own figures, under the names that it gives them', () => {
    const result = judged(locust([...GOOD, row('Aggregated', 2800, 1, 60)]));
    expect(result.verdict).toBe('PASS');
    expect(result.criteria.slice(0, 5).map(({ id, status, observed }) => [id, status, observed])).toEqual([
      ['connect_success_rate', 'pass', '100 %'],
      ['connect_p95', 'pass', '12 ms'],
      ['start_navigation_p95', 'pass', '88 ms'],
      ['location_update_p95', 'pass', '40 ms'],
      ['error_rate', 'pass', '0.04 %'],
    ]);
    expect(one(locust(GOOD), 'error_rate')?.evidence).toBe('1 of 2800 requests failed, as locust tells it in x_stats.csv');
    expect(result.warnings.map(({ code }) => code)).toEqual(['external_generator']);
  });

  it('fails by them', () => {
    const bad = [row('ws_connect', 300, 3, 12), row('ws_start_navigation', 500, 0, 88), row('ws_location_update', 2000, 90, 400)];
    expect(judged(locust(bad)).reasons.map(({ code }) => code)).toEqual(['connect_success_rate', 'location_update_p95', 'error_rate']);
  });

  it('takes the slowest of several rows of one task, and no percentile that is not told', () => {
    const two = [...GOOD, row('ws_location_update', 10, 0, 310)];
    expect(one(locust(two), 'location_update_p95')).toMatchObject({ status: 'fail', value: 310 });
    expect(one(locust([...GOOD, row('ws_location_update', 10, 0)]), 'location_update_p95')).toMatchObject({
      status: 'inconclusive',
      evidence: 'locust does not tell the 95th percentile of location_update, ws_location_update',
    });
    expect(one(locust([...GOOD.slice(0, 2), row('ws_location_update', 9, 9, 2)]), 'location_update_p95')).toMatchObject({
      status: 'inconclusive',
      evidence: expect.stringContaining('not one succeeded'),
    });
  });

  it('passes nothing by failures that the tool does not count, and fails by those that it does', () => {
    const uncounted = [row('connect', 300, undefined, 12), ...GOOD.slice(1)];
    expect(one(locust(uncounted), 'connect_success_rate')).toMatchObject({ status: 'inconclusive' });
    expect(one(locust(uncounted), 'error_rate')).toMatchObject({ status: 'inconclusive', evidence: expect.stringContaining('of connect') });
    expect(one(locust([...uncounted, row('ping', 300, 300)]), 'error_rate')).toMatchObject({ status: 'fail' });
  });

  it('is open where the tool tells of no such request, or of none at all', () => {
    expect(one(locust(GOOD.slice(1)), 'connect_p95')).toMatchObject({
      status: 'inconclusive',
      evidence: 'locust tells of no request that is named connect or ws_connect',
    });
    const result = judged(locust(null));
    expect(result.reasons).toEqual([
      { code: 'no_figures', text: 'nothing is proven of how the target carries load: no figures of locust were found' },
    ]);
    expect(judged(locust([])).reasons[0]?.text).toMatch(/the figures of locust hold no request$/);
    expect(judged(run('external')).reasons[0]?.text).toMatch(/does not tell which tool/);
  });

  it('warns of how it ended', () => {
    const text = (end: End, rows = GOOD) => judged(locust(rows, end)).warnings.find(({ code }) => code === 'external_end')?.text;
    expect(text({ exitCode: 1 })).toBe('locust ended with exit code 1, as it does when requests failed (1 did)');
    expect(text({ exitCode: 2 })).toBe('locust ended with exit code 2');
    expect(text({ signal: 'SIGKILL' })).toBe('locust was ended by SIGKILL');
    expect(text({ exitCode: 0 })).toBeUndefined();
  });
});
