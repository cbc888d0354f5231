import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TaskStatistics } from '../../src/verdict/run-result.js';
import { endAll, runCli, startCli } from '../helpers/cli.js';
import { Evidence } from '../helpers/evidence.js';
import { type Family, parseExposition, sampleValue } from '../helpers/exposition.js';
import { type OtlpReceiver, pointOf, startOtlpReceiver } from '../helpers/otlp-receiver.js';
import { until } from '../helpers/until.js';

const SECRET = 'otlp-key-5b2e91';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-e2e-'));
});
afterAll(async () => {
  await endAll();
  rmSync(folder, { recursive: true });
});

describe('a run that is shown to others while it lasts', () => {
  let receiver: OtlpReceiver;
  let evidence: Evidence;
  let code: number | NodeJS.Signals;
  let stdout: string;
  let stderr: string;
  /** Every scrape that was answered, in order. */
  const scrapes: Map<string, Family>[] = [];
  const path = (name: string): string => join(folder, name);

  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    const plan = ['--stages', '12@12:6s', '--think-time', '1-2', '--interval', '1', '--no-preflight'];
    const exports = ['--metrics', ':0', '--otlp', receiver.url];
    const reports = ['json=-', `junit=${path('j.xml')}`, `csv-full-history=${path('full')}`, `openmetrics=${path('om.txt')}`];
    const cli = startCli(['demo', '--out', path('out'), ...plan, ...exports, ...reports.flatMap((report) => ['--report', report])], {
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${SECRET}`,
      GITHUB_STEP_SUMMARY: path('step.md'),
    });
    const place = await until('the endpoint', () => /metrics for Prometheus: (\S+)/.exec(cli.stderr())?.[1]);
    for (;;) {
      const text = await fetch(place).then(
        (answer) => answer.text(),
        () => undefined, // The run is over.
      );
      if (text === undefined) break;
      scrapes.push(parseExposition(text, 'prometheus'));
      await sleep(20);
    }
    code = await cli.ended;
    stdout = cli.stdout();
    stderr = cli.stderr();
    evidence = Evidence.only(path('out'));
  }, 120_000);
  afterAll(() => receiver.close());

  it('has the same numbers at the endpoint as in its verdict', () => {
    const { tasks, closes, unsent } = evidence.json('verdict.json');
    const last = scrapes.at(-1) ?? new Map();
    expect(tasks.length).toBe(3);
    for (const { name: task, requests, bytes, averageMs } of tasks as TaskStatistics[]) {
      expect(sampleValue(last, 'loadwitness_requests_total', { task })).toBe(requests);
      expect(sampleValue(last, 'loadwitness_reply_size_bytes_total', { task })).toBe(bytes);
      expect(sampleValue(last, 'loadwitness_request_duration_seconds_count', { task })).toBe(requests);
      const sum = sampleValue(last, 'loadwitness_request_duration_seconds_sum', { task }) ?? 0;
      expect(sum).toBeCloseTo((averageMs * requests) / 1000, 6);
    }
    for (const [kind, count] of Object.entries(closes))
      expect(sampleValue(last, 'loadwitness_closed_connections_total', { kind })).toBe(count);
    expect(sampleValue(last, 'loadwitness_unsent_tasks_total')).toBe(unsent);
    expect(last.get('redis_memory_used_bytes')?.samples.length).toBe(1);
    expect(last.get('process_cpu_utilization_ratio')?.samples.map((sample: { labels: object }) => sample.labels)).toContainEqual({
      backend: 'fastapi-1',
    });
  });

  it('never counts back', () => {
    expect(scrapes.length).toBeGreaterThan(10);
    const before = new Map<string, number>();
    for (const families of scrapes) {
      for (const family of families.values()) {
        if (family.type === 'gauge') continue;
        for (const { name, labels, value } of family.samples) {
          const key = JSON.stringify([name, labels]);
          expect(value, key).toBeGreaterThanOrEqual(before.get(key) ?? 0);
          before.set(key, value);
        }
      }
    }
  });

  it('has the same sums in what it sent by OTLP, with its key in no label and no file', () => {
    const last = receiver.received.at(-1);
    if (last === undefined) throw new Error('nothing was received');
    expect(last.headers.authorization).toBe(`Bearer ${SECRET}`);
    for (const { name: task, requests } of evidence.json('verdict.json').tasks as TaskStatistics[]) {
      expect(pointOf(last.metrics, 'loadwitness.requests', { task })?.asDouble).toBe(requests);
      expect(pointOf(last.metrics, 'loadwitness.request.duration', { task })?.count).toBe(requests);
    }
    const written = Object.values(evidence.files()).join() + stdout + stderr;
    expect(written + JSON.stringify(receiver.received.map(({ metrics }) => metrics))).not.toContain(SECRET);
    expect(JSON.stringify(scrapes.map((families) => [...families.values()]))).not.toContain(SECRET);
  });

  it('has one document on stdout, and ends as its verdict says', () => {
    expect(JSON.parse(stdout)).toEqual(evidence.json('verdict.json'));
    const codes: Record<string, number> = { PASS: 0, FAIL: 1, INCONCLUSIVE: 3 };
    expect(code).toBe(codes[evidence.json('verdict.json').verdict]);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(evidence.folder);
  });

  it('writes what was asked for, and the short form into the summary of its CI job', () => {
    expect(readFileSync(path('j.xml'), 'utf8')).toBe(readFileSync(join(evidence.folder, 'junit.xml'), 'utf8'));
    expect(parseExposition(readFileSync(path('om.txt'), 'utf8'), 'openmetrics').get('loadwitness_verdict')?.type).toBe('stateset');
    const rows = readFileSync(path('full_stats_history.csv'), 'utf8').split('\r\n');
    expect(rows.filter((row) => row.includes(',WebSocket,ws_start_navigation,')).length).toBeGreaterThan(3);
    expect(readFileSync(path('step.md'), 'utf8')).toMatch(/^## \S+ (PASS|FAIL|INCONCLUSIVE): ws/);
    expect(stderr).toContain('the result was added to the summary of this job (GITHUB_STEP_SUMMARY');
  });

  it('is written in any format again, with the same exit code', async () => {
    const kinds = { junit: path('j.xml'), openmetrics: path('om.txt') };
    for (const [kind, file] of Object.entries(kinds)) {
      const again = await runCli(['report', evidence.folder, '--report', `${kind}=-`]);
      expect(again.code, kind).toBe(code);
      expect(again.stdout, kind).toBe(readFileSync(file, 'utf8'));
    }
  });
});

describe('a run whose outputs cannot be used', () => {
  const target = ['run', '--target', 'ws://127.0.0.1:9', '--no-preflight', '--users', '1', '--spawn-rate', '1', '--run-time', '5s'];

  it('ends before any load where the port of the metrics is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await until('a taken port', () => taken.listening);
    const { port } = taken.address() as AddressInfo;
    const out = join(folder, 'taken');
    const { code, stderr } = await runCli([...target, '--out', out, '--metrics', `:${port}`]);
    taken.close();
    expect([code, stderr.trim()]).toEqual([2, expect.stringMatching(/^--metrics: cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/)]);
    expect(() => Evidence.only(out)).toThrow(/ENOENT/);
  });

  it.each([
    [['--report', 'pdf=a'], /one of html, json, junit, markdown, openmetrics, csv/],
    [['--report', 'csv=-'], /stdout holds one document/],
    [['--report', 'json=/'], /--report: \/ cannot be written/],
    [['--metrics', 'nowhere'], /--metrics: must be a port/],
    [['--otlp', 'nowhere'], /--otlp: must be an http/],
  ])('ends before any load with %j', async (options, message) => {
    const out = join(folder, 'none');
    const { code, stderr } = await runCli([...target, '--out', out, ...options]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(() => Evidence.only(out)).toThrow(/ENOENT/);
  });
});
