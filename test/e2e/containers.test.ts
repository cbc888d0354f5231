import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ContainerStack } from '../../src/demo/containers/stack.js';
import { endAll, startCli } from '../helpers/cli.js';
import { dockerCli } from '../helpers/docker-cli.js';
import { Evidence } from '../helpers/evidence.js';
import { stackConfig } from '../helpers/stack-config.js';
import { until } from '../helpers/until.js';
import { engineOrSkip } from '../stack/engine.js';
import { startTestStack } from '../stack/stack.js';

const describe = await engineOrSkip();
const USERS = 300;

/** What `docker stats` says of containers now, one core fully busy is 1. */
async function statsOf(containers: readonly string[]): Promise<number[]> {
  const lines = (await dockerCli('stats', '--no-stream', '--format', '{{.Name}} {{.CPUPerc}}', ...containers)).split('\n');
  return containers.map((name) => Number.parseFloat(lines.find((line) => line.startsWith(`${name} `))?.split(' ')[1] ?? '') / 100);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a run against containers', () => {
  let folder: string;
  let stack: ContainerStack;
  let evidence: Evidence;
  let exitCode: number | NodeJS.Signals;
  /** For each look of `docker stats`: when, and what it said of each backend. */
  const looks: { t: number; cpu: number[] }[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'loadwitness-e2e-'));
    stack = await startTestStack();
    const out = join(folder, 'out');
    const args = ['run', '--config', stackConfig(folder, stack), '--stages', `${USERS}@100:24s`, '--think-time', '1-2'];
    const cli = startCli([...args, '--interval', '1', '--out', out]);
    const connected = () => Evidence.only(out).of('load.second').at(-1)?.users.connected === USERS;
    const cut = cli.ended.then((code) => Promise.reject(new Error(`the run ended with ${code}: ${cli.stderr()}`)));
    await Promise.race([cut, until(`${USERS} connected users`, connected, 60_000)]);
    cut.catch(() => {}); // From here on it may end.
    for (let look = 0; look < 5; look++) looks.push({ cpu: await statsOf(stack.backends), t: Date.now() });
    exitCode = await cli.ended;
    evidence = Evidence.only(out);
  }, 240_000);
  afterAll(async () => {
    await endAll();
    await stack?.stop();
    rmSync(folder, { recursive: true });
  });

  it('finds nothing wrong, with canaries that crossed between the backends', () => {
    // A busy machine can leave the criteria of the load open, and none of these.
    const status = (id: string) => evidence.json('verdict.json').criteria.find((row: { id: string }) => row.id === id)?.status;
    expect(['publish_failures', 'canary_delivery', 'identity'].map(status)).toEqual(['pass', 'pass', 'pass']);
    expect([0, 3]).toContain(exitCode);
    const canaries = evidence.of('canary.second');
    const published = canaries.reduce((sum, second) => sum + second.published, 0);
    expect(published).toBeGreaterThan(100);
    expect(canaries.reduce((sum, second) => sum + second.received + second.withdrawn, 0)).toBe(published);
  });

  it('counts the sockets of each backend as they are, at every sample', () => {
    const seconds = evidence.of('load.second');
    const full = seconds.filter(({ users }) => users.connected === USERS).map(({ second }) => second * 1000);
    const [from, to] = [(full[0] ?? 0) + 1000, full.at(-1) ?? 0];
    const byBackend = evidence.readings('backend.connections', 'backend');
    expect(Object.keys(byBackend)).toEqual(stack.backends);
    const samples = byBackend[stack.backends[0] as string]?.filter(({ t }) => t > from && t < to) ?? [];
    expect(samples.length).toBeGreaterThan(10);
    for (const { t } of samples) {
      const counts = stack.backends.map((name) => byBackend[name]?.find((reading) => reading.t === t)?.value ?? Number.NaN);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(USERS);
      // least_conn deals them out evenly; by which backend's log each user came to is the same count.
      for (const [index, name] of stack.backends.entries()) expect(counts[index]).toBe(held(evidence, name, t));
    }
  });

  it('reads the CPU that docker stats reads', () => {
    const from = (looks[0]?.t ?? 0) - 2_000; // A look compares two moments, a second or two before it answers.
    const to = looks.at(-1)?.t ?? 0;
    for (const [index, name] of stack.backends.entries()) {
      const readings = evidence.readings('container.cpu.utilization', 'backend')[name]?.filter(({ t }) => t >= from && t <= to) ?? [];
      const ours = mean(readings.map(({ value }) => value));
      expect(Math.abs(ours - mean(looks.map(({ cpu }) => cpu[index] ?? Number.NaN)))).toBeLessThanOrEqual(0.05);
    }
  });

  it('counts every line of the logs once, and keeps each', async () => {
    for (const name of stack.backends) {
      const kept = archived(evidence, name);
      // The application writes to stderr alone. What it wrote before the first line that was kept, and after the last, is not of the run.
      const [stdout, all] = await dockerLogs(name);
      expect(stdout).toEqual([]);
      const begin = all.indexOf(kept[0] ?? '');
      expect(kept).toEqual(all.slice(begin, begin + kept.length));
      // Users who leave are told of until the log is closed, a moment after the last reading.
      const counted = evidence.readings('log.lines', 'backend')[name]?.at(-1)?.value ?? 0;
      const late = kept.slice(counted);
      expect(late.every((line) => /연결 해제|정상 종료/.test(line))).toBe(true);
      expect(matches(evidence, name, 'client_connected')).toBe(kept.filter((line) => line.includes('클라이언트 연결: ')).length);
    }
    const routes = stack.backends.reduce((sum, name) => sum + matches(evidence, name, 'route_calculated'), 0);
    expect(routes).toBe(evidence.task('start_navigation').replies.route_calculated);
  });

  it('finds the same containers before and after, and keeps their state without secrets', () => {
    const [before, after] = evidence.of('target.identity');
    const containers = (event: typeof before) => event?.components.filter(({ source }) => source === 'docker');
    expect(containers(before)?.map(({ name }) => name)).toEqual([...stack.backends, 'redis', 'nginx']);
    expect(containers(after)).toEqual(containers(before));
    const files = evidence.of('evidence.file');
    expect(files.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(readFileSync(join(evidence.folder, 'nginx/before.conf'), 'utf8')).toContain('least_conn');
    for (const content of Object.values(evidence.files())) expect(content).not.toContain(stack.jwtSecret);
  });
});

