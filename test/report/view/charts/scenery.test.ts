import { describe, expect, it } from 'vitest';
import { numberText, valueText } from '../../../../src/report/view/charts/format.js';
import { columnAt, HEAT_STEPS, heatStep, mostOf, stepBegins } from '../../../../src/report/view/charts/heat-scale.js';
import { marksNear, marksOf } from '../../../../src/report/view/charts/marks.js';
import { spansOf } from '../../../../src/report/view/charts/spans.js';
import { yRange } from '../../../../src/report/view/charts/y-scale.js';
import { chartsEn } from '../../../../src/report/view/i18n/charts-en.js';

const stage = (name: string, users: number, untilSeconds: number) =>
  ({ name, users, untilSeconds, spawnRate: 1 }) as Parameters<typeof spansOf>[0]['stages'][number];

describe('stages', () => {
  const stages = [stage('A', 10, 20), stage('B', 20, 60)];

  it('are shaded as far as they were reached, between what was before and after the load', () => {
    const window = { runStart: 0, loadStart: 10_000, loadEnd: 72_000, runEnd: 80_000, lastEvent: 80_000 };
    expect(spansOf({ window, stages }, chartsEn)).toEqual([
      { from: 0, to: 10, kind: 'outside', names: ['before the load'] },
      { from: 10, to: 30, kind: 'even', names: ['A: 10 users', 'A'] },
      { from: 30, to: 72, kind: 'odd', names: ['B: 20 users', 'B'] },
      { from: 72, to: 80, kind: 'outside', names: ['after the load'] },
    ]);
  });

  it('that were not reached are not there', () => {
    const window = { runStart: 0, loadStart: 10_000, loadEnd: null, runEnd: null, lastEvent: 15_000 };
    expect(spansOf({ window, stages }, chartsEn).map(({ to, names }) => [to, names[0]])).toEqual([
      [10, 'before the load'],
      [15, 'A: 10 users'],
    ]);
    expect(spansOf({ window: { ...window, loadStart: null }, stages }, chartsEn)).toEqual([]);
  });
});

describe('marks', () => {
  const event = (t: number, type: string) => ({ t, type, text: type });
  const restart = { ...{ t: 5000, sampler: 'docker', component: 'redis', sourceTime: null }, what: 'die', detail: 'exit 137' };
  const told = (reason: string) =>
    marksOf({
      events: [event(9000, 'run.end'), event(1000, 'load.start'), event(2000, 'load.adjust'), event(0, 'run.start')],
      ...{ targetEvents: [restart, { ...restart, t: 6000, what: 'start', detail: null }], criteria: [] },
      ended: { reason, signal: null, message: null },
    });

  it('are what happened to the load and to the target, in the order of time', () => {
    expect(told('completed').map(({ t, kind, text }) => [t, kind, text])).toEqual([
      [1, 'stage', 'load.start'],
      [2, 'change', 'load.adjust'],
      [5, 'alarm', 'redis: die (exit 137)'],
      [6, 'change', 'redis: start'],
    ]);
  });

  it('tell of an end that was not planned', () => {
    expect(told('aborted').at(-1)).toEqual({ t: 9, kind: 'alarm', text: 'run.end' });
  });

  it('are found near the cursor', () => {
    expect(marksNear(told('completed'), 5.4, 0.5).map(({ t }) => t)).toEqual([5]);
  });
});

describe('the scale of values', () => {
  it('begins at 0, and has a limit in it that is near', () => {
    const limits = [{ kind: 'limit', value: 300 }] as const;
    expect(yRange(20, 50, limits)[1]).toBeLessThan(100);
    expect(yRange(20, 200, limits)[1]).toBeGreaterThan(300);
    expect(yRange(20, 200, limits)[0]).toBe(0);
  });

  it('is there when nothing was measured, or nothing but 0', () => {
    expect(yRange(null, null, [])).toEqual([0, 1]);
    expect(yRange(0, 0, [{ kind: 'limit', value: 5 }])).toEqual([0, 1]);
    expect(yRange(-4, 0, [])[0]).toBeLessThan(-4);
  });
});

describe('a heat map', () => {
  it('has steps of colour by the factor, of which rare ones are seen', () => {
    expect([0, 1, 10, 100, 99_999, 100_000].map((count) => heatStep(count, 100_000))).toEqual([0, 1, 2, 3, 5, HEAT_STEPS]);
    expect(heatStep(1, 1)).toBe(HEAT_STEPS);
    expect(stepBegins(100_000)).toEqual([1, 10, 100, 1000, 10_000, 100_000]);
    for (const most of [1, 2, 3, 7, 31, 772]) for (const begin of stepBegins(most)) expect(heatStep(begin, most)).toBeGreaterThan(0);
  });

  it('knows its columns by their time, and those that are not there', () => {
    const map = {
      task: 'ping',
      edges: [1],
      times: [10, 12, 20],
      secondsPerColumn: 2,
      counts: [
        [1, 0],
        [0, 5],
        [2, 2],
      ],
    };
    expect([9, 10, 11.9, 13, 14, 21].map((t) => columnAt(map, t))).toEqual([undefined, 0, 0, 1, undefined, 2]);
    expect(mostOf(map)).toBe(5);
  });
});

describe('a value', () => {
  it('has its unit, and no more digits than one can read', () => {
    expect(valueText(0.12345, 'share')).toBe('12.35 %');
    expect(valueText(1536, 'bytes')).toBe('1.5 KiB');
    expect(valueText(0, 'bytesPerSecond')).toBe('0 B/s');
    expect(valueText(12_345, 'ms')).toBe('12.35 s');
    expect(valueText(1.23456, 'ms')).toBe('1.235 ms');
    expect(valueText(7, 'perSecond')).toBe('7/s');
    expect(numberText(1_234_567.8)).toBe('1,234,568');
    expect(numberText(0.00012)).toBe('0.00012');
  });
});
