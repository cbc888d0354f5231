import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunResult, Verdict } from '../../src/verdict/run-result.js';
import { endAll } from '../helpers/cli.js';
import { type FaultyRun, runWithFault, type StackKind } from '../helpers/faulty-run.js';
import { engineOrSkip } from '../stack/engine.js';

/** One fault, and what a run has to say of it. */
interface Row extends FaultyRun {
  name: string;
  verdict: Verdict;
  /** Criteria that tell of it, each with its status. Others may too: a backend that stands still has more than one effect. */
  criteria?: Readonly<Record<string, 'fail' | 'warn' | 'inconclusive'>>;
  /** Rule → the cause that ranks first. No other finding may be there. */
  findings: Readonly<Record<string, string>>;
}

const SATURATING = fileURLToPath(new URL('../helpers/saturating-scenario.js', import.meta.url));

/** Long enough for what happens at a time to fall into the load, also where it takes its time to begin. */
const LONG = ['--stages', '24@12:30s'];

const ROWS: readonly Row[] = [
  { name: 'nothing', preflight: true, verdict: 'PASS', findings: {} },
  {
    name: 'a slow route',
    faults: ['slow-route=3000'],
    verdict: 'FAIL',
    criteria: { start_navigation_p95: 'fail' },
    findings: { 'slow-start-navigation': 'route-calculation' },
  },
  {
    name: 'slow logins',
    faults: ['slow-login=700', 'login-storm=1@3'],
    config: { success_criteria: { connection_time_p95_ms: 3000, location_update_p95_ms: 300 } },
    verdict: 'FAIL',
    criteria: { location_update_p95: 'fail' },
    findings: { 'login-storm': 'login-storm' },
  },
  {
    name: 'a replica that stands still',
    faults: ['freeze=5000@20'],
    args: LONG,
    verdict: 'FAIL',
    criteria: { error_rate: 'fail', canary_delivery: 'fail' },
    findings: { 'backend-stalled': 'backend-frozen' },
  },
  {
    name: 'a replica that crashes',
    faults: ['crash@20'],
    args: LONG,
    verdict: 'FAIL',
    criteria: { error_rate: 'fail', pubsub_subscribers: 'warn' },
    findings: { 'backend-lost': 'backend-exit' },
  },
  {
    name: 'a dead listener',
    faults: ['listener-dies'],
    verdict: 'FAIL',
    criteria: { canary_delivery: 'fail', pubsub_subscribers: 'warn' },
    findings: { 'dead-listener': 'pubsub-listener' },
  },
  {
    name: 'dropped publishes',
    faults: ['drop-publish'],
    verdict: 'FAIL',
    criteria: { canary_delivery: 'fail' },
    findings: { 'lost-messages': 'not-handed-on' },
  },
  {
    name: 'failing publishes',
    faults: ['log-publish-failure'],
    verdict: 'FAIL',
    criteria: { publish_failures: 'fail' },
    findings: { 'publish-failures': 'redis-connection-broken' },
  },
  {
    name: 'a Redis that evicts sessions',
    faults: ['full-redis@3'],
    verdict: 'FAIL',
    criteria: { error_rate: 'fail' },
    findings: { 'redis-evictions': 'redis-evictions' },
  },
  {
    name: 'connections that evict each other',
    args: ['--identity', 'accounts'],
    verdict: 'FAIL',
    criteria: { error_rate: 'fail' },
    findings: { evictions: 'few-accounts' },
  },
  {
    name: 'a full replica',
    faults: ['max-connections=4#2'],
    verdict: 'FAIL',
    criteria: { connect_success_rate: 'fail' },
    findings: { 'full-replica': 'backend-full' },
  },
  {
    name: 'a stale upstream',
    faults: ['stale-upstream#2'],
    // With fewer users an idle backend could be chance.
    args: ['--stages', '45@22:10s'],
    verdict: 'PASS',
    criteria: { backend_spread: 'warn' },
    findings: { 'stale-upstream': 'old-address' },
  },
  {
    name: 'one backend that has all users',
    faults: ['one-address'],
    verdict: 'PASS',
    criteria: { backend_spread: 'warn' },
    findings: { 'upstream-imbalance': 'ip-hash' },
  },
  {
    name: 'too few worker_connections',
    faults: ['worker-connections=32'],
    verdict: 'FAIL',
    criteria: { connect_success_rate: 'fail' },
    findings: { 'connect-failures': 'nginx-worker-connections' },
  },
  {
    name: 'tokens that expire',
    faults: ['short-tokens=8'],
    args: ['--identity', 'accounts', '--stages', '9@1:14s'],
    verdict: 'FAIL',
    criteria: { connect_success_rate: 'fail' },
    findings: { 'expired-tokens': 'token-expired' },
  },
  {
    name: 'a saturated generator',
    config: { scenario: SATURATING },
    verdict: 'INCONCLUSIVE',
    criteria: { connect_p95: 'inconclusive', generator_health: 'inconclusive' },
    findings: { 'saturated-generator': 'too-much-work' },
  },
  {
    name: 'spent CPU credits',
    faults: ['slow-route=3000'],
    spentCredits: true,
    verdict: 'FAIL',
    criteria: { start_navigation_p95: 'fail' },
    findings: { 'cpu-credits-spent': 'cpu-credits' },
  },
  {
    name: 'a list that nobody works off',
    faults: ['no-worker'],
    verdict: 'PASS',
    findings: { 'celery-growth': 'no-worker' },
  },
];