/** Lines of stdout and of stderr, each as `<time> <stream> <text>`. */
async function dockerLogs(container: string): Promise<[string[], string[]]> {
  const { stdout, stderr } = await promisify(execFile)('docker', ['logs', '--timestamps', container], { maxBuffer: 64 * 1024 * 1024 });
  const named = (text: string, stream: string) =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => line.replace(' ', ` ${stream} `));
  return [named(stdout, 'stdout'), named(stderr, 'stderr')];
}

/** Lines of the log that were kept. */
function archived(evidence: Evidence, backend: string): string[] {
  return gunzipSync(readFileSync(join(evidence.folder, 'logs', `${backend}.log.gz`)))
    .toString()
    .split('\n')
    .slice(0, -1);
}

/** The last count of a pattern. */
function matches(evidence: Evidence, backend: string, pattern: string): number {
  return (
    evidence
      .of('sample')
      .flatMap(({ samples }) => samples)
      .filter(({ name, attributes }) => name === 'log.matches' && attributes?.backend === backend && attributes.pattern === pattern)
      .at(-1)?.value ?? Number.NaN
  );
}

/** Sockets that a backend's own log says it held at a moment: its lines end with the number. */
function held(evidence: Evidence, backend: string, t: number): number {
  const told = archived(evidence, backend).flatMap((line) => {
    const [, time = ''] = /^(\S+)/.exec(line) ?? [];
    const opened = /총 (\d+)\/\d+ 개 연결/.exec(line)?.[1];
    const closed = /남은 연결: (\d+)개/.exec(line)?.[1];
    const count = opened ?? closed;
    return count === undefined ? [] : [{ at: Date.parse(time), count: Number(count) }];
  });
  return told.findLast(({ at }) => at <= t)?.count ?? Number.NaN;
}
