import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cli, endAll, runCli, startCli } from '../helpers/cli.js';
import { Evidence } from '../helpers/evidence.js';
import { descendants, isRunning } from '../helpers/processes.js';
import { until } from '../helpers/until.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-e2e-'));
});
afterAll(async () => {
  await endAll();
  rmSync(folder, { recursive: true });
});

const PLAN = ['--stages', '30@30:8s', '--think-time', '1-2', '--interval', '1'];

async function demo(name: string, ...args: string[]) {
  const out = join(folder, name);
  const ended = await runCli(['demo', '--out', out, ...PLAN, ...args]);
  return { ...ended, evidence: Evidence.only(out) };
}

/** Starts a demo that would run for a minute and waits until its users are connected. */
async function demoUnderWay(name: string) {
  const out = join(folder, name);
  const cli = startCli(['demo', '--out', out, '--stages', '12@20:60s', '--think-time', '1-2', '--interval', '1']);
  const evidence = await until(
    'twelve connected users',
    () => {
      const found = Evidence.only(out);
      return found.of('load.second').some((second) => second.users.connected === 12) && found;
    },
    60_000,
  );
  const processes = await descendants(cli.process.pid as number);
  expect(processes.length).toBeGreaterThanOrEqual(6); // The supervisor, redis-server, three backends, nginx.
  const left = async () => (await Promise.all(processes.map(isRunning))).filter(Boolean).length;
  return { cli, out, folder: evidence.folder, nobodyLeft: () => until('the end of all processes', async () => (await left()) === 0) };
}

describe('a demo of a healthy target', () => {
  let run: Awaited<ReturnType<typeof demo>>;
  beforeAll(async () => {
    run = await demo('healthy');
  });

  it('passes, and ends with the folder of its evidence', () => {
    expect(run.stderr.trimEnd().split('\n').at(-1)).toBe(run.evidence.folder);
    expect(run.stdout).toContain('Verdict: PASS');
    expect(run.code).toBe(0);
    expect(run.evidence.json('verdict.json').verdict).toBe('PASS');
  });

  it('connects every user and matches every reply to its own task', () => {
    const { evidence } = run;
    expect(evidence.task('connect')).toMatchObject({ requests: 30, failures: {} });
    const route = evidence.task('start_navigation');
    expect(Object.keys(route.replies)).toEqual(['route_calculated']);
    expect(route.requests).toBeGreaterThanOrEqual(30);
    const position = evidence.task('location_update');
    for (const type of Object.keys(position.replies)) expect(['navigation_update', 'arrival', 'route_deviation']).toContain(type);
    expect(evidence.counts('pushes')).toEqual({ connected: 30 });
    expect(evidence.counts('closes')).toEqual({ '1000 client': 30 });
    expect(evidence.counts('drops')).toEqual({});
  });

  it('spreads the users over the replicas, although nginx balances by address', () => {
    const connections = run.evidence.readings('backend.connections', 'backend');
    expect(Object.keys(connections).sort()).toEqual(['fastapi-1', 'fastapi-2', 'fastapi-3']);
    for (const readings of Object.values(connections)) expect(Math.max(...readings.map(({ value }) => value))).toBe(10);
  });

  it('samples everything that it knows, without a gap', () => {
    const { evidence } = run;
    expect(new Set(evidence.of('sample').map(({ sampler }) => sampler))).toEqual(
      new Set(['generator', 'backends', 'redis', 'nginx', 'logs']),
    );
    expect(evidence.of('sampler.error')).toEqual([]);
    const subscribers = evidence.readings('redis.pubsub.subscribers', 'channel').kindmap_events ?? [];
    expect(subscribers.length).toBeGreaterThanOrEqual(8);
    expect(new Set(subscribers.map(({ value }) => value))).toEqual(new Set([3]));
  });

  it('finds every check green that the demo can make', () => {
    const others = run.evidence.of('check.result').filter(({ status }) => status !== 'pass');
    expect(others.map(({ check, status }) => `${check} ${status}`)).toEqual([
      // The backends are processes, its users are guests, and it is not on AWS.
      'docker-reachable skip',
      'replicas-same-image skip',
      'identity-matches-token skip',
      'token-lifetime skip',
      'cloudwatch-access skip',
      'cloudwatch-metrics skip',
      'cpu-credits skip',
    ]);
  });

  it('is reported again from the journal alone, byte for byte the same', async () => {
    const before = run.evidence.files();
    // What was collected from the target is evidence, and no report.
    const reports = Object.keys(before).filter((file) => /(verdict\.json|summary\.md|report\.html|junit\.xml|\.csv)$/.test(file));
    expect(reports).toHaveLength(8);
    for (const file of reports) rmSync(file);
    const again = await runCli(['report', run.evidence.folder]);
    expect(again.code).toBe(0);
    expect(again.stdout).toBe(run.stdout);
    expect(run.evidence.files()).toEqual(before);
  });
});

