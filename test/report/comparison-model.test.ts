import { describe, expect, it } from 'vitest';
import { comparisonModel, type Overlaid } from '../../src/report/comparison-model.js';
import { overlayCharts } from '../../src/report/view/comparison/overlay-charts.js';
import { liveEn } from '../../src/report/view/i18n/live-en.js';
import type { Comparison } from '../../src/verdict/compare/comparison.js';
import type { HistorySecond } from '../../src/verdict/run-result.js';

const comparison = {} as Comparison;

/** One second of a load: so many users, and a 95th percentile of each task that did something. */
const second = (at: number, connected: number, p95: Record<string, number | null> = {}): HistorySecond =>
  ({
    second: at,
    users: { planned: connected, active: connected, connected },
    ...{ requests: connected * 2, failures: 1, drops: 2, unsent: 0 },
    tasks: Object.fromEntries(Object.entries(p95).map(([name, p95Ms]) => [name, { requests: 1, failures: 0, p50Ms: 1, p95Ms }])),
  }) as HistorySecond;

const run = (runId: string, loadStart: number | null, history: HistorySecond[], tasks: string[] = []): Overlaid =>
  ({ runId, window: { loadStart }, history, tasks: tasks.map((name) => ({ name })) }) as unknown as Overlaid;

describe('the page of a comparison', () => {
  it('lays each load at its own beginning, and leaves gaps where nothing is known', () => {
    const a = run('a', 100_400, [second(100, 1), second(101, 2), second(103, 4)]);
    const b = run('b', 9_000_900, [second(9_000, 5), second(9_001, 6)]);
    const model = comparisonModel(comparison, [a, b], 'en');
    expect(model).toMatchObject({ times: [0, 1, 2, 3], thinning: 1, kind: 'comparison', language: 'en' });
    expect(model.runs.map(({ connected }) => connected)).toEqual([
      [1, 2, null, 4],
      [5, 6, null, null],
    ]);
    expect(model.runs[0]).toMatchObject({ requests: [2, 4, null, 8], failures: [3, 3, null, 3] });
  });

  it('keeps the peaks of a load that is longer than a screen', () => {
    const seconds = 9_500;
    const history = Array.from({ length: seconds }, (_, at) => second(at, 10, { move: at === 7_777 ? 900 : 20 }));
    const model = comparisonModel(comparison, [run('a', 0, history, ['move'])], 'en');
    expect(model.thinning).toBe(4);
    expect(model.times).toHaveLength(Math.ceil(seconds / 4));
    const p95 = model.runs[0]?.tasks[0]?.p95 ?? [];
    expect(p95[Math.floor(7_777 / 4)]).toBe(900);
    expect(p95.filter((value) => value === 20)).toHaveLength(p95.length - 1);
  });

  it('says nothing of a run without load', () => {
    const model = comparisonModel(comparison, [run('a', null, []), run('b', 5_000, [second(5, 1)])], 'en');
    expect(model.times).toEqual([0]);
    expect(model.runs[0]?.connected).toEqual([null]);
  });

  it('draws one chart of each task that any of the runs has, with one line a run', () => {
    const a = run('a', 0, [second(0, 1, { move: 5 })], ['move']);
    const b = run('b', 0, [second(0, 1, { stay: 7 })], ['stay']);
    const charts = overlayCharts(comparisonModel(comparison, [a, b], 'en'), liveEn.compare);
    expect(charts.map(({ id }) => id)).toEqual(['users', 'p95-0-move', 'p95-1-stay', 'requests', 'failures']);
    expect(charts[1]?.lines).toEqual([{ label: 'Run 1 · a' }, { label: 'Run 2 · b' }]);
    expect(charts[1]?.data()).toEqual({ times: [0], values: [[5], [null]] });
  });
});
