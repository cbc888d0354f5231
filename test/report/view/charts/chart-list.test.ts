import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../../../src/journal/event.js';
import { pageModel } from '../../../../src/report/page-model.js';
import type { Chart, LineChart } from '../../../../src/report/view/charts/chart.js';
import { chartGroups, chartIdsOf } from '../../../../src/report/view/charts/chart-list.js';
import { statisticsOf } from '../../../../src/report/view/charts/reading.js';
import { heatSummary, rowText, summaryOf } from '../../../../src/report/view/charts/summary.js';
import { chartsEn } from '../../../../src/report/view/i18n/charts-en.js';
import { chartsKo } from '../../../../src/report/view/i18n/charts-ko.js';
import type { PageModel } from '../../../../src/report/view/model.js';
import { judge } from '../../../../src/verdict/judge.js';
import type { SampleSeries } from '../../../../src/verdict/run-result.js';
import { summarize } from '../../../../src/verdict/summarize.js';
import { healthyRun, LOAD_START, rewrite } from '../../../verdict/journal-builder.js';

const modelOf = (events: JournalEvent[] = healthyRun(), kind: PageModel['kind'] = 'live'): PageModel =>
  pageModel(judge(summarize(events)), { kind, language: 'en' });

const healthy = modelOf();
const chartsOf = (model: PageModel): Chart[] => chartGroups(model, chartsEn).flatMap(({ charts }) => charts);

function lineChart(model: PageModel, id: string): LineChart {
  const found = chartsOf(model).find((chart) => chart.id === id);
  if (found?.kind !== 'lines') throw new Error(`there is no chart ${id}`);
  return found;
}

const sampled = (name: string, unit: string, values: (number | null)[], attributes: Record<string, string> = {}): SampleSeries => ({
  ...{ sampler: 'some', name, unit, attributes, intervalMs: 1000, values },
  times: values.map((_, index) => LOAD_START + index * 1000),
});

const withSeries = (...series: SampleSeries[]): PageModel => ({ ...healthy, series });

