import { describe, expect, it } from 'vitest';
import type { ComponentIdentity, JournalEvent, LoadSecond } from '../../../src/journal/event.js';
import { compare } from '../../../src/verdict/compare/compare.js';
import type { SavedConfig } from '../../../src/verdict/compare/differences.js';
import { judge } from '../../../src/verdict/judge.js';
import type { RunResult } from '../../../src/verdict/run-result.js';
import { summarize } from '../../../src/verdict/summarize.js';
import { LOAD_START, RUN_START, runStart, second, taskSecond } from '../journal-builder.js';

interface Night {
  runId: string;
  users?: number;
  seconds?: number;
  /** Of location_update in a second, in µs. */
  latency?: (index: number) => number;
  failures?: (index: number) => number;
  image?: string;
}

/** A run of one stage in which every second has twenty updates of one latency. */
function night({ runId, users = 6, seconds = 120, latency = () => 20_000, failures = () => 0, image = 'sha256:a' }: Night): RunResult {
  const backend: ComponentIdentity = { name: 'fastapi-1', role: 'backend', source: 'docker', id: 'c1', image };
  const load = Array.from({ length: seconds }, (_, index): LoadSecond => {
    const failed = failures(index);
    const task = taskSecond([latency(index), 20], failed > 0 ? { failures: { timeout: failed } } : {});
    return second(index, { users: { planned: users, active: users, connected: users }, tasks: { location_update: task } });
  });
  const end = LOAD_START + seconds * 1000;
  const events: JournalEvent[] = [
    runStart({ runId, settleSeconds: 0, stages: [{ name: 'Peak', users, spawnRate: 100, untilSeconds: seconds }] }),
    { type: 'target.identity', t: RUN_START + 1, phase: 'start', components: [backend] },
    { type: 'load.start', t: LOAD_START },
    { type: 'stage.start', t: LOAD_START, index: 0, name: 'Peak', users, spawnRate: 100, untilSeconds: seconds },
    ...load,
    { type: 'load.end', t: end, reason: 'completed' },
    { type: 'run.end', t: end + 1000, reason: 'completed' },
  ];
  return { ...judge(summarize(events)), verdict: 'PASS' };
}

/** The same jitter for the same seed: noise without chance. */
const jitter = (seed: number) => (index: number) => 20_000 + (((index + seed) * 7919) % 97) * 40;

const same: SavedConfig = { target: 'ws://a', thinkTime: [3, 5] };

describe('a comparison of runs', () => {
  it('calls runs that differ by noise alone reproducible', () => {
    const runs = [1, 2, 3].map((seed) => night({ runId: `run-${seed}`, latency: jitter(seed * 13) }));
    const comparison = compare(runs, [same, same, same]);
    expect(comparison.reasons).toEqual(['all 3 verdicts are PASS, and no metric differs by more than the noise']);
    expect(comparison.reproducible).toBe('yes');
    expect(comparison.differences).toEqual([]);
    const p95 = comparison.metrics.find(({ id }) => id === 'location_update.p95');
    expect(p95?.blocks).toEqual([12, 12, 12]);
    expect(p95?.tests.map(({ standing }) => standing)).toEqual(['same', 'same']);
    expect(p95?.spread).toBeLessThan(0.1);
  });

  it('takes the tokens of redacted secrets for no difference', () => {
    const configs = ['1a2b3c4d', '5e6f7a8b'].map((token) => ({ redis: { url: `redis://<redacted:url-user-${token}>@h` } }));
    expect(compare([night({ runId: 'a' }), night({ runId: 'b' })], configs).differences).toEqual([]);
  });

  it('finds the run that was slower, and by how much', () => {
    const slower = (index: number) => jitter(5)(index) * 2;
    const runs = [night({ runId: 'before', latency: jitter(0) }), night({ runId: 'after', latency: slower })];
    const comparison = compare(runs, [same, same]);
    expect(comparison.reproducible).toBe('no');
    expect(comparison.reasons).toEqual([
      expect.stringMatching(/^location_update median of after: 2\d(\.\d+)? ms against 4\d(\.\d+)? ms, \+\d+(\.\d)? % \(p 0\.0001\)$/),
      expect.stringMatching(/^location_update p95 of after/),
    ]);
  });

  it('finds errors that came in one run only', () => {
    const runs = [night({ runId: 'a' }), night({ runId: 'b', failures: () => 3 })];
    const errors = compare(runs, [same, same]).metrics.find(({ id }) => id === 'error_rate');
    expect(errors).toMatchObject({ values: [0, 0.15], shown: ['0 %', '15 %'], tests: [{ standing: 'differs', change: null }] });
  });

  it('takes no difference for one that is too small to matter, however sure it is', () => {
    const runs = [night({ runId: 'a', latency: () => 20_000 }), night({ runId: 'b', latency: () => 20_500 })];
    const { metrics, reproducible } = compare(runs, [same, same]);
    const p95 = metrics.find(({ id }) => id === 'location_update.p95');
    expect(p95?.tests[0]?.p).toBeLessThan(0.001);
    expect(p95?.tests[0]?.standing).toBe('same');
    expect(reproducible).toBe('yes');
  });

  it('says first what was not the same before the load', () => {
    const runs = [night({ runId: 'a' }), night({ runId: 'b', image: 'sha256:b', users: 8 })];
    const { differences, reproducible, reasons } = compare(runs, [same, { target: 'ws://a', thinkTime: [1, 5] }]);
    expect(differences).toEqual([
      { what: 'stages', name: 'stages', values: ['6@100:120s', '8@100:120s'] },
      { what: 'image', name: 'fastapi-1', values: ['sha256:a', 'sha256:b'] },
      { what: 'configuration', name: 'thinkTime[0]', values: ['3', '1'] },
    ]);
    expect(reproducible).toBe('unknown');
    expect(reasons).toContain('the stages with the most users have different ones: 6, 8');
  });

  it('cannot tell where there are too few values, or none', () => {
    const short = [night({ runId: 'a', seconds: 5 }), night({ runId: 'b', seconds: 5 })];
    expect(compare(short, [null, null])).toMatchObject({ reproducible: 'unknown', differences: [] });
    const without = { ...night({ runId: 'c' }), stages: [] };
    expect(compare([night({ runId: 'a' }), without], [null, null]).reasons).toContain(
      'c has no load of which a whole second can be compared',
    );
  });

  it('is not reproducible where the verdicts differ, and nothing is where all are INCONCLUSIVE', () => {
    const [a, b] = [night({ runId: 'a' }), night({ runId: 'b' })];
    expect(compare([a, { ...b, verdict: 'FAIL' }], [same, same])).toMatchObject({
      reproducible: 'no',
      reasons: ['the verdicts differ: a PASS, b FAIL'],
    });
    const open = [a, b].map((run): RunResult => ({ ...run, verdict: 'INCONCLUSIVE' }));
    expect(compare(open, [same, same]).reproducible).toBe('unknown');
  });
});
