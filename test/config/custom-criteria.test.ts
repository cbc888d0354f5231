import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CustomCriterion } from '../../src/config/config.js';
import { loadConfig } from '../../src/config/load.js';
import { ConfigError } from '../../src/errors.js';

const folder = mkdtempSync(join(tmpdir(), 'loadwitness-criteria-'));
afterAll(() => rmSync(folder, { recursive: true }));

function load(criteria: unknown) {
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify({ criteria }));
  return loadConfig({ file, flags: { target: 'ws://127.0.0.1' }, env: {} }).config.criteria;
}

function mistakes(criteria: unknown): string[] {
  try {
    load(criteria);
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  throw new Error('accepted');
}

const P99 = { id: 'nav_p99', metric: 'load.latency', attributes: { task: 'start_navigation' }, statistic: 'p99', below: '3s' };

describe('criteria of any metric', () => {
  it.each<[object, Partial<CustomCriterion>]>([
    [
      P99,
      { id: 'nav_p99', title: 'nav_p99', must: 'be_below', limit: 3000, critical: null, required: true, over: 'run', statistic: 'p99' },
    ],
    [{ ...P99, below: 300 }, { limit: 300 }],
    [
      { ...P99, below: '<300ms', title: 'Navigation' },
      { limit: 300, title: 'Navigation' },
    ],
    [
      { ...P99, over: 'stage', required: false },
      { over: 'stage', required: false },
    ],
    [{ ...P99, over: { window: '1m30s' } }, { over: { windowSeconds: 90 } }],
    [
      { id: 'e', metric: 'load.error_rate', below: '0.5%' },
      { statistic: 'mean', limit: 0.005, attributes: {} },
    ],
    [
      { id: 'r', metric: 'load.requests', statistic: 'rate', above: '100/s' },
      { must: 'be_above', limit: 100 },
    ],
    [{ id: 'n', metric: 'redis.net.output', statistic: 'rate', below: 10_000_000 }, { limit: 10_000_000 }],
    [{ id: 'm', metric: 'redis.memory.rss', statistic: 'max', below: '400MB' }, { limit: 400 * 2 ** 20 }],
    [{ id: 'c', metric: 'container.cpu.utilization', statistic: 'p95', below: '150%' }, { limit: 1.5 }],
    [{ id: 't', metric: 'redis.round_trip.time', statistic: 'p99', below: '50ms' }, { limit: 0.05 }],
    [
      { id: 'w', metric: 'redis.list.length', attributes: { key: 'celery', db: 1 }, statistic: 'increase', warning: 100, critical: 1000 },
      { attributes: { key: 'celery', db: '1' }, must: 'be_below', limit: 100, critical: 1000, required: false },
    ],
    [
      { id: 'u', metric: 'load.users.connected', statistic: 'min', warning: 90, critical: 50 },
      { must: 'be_above', limit: 90, critical: 50, required: false },
    ],
    [
      { id: 'a', metric: 'aws.cloudwatch.metric', attributes: { namespace: 'AWS/RDS', anything: 'x' }, statistic: 'max', below: 5 },
      { attributes: { namespace: 'AWS/RDS', anything: 'x' } },
    ],
  ])('are understood: %j', (raw, expected) => {
    const { custom, from } = load([raw]);
    expect(custom).toEqual([expect.objectContaining(expected)]);
    expect(from[custom[0]?.id ?? '']).toBe('file criteria[0]');
  });

  it.each<[object, string]>([
    [{ ...P99, metric: 'load.latencies' }, 'criteria[0].metric: "load.latencies" is no metric, did you mean "load.latency"?'],
    [{ ...P99, metric: 'redis.memory' }, 'criteria[0].metric: "redis.memory" is no metric, did you mean "redis.memory.used"?'],
    [{ ...P99, metric: 'quux' }, 'criteria[0].metric: "quux" is no metric'],
    [{ ...P99, statistic: 'p9' }, 'criteria[0].statistic: "p9" is no statistic of load.latency, did you mean "p90"?'],
    [
      { ...P99, statistic: 'rate' },
      'criteria[0].statistic: "rate" is no statistic of load.latency; known here: min, max, mean, p50, p90, p95, p99',
    ],
    [{ ...P99, statistic: undefined }, 'criteria[0]: needs a statistic; load.latency has min, max, mean, p50, p90, p95, p99'],
    [
      { ...P99, attributes: { tasks: 'start_navigation' } },
      'criteria[0].attributes: tasks: "tasks" is no attribute of load.latency, did you mean "task"?',
    ],
    [
      { ...P99, attributes: { task: 'start_navigaton' } },
      'criteria[0].attributes: task: "start_navigaton" is no task, did you mean "start_navigation"?',
    ],
    [
      { id: 'x', metric: 'redis.memory.used', attributes: { db: '1' }, statistic: 'max', below: '1MB' },
      'criteria[0].attributes: db: redis.memory.used has no attributes',
    ],
    [
      { id: 'x', metric: 'load.handshake.time', attributes: { step: 'http' }, statistic: 'p95', below: 5 },
      'criteria[0].attributes: step: "http" is no step of the handshake; known here: dns, tcp, tls, upgrade',
    ],
    [{ ...P99, over: 'minute' }, 'criteria[0].over: must be run, stage, or {window: 60s}'],
    [{ ...P99, over: { window: 'long' } }, 'criteria[0].over: window must be a time from 1s to 24h, e.g. 60s'],
    [{ ...P99, below: '300MB' }, 'criteria[0].below: must be a time, in ms or with its unit, e.g. 300ms'],
    [{ ...P99, below: '>300ms' }, 'criteria[0].below: must not say the contrary of its key: >300ms'],
    [{ ...P99, below: undefined }, 'criteria[0]: needs a limit: below, above, or warning and critical'],
    [{ ...P99, above: 1 }, 'criteria[0].above: cannot be given together with below: make two criteria of it'],
    [{ ...P99, warning: 1 }, 'criteria[0].warning: cannot be given together with below or above'],
    [{ ...P99, below: undefined, warning: 1 }, 'criteria[0]: needs both warning and critical'],
    [
      { ...P99, below: undefined, warning: 1, critical: 2, required: true },
      'criteria[0].required: needs below or above: a range of warning and critical is only recommended',
    ],
    [
      { id: 'x', metric: 'process.cpu.utilization', statistic: 'max', below: 80 },
      'criteria[0].below: must be a percentage, e.g. 80%, or a share of 1',
    ],
    [{ id: 'x', metric: 'redis.memory.used', statistic: 'max', below: 400 }, 'criteria[0].below: must be a size with its unit, e.g. 400MB'],
    [{ ...P99, id: 'connect_p95' }, 'criteria[0].id: "connect_p95" is the id of a criterion that is there already'],
    [{ ...P99, id: 'a b' }, 'criteria[0].id: must be of letters, digits, "_", "-" and "."'],
    [{ ...P99, belwo: 3 }, 'criteria[0].belwo: unknown key, did you mean "below"?'],
  ])('are refused with place and the nearest name: %j', (raw, message) => {
    expect(mistakes([raw])).toEqual([expect.stringContaining(message)]);
  });

  it('have an id each', () => {
    expect(mistakes([P99, P99])).toEqual(['criteria[1].id: must differ from the one of criteria[0]']);
  });
});
