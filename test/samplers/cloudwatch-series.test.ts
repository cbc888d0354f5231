import { describe, expect, it } from 'vitest';
import type { MetricSeries } from '../../src/clients/cloudwatch.js';
import { CloudWatchSeries, missingPeriods, periodByAge } from '../../src/samplers/cloudwatch-series.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const id = { namespace: 'AWS/EC2', name: 'CPUUtilization', dimensions: { InstanceId: 'i-1' } };

function answer(minutes: number[]): MetricSeries {
  const points = minutes.map((minute) => ({ t: minute * MINUTE, value: minute }));
  return { query: { ...id, statistic: 'Average', period: 60 }, points, status: 'Complete', messages: [] };
}

function series(minutes: number[]): CloudWatchSeries {
  const one = new CloudWatchSeries({
    name: 'aws.ec2.cpu.utilization',
    attributes: { instance: 'i-1' },
    scale: 0.01,
    statistic: 'Average',
    sources: [id],
    hint: '',
  });
  one.add([answer(minutes)]);
  return one;
}

describe('periodByAge', () => {
  it.each([
    [0, 60],
    [15 * DAY - 1, 60],
    [15 * DAY, 300],
    [63 * DAY, 3600],
  ])('of data %i ms old is %i s', (age, seconds) => {
    expect(periodByAge(age)).toBe(seconds);
  });
});

describe('CloudWatchSeries', () => {
  it.each([
    ['detailed monitoring', [1, 2, 3, 4], MINUTE],
    ['basic monitoring', [1, 6, 11, 16], 5 * MINUTE],
    ['basic monitoring with a hole', [1, 6, 21, 26], 5 * MINUTE],
    ['monitoring that became detailed', [0, 5, 10, 15, 16, 17], MINUTE],
    ['monitoring that became basic', [1, 2, 3, 8, 13, 18, 23, 28], 5 * MINUTE],
    ['one datapoint', [7], undefined],
  ])('sees the period of %s', (_, minutes, period) => {
    expect(series(minutes).periodMs).toBe(period);
  });

  it('gives a datapoint that came late, in the place of time where it belongs', () => {
    const one = series([0, 1, 2, 4]);
    const window = { from: 0, to: 5 * MINUTE };
    expect(one.take(window, DAY).map(({ t }) => t)).toEqual([0, 1, 2, 4].map((minute) => minute * MINUTE));
    one.add([answer([3, 4])]);
    expect(one.take(window, DAY).map(({ t }) => t)).toEqual([3 * MINUTE]);
  });

  it('takes those whose period reaches into the window, and no others', () => {
    const one = series([0, 5, 10, 15, 20]);
    const taken = one.take({ from: 7 * MINUTE, to: 15 * MINUTE }, DAY);
    expect(taken.map(({ t = 0 }) => t / MINUTE)).toEqual([5, 10]);
  });
});

describe('missingPeriods', () => {
  const spans = (...minutes: number[]) => minutes.map((minute) => ({ t: minute * MINUTE, periodMs: 5 * MINUTE }));
  const window = { from: 7 * MINUTE, to: 23 * MINUTE };
  it.each([
    ['none of four', spans(5, 10, 15, 20), 0],
    ['the first', spans(10, 15, 20), 1],
    ['the last', spans(5, 10, 15), 1],
    ['two in the middle', spans(5, 20), 2],
    ['all', spans(), 4],
    ['all but those outside', spans(0, 25), 4],
    ['none where the grid moved by a minute', spans(5, 11, 16, 21), 0],
    ['the end that nothing reaches', spans(4, 9, 14, 17), 1],
  ])('counts %s', (_, known, count) => {
    expect(missingPeriods(known, window, 5 * MINUTE, 0)).toBe(count);
  });
});