const NAMED = ROWS.map((row): [string, Row] => [row.name, row]);

/** One target at a time: two of them, and the tests of another file beside, are more than two cores carry. */
const PATIENCE_MS = 240_000;
/** A run whose generator could not keep up on a busy machine tells nothing; so many are made. */
const ATTEMPTS = 4;

const folder = mkdtempSync(join(tmpdir(), 'loadwitness-matrix-'));
afterAll(async () => {
  await endAll();
  rmSync(folder, { recursive: true });
});

async function resultOf(kind: StackKind, row: Row): Promise<RunResult> {
  const expectsSaturation = row.criteria?.generator_health !== undefined;
  for (let attempt = 1; ; attempt++) {
    const own = join(folder, `${kind}-${ROWS.indexOf(row)}-${attempt}`);
    const { evidence } = await runWithFault(kind, row, own);
    const result = evidence.json('verdict.json') as RunResult;
    if (expectsSaturation || !result.generator.saturated || attempt === ATTEMPTS) return result;
  }
}

function holds(kind: StackKind): (name: string, row: Row) => Promise<void> {
  return async (_name, row) => {
    const result = await resultOf(kind, row);
    const statuses = Object.fromEntries(result.criteria.map(({ id, status }) => [id, status]));
    const seen = {
      verdict: result.verdict,
      criteria: Object.fromEntries(Object.keys(row.criteria ?? {}).map((id) => [id, statuses[id]])),
      findings: Object.fromEntries(result.findings.map(({ rule, causes }) => [rule, causes[0]?.id])),
    };
    expect(seen).toEqual({ verdict: row.verdict, criteria: row.criteria ?? {}, findings: row.findings });
    for (const { evidence, causes } of result.findings) {
      expect(evidence).not.toEqual([]);
      expect(['confirmed', 'likely']).toContain(causes[0]?.standing);
      // What the evidence supports best is not one of several that it supports alike.
      expect(causes[0]?.for).not.toEqual([]);
    }
  };
}

describe('a run against processes', () => {
  it.each(NAMED)('tells %s, and nothing else', { timeout: PATIENCE_MS }, holds('processes'));
});

const describeWithEngine = await engineOrSkip();

describeWithEngine('a run against containers', () => {
  it.each(NAMED)('tells %s, and nothing else', { timeout: PATIENCE_MS }, holds('containers'));
});
