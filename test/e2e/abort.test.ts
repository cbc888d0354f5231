import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endAll, runCli, startCli } from '../helpers/cli.js';
import { Evidence } from '../helpers/evidence.js';
import { until } from '../helpers/until.js';

let folder: string;
let config: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-abort-'));
  const cli = startCli(['demo', '--serve']);
  const served = await until('the configuration', () => cli.stdout().includes('\n') && cli.stdout().trim());
  config = join(folder, 'abort.yaml');
  // No service answers within a hundredth of a millisecond.
  const rule = 'success_criteria:\n  location_update_p95_ms: 0.01\nabort:\n  after: 2s\n  window: 2s\n';
  writeFileSync(config, `${readFileSync(served, 'utf8')}\n${rule}`);
});
afterAll(async () => {
  await endAll();
  rmSync(folder, { recursive: true });
});

describe('a run with an abort rule', () => {
  it('ends when a criterion fails, closes its users, and finishes its evidence', async () => {
    const out = join(folder, 'evidence');
    const plan = ['--stages', '5@10:60s', '--think-time', '0.2-0.3', '--interval', '1'];
    const { code, stderr } = await runCli(['run', '--config', config, '--out', out, ...plan]);
    expect(code).toBe(5);
    expect(stderr).toContain('aborting: location_update_p95: over the last 2 s');
    const evidence = Evidence.only(out);
    expect(evidence.counts('closes')).toEqual({ '1000 client': 5 });
    expect(evidence.of('load.end')).toMatchObject([{ reason: 'stopped' }]);
    expect(evidence.of('run.end')).toMatchObject([{ reason: 'aborted', message: expect.stringContaining('location_update_p95') }]);
    const { verdict, reasons } = evidence.json('verdict.json');
    expect(verdict).toBe('FAIL');
    expect(reasons.map((reason: { code: string }) => reason.code)).toContain('aborted');
    expect((await runCli(['report', evidence.folder])).code).toBe(5);
  });
});