describe('a demo of a target with a fault', () => {
  it('fails when publishes failed', async () => {
    const { code, evidence } = await demo('publish-failure', '--fault', 'log-publish-failure');
    expect(code).toBe(1);
    const { verdict, criteria } = evidence.json('verdict.json');
    expect(verdict).toBe('FAIL');
    expect(criteria.filter((row: { status: string }) => row.status === 'fail').map((row: { id: string }) => row.id)).toEqual([
      'publish_failures',
    ]);
  });

  it('is inconclusive when the logs cannot be read, since "no failures" was not seen', async () => {
    const { code, evidence } = await demo('unreadable-logs', '--fault', 'unreadable-logs', '--no-preflight');
    expect(code).toBe(3);
    const { verdict, criteria } = evidence.json('verdict.json');
    expect(verdict).toBe('INCONCLUSIVE');
    const doubtful = criteria.filter((row: { required: boolean; status: string }) => row.required && row.status !== 'pass');
    expect(doubtful.map((row: { id: string }) => row.id)).toEqual(['publish_failures']);
  });

  it('is not even loaded when the checklist finds that the logs cannot be read', async () => {
    const { code, evidence } = await demo('unreadable-logs-found', '--fault', 'unreadable-logs');
    expect(code).toBe(4);
    const failed = evidence.of('check.result').filter(({ status }) => status === 'fail' || status === 'error');
    expect(failed.map(({ check }) => check)).toEqual(['log-access']);
    expect(evidence.of('load.start')).toEqual([]);
  });
});

describe('a demo with accounts', () => {
  it('logs each in once and connects as the owner of its token; no token or password reaches a file', async () => {
    const { code, evidence, stderr, stdout } = await demo('accounts', '--identity', 'accounts', '--stages', '5@10:6s');
    expect(code).toBe(0);
    expect(evidence.task('connect')).toMatchObject({ requests: 5, failures: {} });
    const written = [...Object.values(evidence.files()), stderr, stdout].join('\n');
    expect(written).not.toMatch(/eyJ[\w-]+\./);
    expect(written).not.toMatch(/password[2-5]/);
  });
});

describe('a demo that is broken off', () => {
  it('leaves evidence that says so when it is killed, and no process', async () => {
    const { cli, folder: evidence, nobodyLeft } = await demoUnderWay('killed');
    cli.process.kill('SIGKILL');
    expect(await cli.ended).toBe('SIGKILL');
    await nobodyLeft();
    const report = await runCli(['report', evidence]);
    expect(report.code).toBe(3);
    expect(report.stdout).toContain('Verdict: INCONCLUSIVE');
    const { verdict, ended, reasons } = new Evidence(evidence).json('verdict.json');
    expect(verdict).toBe('INCONCLUSIVE');
    expect(ended).toBeNull();
    expect(reasons.map(({ text }: { text: string }) => text).join()).toMatch(/cut off/);
    expect(Object.keys(new Evidence(evidence).files()).filter((file) => file.endsWith('.csv'))).toHaveLength(4);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('closes its users and finishes the evidence at %s', async (signal, code) => {
    const { cli, folder: evidence, nobodyLeft } = await demoUnderWay(signal);
    cli.process.kill(signal);
    expect(await cli.ended).toBe(code);
    await nobodyLeft();
    const run = new Evidence(evidence);
    expect(run.counts('closes')).toEqual({ '1000 client': 12 });
    expect(run.of('load.end')).toMatchObject([{ reason: 'stopped' }]);
    expect(run.of('run.end')).toMatchObject([{ reason: 'signal', signal }]);
    expect(run.json('verdict.json').verdict).toBe('INCONCLUSIVE');
  });
});

describe('a demo that only serves', () => {
  let cli: Cli;
  let file: string;
  beforeAll(async () => {
    cli = startCli(['demo', '--serve']);
    file = await until('the configuration', () => cli.stdout().includes('\n') && cli.stdout().trim());
  });

  it('gives a configuration with which the checklist passes', async () => {
    const { code, stdout } = await runCli(['preflight', '--config', file]);
    expect(stdout).toMatch(/\d+ pass; \d+ checks skipped/);
    expect(code).toBe(0);
  });

  it('gives a configuration with which a run passes', async () => {
    const plan = ['--users', '6', '--spawn-rate', '6', '--run-time', '6s', '--think-time', '1'];
    const { code } = await runCli(['run', '--config', file, '--out', join(folder, 'served'), ...plan]);
    expect(code).toBe(0);
  });

  it('gets no load from a run whose pre-flight fails', async () => {
    const changed = join(folder, 'least_conn.yaml');
    writeFileSync(changed, readFileSync(file, 'utf8').replace('method: ip_hash', 'method: least_conn'));
    expect((await runCli(['preflight', '--config', changed])).code).toBe(4);
    const out = join(folder, 'refused');
    const { code, stdout } = await runCli(['run', '--config', changed, '--out', out, '--users', '6', '--run-time', '6s']);
    expect(code).toBe(4);
    expect(stdout).toContain('Verdict: INCONCLUSIVE');
    const evidence = Evidence.only(out);
    expect(evidence.of('load.start')).toEqual([]);
    expect(evidence.of('run.end')).toMatchObject([{ reason: 'preflight_failed' }]);
  });

  it('ends with the signal', async () => {
    cli.process.kill('SIGINT');
    expect(await cli.ended).toBe(130);
  });
});
