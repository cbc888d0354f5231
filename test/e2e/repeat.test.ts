import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endAll, runCli, startCli } from '../helpers/cli.js';
import { until } from '../helpers/until.js';

let folder: string;
let config: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-repeat-'));
  const cli = startCli(['demo', '--serve']);
  config = await until('the configuration', () => cli.stdout().includes('\n') && cli.stdout().trim());
});
afterAll(async () => {
  await endAll();
  rmSync(folder, { recursive: true });
});

describe('run --repeat', () => {
  it('makes runs in a row on one target, compares them, and compare says the same of their folders', async () => {
    const out = join(folder, 'evidence');
    const plan = ['--stages', '10@20:12s', '--think-time', '0.1-0.2', '--interval', '1', '--seed', '7', '--repeat', '2'];
    const { code, stdout, stderr } = await runCli(['run', '--config', config, '--out', out, ...plan]);
    // On a busy machine the generator can be saturated.
    expect([0, 3], stderr).toContain(code);
    const runs = readdirSync(out, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const folders = runs.map(({ name }) => join(out, name)).sort();
    expect(folders).toHaveLength(2);
    const saved = JSON.parse(readFileSync(`${join(out, 'comparison-')}${runs.map(({ name }) => name).sort()[0]}.json`, 'utf8'));
    expect(saved.runs.map(({ runId }: { runId: string }) => runId)).toEqual(runs.map(({ name }) => name).sort());
    expect(saved.differences).toEqual([]);
    const ids = saved.metrics.map(({ id }: { id: string }) => id);
    for (const id of ['location_update.p95', 'requests', 'error_rate', 'canary.median', 'redis.clients.connected'])
      expect(ids).toContain(id);
    expect(stdout).toContain('location_update p95');
    const again = await runCli(['compare', ...folders, '--report', 'json=-']);
    expect(JSON.parse(again.stdout)).toEqual(saved);
    expect(again.code).toBe({ yes: 0, no: 1, unknown: 3 }[saved.reproducible as 'yes']);
  }, 90_000);

  it.each([
    [['one'], 'compare: there must be two runs or more'],
    [['one', './one'], 'compare: ./one is named twice'],
    [['one', 'two'], 'one is not the folder of a run'],
  ])('compare refuses %j', async (folders, message) => {
    const { code, stderr } = await runCli(['compare', ...folders]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
