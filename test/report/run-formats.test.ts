import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JournalEvent, journalEvent } from '../../src/journal/event.js';
import { fullHistoryCsv } from '../../src/report/locust-csv.js';
import { openMetrics } from '../../src/report/openmetrics.js';
import { MOST_CHARACTERS, pullRequestMarkdown } from '../../src/report/pull-request.js';
import { runJunit } from '../../src/report/run-junit.js';
import { fullHistory } from '../../src/verdict/full-history.js';
import { judge } from '../../src/verdict/judge.js';
import type { Finding, RunResult } from '../../src/verdict/run-result.js';
import { summarize } from '../../src/verdict/summarize.js';
import { parseExposition, sampleValue } from '../helpers/exposition.js';
import { healthyRun } from '../verdict/journal-builder.js';

const journals = fileURLToPath(new URL('../fixtures/journals', import.meta.url));
const golden = (name: string, file: string): string => fileURLToPath(new URL(`../golden/${name}/${file}`, import.meta.url));
const cases = await readdir(journals);

async function eventsOf(name: string): Promise<JournalEvent[]> {
  const lines = (await readFile(`${journals}/${name}/journal.ndjson`, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => journalEvent.parse(JSON.parse(line)));
}
const resultOf = async (name: string): Promise<RunResult> => judge(summarize(await eventsOf(name)));

const healthy = judge(summarize(healthyRun()));

const finding = (title: string): Finding => ({
  rule: 'rule',
  title,
  symptom: title,
  from: null,
  to: null,
  evidence: [{ text: title, source: title }],
  causes: [
    { id: 'a', title, standing: 'likely', for: [], against: [], unknown: [], actions: [{ text: title, command: `echo \`${title}\`` }] },
    { id: 'b', title: 'never shown', standing: 'ruled_out', for: [], against: [], unknown: [], actions: [] },
  ],
  watch: [],
});

/** The same run with a text of somebody else's wherever there is one. */
const hostile = (text: string): RunResult => ({
  ...healthy,
  target: text,
  scenario: text,
  reasons: [{ code: 'x', text }],
  warnings: [{ code: 'x', text }],
  findings: [finding(text)],
  failures: [{ task: 'start_navigation', kind: text, occurrences: 2, first: 1, last: 2 }],
  pushes: { [text]: 1 },
  criteria: healthy.criteria.map((row) => ({
    ...row,
    status: 'fail' as const,
    title: text,
    observed: text,
    threshold: text,
    evidence: text,
  })),
  stages: healthy.stages.map((stage) => ({ ...stage, name: text, status: 'inconclusive' as const, reasons: [text] })),
  checks: [{ check: 'id', title: text, why: text, status: 'skip', observed: text, expected: text, remedy: text, durationMs: 1 }],
  series: [
    { sampler: 's', name: 'redis.memory.used', attributes: { [text]: text }, unit: 'By', intervalMs: 1000, times: [1], values: [1] },
  ],
});

/** Reads XML with a parser that is not ours. @returns what it says of it. */
function readXml(xml: string): { suites: Record<string, number[]>; messages: string[]; names: string[] } {
  const script = [
    'import json, sys, xml.etree.ElementTree as ET',
    'root = ET.fromstring(sys.stdin.buffer.read())',
    'keys = ("tests", "failures", "errors", "skipped")',
    'suites = {s.get("name"): [int(s.get(k)) for k in keys] for s in root}',
    'found = {s.get("name"): [len(s)] + [len(s.findall("testcase/" + k)) for k in ("failure", "error", "skipped")] for s in root}',
    'assert suites == found, (suites, found)',
    'assert [int(root.get(k)) for k in keys] == [sum(n) for n in zip(*suites.values())]',
    'outcomes = [c for s in root for t in s for c in t if c.tag != "system-out"]',
    'names = [t.get("name") for s in root for t in s]',
    'json.dump({"suites": suites, "messages": [o.get("message") for o in outcomes], "names": names}, sys.stdout)',
  ].join('\n');
  return JSON.parse(execFileSync('python3', ['-c', script], { input: xml, encoding: 'utf8', env: { ...process.env, PYTHONUTF8: '1' } }));
}

describe('the formats of a run', () => {
  it.each(['healthy', 'stages-step-fails', 'cut-off', 'hostile-strings'])(
    'are those that were agreed on for the journal "%s"',
    async (name) => {
      const result = await resultOf(name);
      await expect(pullRequestMarkdown(result)).toMatchFileSnapshot(golden(name, 'pull-request.md'));
      await expect(openMetrics(result)).toMatchFileSnapshot(golden(name, 'openmetrics.txt'));
    },
  );

  it('has the full history that was agreed on', async () => {
    const csv = [...fullHistoryCsv(fullHistory(await eventsOf('two-workers-with-gaps')))].join('');
    await expect(csv).toMatchFileSnapshot(golden('two-workers-with-gaps', 'csv/full_stats_history.csv'));
  });
});

describe('junit.xml', () => {
  it.each(cases)('of the journal "%s" is read by an XML parser, has the right sums and is as red as the verdict', async (name) => {
    const result = await resultOf(name);
    const { suites } = readXml(runJunit(result));
    const failed = { PASS: [1, 0, 0, 0], FAIL: [1, 1, 0, 0], INCONCLUSIVE: [1, 0, 1, 0] };
    expect(suites.verdict).toEqual(failed[result.verdict]);
    const of = (status: string): number => result.criteria.filter((row) => row.status === status).length;
    if (result.criteria.length > 0) {
      const [tests, failures, errors = 0, skipped = 0] = suites.criteria ?? [];
      expect([tests, failures, errors + skipped]).toEqual([result.criteria.length, of('fail'), of('inconclusive')]);
    }
    if (result.verdict === 'PASS') for (const sums of Object.values(suites)) expect(sums[2]).toBe(0);
  });

  it('makes of FAIL a failure, of INCONCLUSIVE an error and of SKIP a skip', () => {
    const [first, second, third, ...rest] = healthy.criteria;
    if (!first || !second || !third) throw new Error('the healthy run has criteria');
    const criteria = [
      { ...first, required: true, status: 'fail' as const, observed: '9', threshold: '< 3' },
      { ...second, required: true, status: 'inconclusive' as const, evidence: 'nobody looked' },
      { ...third, required: false, status: 'inconclusive' as const, evidence: 'nobody looked here' },
      ...rest,
    ];
    const checks = [
      { check: 'c', title: 'c', why: '', status: 'skip' as const, observed: 'no Docker', expected: null, remedy: null, durationMs: 3 },
    ];
    const { suites, messages } = readXml(runJunit({ ...healthy, verdict: 'FAIL', criteria, checks }));
    expect(suites.criteria).toEqual([criteria.length, 1, 1, 1]);
    expect(suites.checks).toEqual([1, 0, 0, 1]);
    expect(messages).toEqual(
      expect.arrayContaining(['9, must be < 3', 'not proven: nobody looked', 'not proven: nobody looked here', 'no Docker']),
    );
    // In a strict run what is only recommended counts, too.
    expect(readXml(runJunit({ ...healthy, strict: true, criteria })).suites.criteria).toEqual([criteria.length, 1, 2, 0]);
  });

  it('is XML whatever a target says', () => {
    const texts = ['\u0000\u0001\u001b[31m\u009b', ']]>', '<!--', '&#0;', '"\'><x/>', '\ud800', '\ufffe\uffff', '\r\n\t', '😀', '\u2028'];
    const xml = runJunit(hostile(texts.join(' ')));
    const { names } = readXml(xml);
    expect(names.join()).toContain('\\x00\\x01\\x1b[31m\\x9b ]]> <!-- &#0; "\'><x/>');
    // Nothing but what XML 1.0 has, and no control character but the line break.
    expect(xml).toMatch(/^[\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const written = runJunit(hostile(text));
        expect(written).toMatch(/^[\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
        expect(written.replaceAll(/<[a-z?/][^<>]*>/g, '')).not.toMatch(/[<>]/);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the Markdown for a pull request', () => {
  it('has the headline first, then criteria, stages and findings', () => {
    const text = pullRequestMarkdown({ ...healthy, findings: [finding('Slow routes')] });
    const at = ['## ✅ PASS', 'Why: ', '### Criteria', '### Stages', '### Finding: Slow routes', '**likely**: Slow routes'].map((part) =>
      text.indexOf(part),
    );
    expect(at.every((position) => position >= 0)).toBe(true);
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(text).not.toContain('never shown');
  });

  it('is never longer than GitHub takes, and says when something is left out', () => {
    const many = Array.from({ length: 500 }, (_, index) => finding(`😀 finding ${index} ${'x'.repeat(1000)}`));
    const text = pullRequestMarkdown({ ...healthy, findings: many });
    expect(text.length).toBeLessThanOrEqual(MOST_CHARACTERS);
    expect(text.length).toBeGreaterThan(MOST_CHARACTERS - 2000);
    expect(text.endsWith('_The rest is left out here: it is in the folder of the run._\n')).toBe(true);
    expect(text).not.toMatch(/\p{Surrogate}/u);
    expect(text).toContain('### Criteria');
  });

  it('lets nothing that a target says become markup, a mention or a row of its own', () => {
    const text = pullRequestMarkdown(hostile('a | b\n# c <img src=x> @everyone `code` [l](http://x) \u202e'));
    // A command is shown as it is typed: in code nothing is markup, and nobody is called.
    const prose = text.replaceAll(/``.*?``(?!`)/g, '');
    expect(prose).not.toMatch(/\n# c|(?<!\\)<img|@everyone|\u202e|[^\\]\[l\]/);
    const rows = text.split('\n').filter((line) => line.startsWith('| '));
    expect(new Set(rows.filter((row) => row.includes('must') || row.includes('❌')).map((row) => row.split(/(?<!\\)\|/).length))).toEqual(
      new Set([6]),
    );
  });
});

describe('OpenMetrics', () => {
  it.each(cases)('of the journal "%s" hold to the format and have the numbers of the verdict', async (name) => {
    const result = await resultOf(name);
    const families = parseExposition(openMetrics(result), 'openmetrics');
    expect(sampleValue(families, 'loadwitness_verdict', { loadwitness_verdict: result.verdict })).toBe(1);
    for (const { name: task, requests, latency } of result.tasks) {
      expect(sampleValue(families, 'loadwitness_requests_total', { task })).toBe(requests);
      const p95 = sampleValue(families, 'loadwitness_request_duration_seconds', { task, quantile: '0.95' });
      expect(p95).toBe(latency === null ? undefined : latency['95%'] / 1000);
    }
  });

  it('have the units of the table of metrics in their names', async () => {
    const families = parseExposition(openMetrics(await resultOf('healthy')), 'openmetrics');
    expect(families.get('redis_memory_used_bytes')).toMatchObject({ type: 'gauge', unit: 'bytes' });
    expect(families.get('process_cpu_utilization_ratio')).toMatchObject({ type: 'gauge', unit: 'ratio' });
    expect(families.get('redis_clients_connected')).toMatchObject({ type: 'gauge', unit: undefined });
    expect(families.get('log_matches')).toMatchObject({ type: 'counter', unit: undefined });
  });

  it('hold to the format whatever a target says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        parseExposition(openMetrics(hostile(text)), 'openmetrics');
      }),
      { numRuns: 50 },
    );
    const text = 'a"b\\c\nd';
    const families = parseExposition(openMetrics(hostile(text)), 'openmetrics');
    expect(sampleValue(families, 'loadwitness_failures_total', { task: 'start_navigation', kind: 'a"b\\c\\x0ad' })).toBe(2);
  });

  it('leave out the load where none was sent', async () => {
    const families = parseExposition(openMetrics(await resultOf('preflight-failed')), 'openmetrics');
    expect([...families.keys()].filter((name) => name.startsWith('loadwitness_requests'))).toEqual([]);
    expect(sampleValue(families, 'loadwitness_checks', { status: 'fail' })).toBeGreaterThan(0);
  });
});
