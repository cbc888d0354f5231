import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { type JournalEvent, journalEvent } from '../../../src/journal/event.js';
import { judge } from '../../../src/verdict/judge.js';
import { summarize } from '../../../src/verdict/summarize.js';
import { healthyRun, rewrite } from '../journal-builder.js';

const folder = mkdtempSync(join(tmpdir(), 'loadwitness-own-criteria-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FILE = `
success_criteria: {ws_connect_p95: 400ms, backend_spread: {warning: 10%, critical: 20%}}
criteria:
  - {id: route_p99, metric: load.latency, attributes: {task: start_navigation}, statistic: p99, below: 41ms}
  - {id: bad_window, title: Errors at their worst, metric: load.error_rate, over: {window: 5s}, below: 5%}
  - {id: throughput, metric: load.requests, statistic: rate, over: stage, above: 4/s}
`;

describe('the criteria of a file', () => {
  it('are judged from the journal alone, and say where they stand', () => {
    const file = join(folder, 'config.yaml');
    writeFileSync(file, FILE);
    const { criteria } = loadConfig({ file, flags: { target: 'ws://127.0.0.1' }, env: {} }).config;
    const events = rewrite(healthyRun(), (event) => (event.type === 'run.start' ? { ...event, criteria: { ...criteria } } : event));
    const journal = events.map((event): JournalEvent => journalEvent.parse(JSON.parse(JSON.stringify(event))));
    const { verdict, reasons, criteria: rows, stages } = judge(summarize(journal));
    const shown = rows.map(({ id, status, scope, thresholdFrom }) => [id, status, scope, thresholdFrom]);
    expect(shown).toEqual(
      expect.arrayContaining([
        ['connect_p95', 'pass', 'run', 'file success_criteria.ws_connect_p95'],
        ['error_rate', 'pass', 'run', 'profile kindmap'],
        ['backend_spread', 'pass', 'run', 'file success_criteria.backend_spread'],
        ['route_p99', 'fail', 'run', 'file criteria[0]'],
        ['bad_window', 'pass', 'window of 5 s', 'file criteria[1]'],
        ['throughput', 'pass', 'stage ramp', 'file criteria[2]'],
      ]),
    );
    expect(stages.map(({ criteria: own }) => own.some(({ id }) => id === 'throughput'))).toEqual([true, true]);
    expect(verdict).toBe('FAIL');
    expect(reasons).toEqual([expect.objectContaining({ code: 'route_p99', cause: 'beyond_limit' })]);
  });
});