describe('the list of charts', () => {
  it('has the load, its response times, and everything that was sampled, in groups', () => {
    const ids = Object.fromEntries(chartGroups(healthy, chartsEn).map(({ id, charts }) => [id, charts.map((chart) => chart.id)]));
    expect(ids.load).toEqual(['users', 'rates', 'task-rates']);
    expect(ids.latency).toEqual(['latency-location-update', 'heat-location-update', 'latency-start-navigation', 'heat-start-navigation']);
    expect(ids.connections).toEqual(expect.arrayContaining(['connects', 'latency-connect', 'heat-connect', 'drops']));
    expect(ids.generator?.slice(0, 2)).toEqual(['generator-delays', 'generator-utilization']);
    const shown = new Set(chartsOf(healthy).flatMap((chart) => (chart.kind === 'lines' ? chart.metrics : [])));
    for (const { name } of healthy.series) expect(shown).toContain(name);
  });

  it('has a figure of its own for each chart, in every language the same', () => {
    const ids = chartsOf(healthy).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(chartGroups(healthy, chartsKo).flatMap(({ charts }) => charts.map(({ id }) => id))).toEqual(ids);
    const alike = withSeries(sampled('a.b', '1', [1]), sampled('a-b', '1', [1]));
    expect(
      chartsOf(alike)
        .map(({ id }) => id)
        .filter((id) => id.startsWith('metric-')),
    ).toEqual(['metric-a-b', 'metric-a-b-2']);
  });

  it('makes the same of each line as of the times', () => {
    for (const chart of chartsOf(healthy)) {
      if (chart.kind !== 'lines') continue;
      const { times, values } = chart.data();
      expect(values.length).toBe(chart.lines.length);
      for (const line of values) expect(line.length).toBe(times.length);
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    }
  });

  it('shows percentiles of each second, and that from the intended send', () => {
    const { lines, data, unit } = lineChart(healthy, 'latency-location-update');
    expect(lines.map(({ label }) => label)).toEqual(['p50', 'p95', 'p99', 'p95 from the intended send']);
    expect(unit).toBe('ms');
    expect(data().values.map(([first]) => first)).toEqual([1.9, 3, 3, 3]);
  });

  it('counts drops among the failures, and shows them by their close code', () => {
    const model = modelOf(
      rewrite(healthyRun(), (event) =>
        event.type === 'load.second' && event.second % 2 === 0 ? { ...event, drops: { 'close 1006': 2 } } : event,
      ),
    );
    expect(lineChart(model, 'rates').data().values[1]?.slice(0, 3)).toEqual([2, 0, 2]);
    const drops = lineChart(model, 'drops');
    expect(drops.lines.map(({ label }) => label)).toEqual(['close 1006']);
    expect(drops.data().values[0]?.slice(0, 3)).toEqual([2, 0, 2]);
  });

  it('breaks its lines where a second has no record', () => {
    const missing = LOAD_START / 1000 + 7;
    const model = modelOf(healthyRun().filter((event) => event.type !== 'load.second' || event.second !== missing));
    const { times, values } = lineChart(model, 'users').data();
    expect(values.map((line) => line[times.indexOf(missing)])).toEqual([null, null, null]);
  });

  it('shows counters as rates, shares as they are, and seconds in ms', () => {
    const model = withSeries(
      sampled('redis.keys.evicted', '{counter}', [0, 3, 1]),
      sampled('redis.round_trip.time', 's', [0.002, null]),
      sampled('log.matches', '{counter}', [0, 4], { backend: 'a', pattern: 'failed' }),
      sampled('log.matches', '{counter}', [5, 6], { backend: 'b', pattern: 'failed' }),
      sampled('unheard.of', '', [7]),
    );
    const of = (id: string) => [lineChart(model, id).unit, lineChart(model, id).data().values];
    expect(of('redis-evicted-rejected')).toEqual(['perSecond', [[null, 3, 1]]]);
    expect(of('redis-round-trip')).toEqual(['ms', [[2, null]]]);
    expect(of('log-matches')).toEqual(['perSecond', [[null, 5]]]);
    expect(of('metric-unheard-of')).toEqual(['plain', [[7]]]);
  });

  it('names a container only where another one took its place', () => {
    const one = (backend: string, container: string) => sampled('container.cpu.utilization', '1', [0.1], { backend, container });
    const { lines } = lineChart(withSeries(one('a', '111'), one('b', '222'), one('b', '333')), 'container-cpu');
    expect(lines.map(({ label }) => label)).toEqual(['a', 'b 222', 'b 333']);
  });

  it('has the limits of the criteria', () => {
    expect(lineChart(healthy, 'latency-location-update').limits).toEqual([{ kind: 'limit', value: 300 }]);
    const cpu = healthy.result.criteria.find(({ id }) => id === 'backend_cpu');
    expect(cpu?.criticalLimit).toBeGreaterThan(cpu?.limit ?? Number.POSITIVE_INFINITY);
    const chart = chartsOf(healthy).find(({ id }) => `chart-${id}` === chartIdsOf(healthy, chartsEn).get('backend_cpu'));
    expect(chart?.kind === 'lines' && chart.limits).toEqual([
      { kind: 'warning', value: cpu?.limit },
      { kind: 'critical', value: cpu?.criticalLimit },
    ]);
  });

  it('is where the criteria lead to', () => {
    const ids = chartIdsOf(healthy, chartsEn);
    const figures = new Set(chartsOf(healthy).map(({ id }) => `chart-${id}`));
    for (const id of ids.values()) expect(figures).toContain(id);
    expect(Object.fromEntries(ids)).toMatchObject({
      connect_success_rate: 'chart-connects',
      connect_p95: 'chart-latency-connect',
      location_update_p95: 'chart-latency-location-update',
      error_rate: 'chart-rates',
      redis_memory: 'chart-redis-memory',
      generator_health: 'chart-generator-delays',
    });
    expect(ids.has('identity')).toBe(false);
  });

  it('is empty of what was not there', () => {
    const nothing = { ...healthy, load: { ...healthy.load, times: [] }, canaries: { times: [], lines: {} }, series: [], heat: [] };
    expect(chartGroups(nothing, chartsEn)).toEqual([]);
  });
});

describe('a chart in words', () => {
  it('tells the least, the most and the last of each line, with units, and its limits', () => {
    const chart = lineChart(healthy, 'latency-location-update');
    const words = summaryOf(chart, statisticsOf(chart.data(), 0, Number.POSITIVE_INFINITY), chartsEn);
    expect(words).toMatch(/^p50: least 1\.9 ms, most 1\.9 ms, last 1\.9 ms\. p95: /);
    expect(words).toMatch(/ limit 300 ms\.$/);
    expect(summaryOf({ ...chart, limits: [] }, [], chartsKo)).toContain('p50: 데이터 없음.');
  });

  it('tells the rows of a heat map', () => {
    const map = { task: 'ping', edges: [1, 2], times: [0], secondsPerColumn: 1, counts: [[3, 9, 1]] };
    expect([0, 1, 2].map((row) => rowText(map, row, chartsEn))).toEqual(['up to 1 ms', '1 ms to 2 ms', 'above 2 ms']);
    expect(heatSummary(map, chartsEn)).toBe('1 columns; response times from up to 1 ms to above 2 ms; most requests took 1 ms to 2 ms.');
  });
});
