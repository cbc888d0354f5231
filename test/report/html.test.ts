import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../src/journal/event.js';
import { renderHtml } from '../../src/report/html.js';
import type { PageData } from '../../src/report/view/charts.js';
import { judge } from '../../src/verdict/judge.js';
import { summarize } from '../../src/verdict/summarize.js';
import { canaryRun, canarySecond, healthyRun, LOAD_START, rewrite, runStart } from '../verdict/journal-builder.js';

const dataOf = (html: string): PageData =>
  JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1] ?? '') as PageData;

describe('report.html', () => {
  it('holds the verdict, every criterion and a chart for everything that was measured', () => {
    const result = judge(summarize(healthyRun()));
    const html = renderHtml(result);
    expect(html).toContain('<p class="verdict">PASS</p>');
    for (const { title } of result.criteria) expect(html).toContain(title);
    expect(dataOf(html).charts.map(({ title }) => title)).toEqual([
      'Users',
      'Requests and failures a second',
      'Response time of connect',
      'Response time of location_update',
      'Response time of start_navigation',
      'Connections by backend',
      'CPU by backend, one core is 100 %',
      'Memory by backend',
      'Redis clients',
      'Redis memory',
      'Redis Pub/Sub subscribers',
      'nginx connections',
      'Log lines by pattern (counted since the start)',
      'log.lines',
      'process.memory.utilization',
      'Load generator: what held it up',
      'Load generator: event loop busy',
    ]);
  });

  it('has as many values in each line of a chart as times, and no chart without load or samples', () => {
    for (const { times, lines } of dataOf(renderHtml(judge(summarize(healthyRun())))).charts) {
      for (const { values } of lines) expect(values.length).toBe(times.length);
      expect([...times].sort((a, b) => a - b)).toEqual(times);
    }
    expect(dataOf(renderHtml(judge(summarize([runStart()])))).charts).toEqual([]);
  });

  it('breaks the line where readings or seconds are missing', () => {
    const gaps = healthyRun().filter((event) => {
      if (event.type === 'load.second') return event.second < LOAD_START / 1000 + 5 || event.second > LOAD_START / 1000 + 9;
      return event.type !== 'sample' || event.sampler !== 'redis' || event.t < LOAD_START + 5000 || event.t > LOAD_START + 12_000;
    });
    const { charts } = dataOf(renderHtml(judge(summarize(gaps))));
    for (const title of ['Users', 'Redis clients']) {
      const values = charts.find((chart) => chart.title === title)?.lines[0]?.values ?? [];
      expect(values.filter((value) => value === null).length).toBe(1);
      expect(values).not.toContain(0);
    }
  });

  it('lets no text of the target become markup or script', () => {
    const nasty = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'';
    const hostile = rewrite(healthyRun(), (event) => {
      if (event.type === 'run.start')
        return { ...event, target: nasty, identity: nasty, runId: nasty, stages: event.stages.map((stage) => ({ ...stage, name: nasty })) };
      if (event.type === 'stage.start') return { ...event, name: nasty };
      if (event.type === 'run.end') return { ...event, reason: 'aborted', message: nasty };
      if (event.type === 'check.result') return { ...event, title: nasty, observed: nasty, status: 'warn' };
      if (event.type === 'sample')
        return {
          ...event,
          samples: event.samples.map((one) => ({ ...one, attributes: { backend: nasty, pattern: nasty, channel: nasty, state: nasty } })),
        };
      if (event.type === 'load.second')
        return {
          ...event,
          timings: { [nasty]: [1000, 1] },
          pushes: { [nasty]: 1 },
          exceptions: { [nasty]: 1 },
          closes: { [nasty]: 1 },
          drops: { [nasty]: 1 },
        };
      return event;
    });
    const t = LOAD_START + 500;
    const row = { name: nasty, requests: 1, failures: 1, percentiles: {}, errors: { [nasty]: 1 } };
    hostile.push(
      {
        type: 'target.identity',
        t,
        phase: 'start',
        components: [{ name: nasty, role: 'redis', source: 'docker', id: nasty, image: nasty }],
      },
      { type: 'target.event', t, sampler: nasty, component: nasty, what: nasty, detail: nasty },
      { type: 'clock.offset', t, source: nasty, offsetMs: 1, uncertaintyMs: 1, sourceTime: t },
      { type: 'log.example', t, backend: nasty, pattern: nasty, line: nasty },
      { type: 'evidence.file', t, path: nasty, source: nasty, status: 'missing', reason: nasty },
      canarySecond(1, { lost: 1, lostBy: { [nasty]: 1 }, failures: { [nasty]: 1 } }),
      { type: 'external.start', t, tool: nasty, command: [nasty] },
      { type: 'external.summary', t, tool: nasty, files: [nasty], rows: [row] },
      { type: 'run.finalize', t, message: nasty },
    );
    const html = renderHtml(judge(summarize(hostile)));
    expect(html.match(/<script/g)?.length).toBe(3);
    expect(html.match(/<\/script/g)?.length).toBe(3);
    expect(html).not.toContain('<img');
    expect(dataOf(html).charts.some(({ lines }) => lines.some(({ label }) => label === nasty))).toBe(true);
  });

  it('tells how each stage went, what was measured beside the tasks, how the generator fared, and what happened', () => {
    const changed = rewrite(healthyRun(), (event) => {
      if (event.type !== 'load.second') return event;
      const record = { ...event, timings: { reconnect: [812_032, 1] }, drops: { 'close 1011': 1 }, unsent: 2 };
      return event.second === LOAD_START / 1000 + 8 ? [{ type: 'load.adjust', t: event.t, users: 3 }, record] : event;
    });
    const html = renderHtml(judge(summarize(changed)));
    const cells = (html.match(/<tr><td.*?<\/tr>/g) ?? []).map((row) => row.split(/<[^>]+>/).filter((cell) => cell !== ''));
    expect(cells.find((row) => row[1] === 'ramp')?.slice(0, 6)).toEqual(['pass', 'ramp', '6', '6', '5', '6']);
    expect(cells).toContainEqual(['reconnect', '1', ...Array(11).fill('812')]);
    expect(cells).toContainEqual(['dropped socket', 'close 1011', '1']);
    expect(cells).toContainEqual(['unsent task', 'no connection', '2']);
    expect(cells).toContainEqual(['event loop blocked (ms)', '2', '100', '0']);
    expect(cells).toContainEqual(['2026-01-31 12:00:19 UTC', '3 users more than planned']);
    expect(html).toContain('the highest step that held: 6 users (ramp)');
  });

  it('draws whatever was sampled, on times of its own, and marks what happened to the target', () => {
    const reading = (t: number, backend: string, container: string, value: number): JournalEvent => ({
      type: 'sample',
      t,
      sampler: 'containers',
      samples: [
        { name: 'container.cpu.quota_utilization', value, attributes: { backend, container } },
        { name: 'container.network.io.received', value: value * 1000, attributes: { backend, container } },
      ],
    });
    const readings = [0, 1, 2, 5, 6].flatMap((at) => [
      reading(LOAD_START + at * 2000, 'fastapi-1', 'aaa', at / 10),
      reading(LOAD_START + at * 2000 + 500, 'fastapi-2', at > 2 ? 'ccc' : 'bbb', 0.5),
    ]);
    const died: JournalEvent = { type: 'target.event', t: LOAD_START + 4200, sampler: 'containers', component: 'fastapi-2', what: 'die' };
    const { charts, alerts } = dataOf(renderHtml(judge(summarize([...healthyRun(), ...readings, died]))));
    const cpu = charts.find(({ title }) => title === 'CPU by container, its quota is 100 %');
    expect(cpu?.lines).toEqual([
      // A time of the other backend breaks no line; a gap reaches over it.
      { label: 'fastapi-1 aaa', values: [0, false, 10, false, 20, null, null, 50, false, 60, false] },
      { label: 'fastapi-2 bbb', values: [false, 50, false, 50, false, 50, false, false, false, false, false] },
      { label: 'fastapi-2 ccc', values: [false, false, false, false, false, false, false, false, 50, false, 50] },
    ]);
    expect(charts.find(({ title }) => title === 'container.network.io.received')).toMatchObject({
      unit: '/s',
      lines: [{ label: 'fastapi-1 aaa', values: expect.arrayContaining([50]) }, {}, {}],
    });
    expect(alerts).toEqual([LOAD_START / 1000 + 4.2]);
  });

  it('tells everything that was collected of the target', () => {
    const html = renderHtml(judge(summarize(canaryRun())));
    expect(dataOf(html).charts.map(({ title }) => title)).toContain('Canaries: from publish to arrival');
    expect(html).toContain('Canaries: messages between the backends');
    const line = '<b>리스너 오류</b>';
    const events: JournalEvent[] = [
      { type: 'log.example', t: LOAD_START, backend: 'fastapi-1', pattern: 'listener', line },
      { type: 'clock.offset', t: LOAD_START, source: 'redis', offsetMs: -1.5, uncertaintyMs: 0.5, sourceTime: LOAD_START },
      { type: 'evidence.file', t: LOAD_START, path: 'redis/before.json', source: 'redis', status: 'partial', reason: 'no CONFIG' },
      { type: 'target.event', t: LOAD_START, sampler: 'redis', component: 'redis', what: 'reconnected' },
    ];
    const told = renderHtml(judge(summarize([...healthyRun(), ...events])));
    expect(told).toContain('&lt;b&gt;리스너 오류&lt;/b&gt;');
    for (const text of ['redis/before.json', 'no CONFIG', 'reconnected', '-1.5', '4100@881200']) expect(told).toContain(text);
  });

  it('names no other address and allows none', () => {
    const html = renderHtml(judge(summarize(healthyRun())));
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/unsafe-inline|unsafe-eval/);
    expect(html.replace(/<script>.*?<\/script>/gs, '')).not.toMatch(/(?:src|href)=|@import|url\(/);
  });
});
