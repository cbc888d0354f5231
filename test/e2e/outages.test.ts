import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ContainerStack } from '../../src/demo/containers/stack.js';
import { endAll, startCli } from '../helpers/cli.js';
import { type CutProxy, cutProxy } from '../helpers/cut-proxy.js';
import { Evidence } from '../helpers/evidence.js';
import { stackConfig } from '../helpers/stack-config.js';
import { until } from '../helpers/until.js';
import { engineOrSkip } from '../stack/engine.js';
import { startTestStack } from '../stack/stack.js';

const describe = await engineOrSkip();
const CHANNEL = 'kindmap_events';
const OUTAGE_MS = 10_000;

interface Span {
  from: number;
  to: number;
}

describe('a run during which one part after the other fails', () => {
  let folder: string;
  let stack: ContainerStack;
  let engine: CutProxy;
  let evidence: Evidence;
  let exitCode: number | NodeJS.Signals;
  const spans: Record<'paused' | 'replaced' | 'cut' | 'restarted', Span> = {
    paused: { from: 0, to: 0 },
    replaced: { from: 0, to: 0 },
    cut: { from: 0, to: 0 },
    restarted: { from: 0, to: 0 },
  };
  const lasts = async (name: keyof typeof spans, what: () => Promise<void>): Promise<void> => {
    spans[name].from = Date.now();
    await what();
    spans[name].to = Date.now();
    // Long enough for what comes back to be seen: attempts to reach the Engine are up to four seconds apart.
    await sleep(8_000);
  };
  let killedAt = 0;
  let health = 0;
  const redis = async (...words: string[]) => (await stack.docker.exec(stack.redis, ['redis-cli', ...words])).stdout.toString();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'loadwitness-e2e-'));
    stack = await startTestStack();
    engine = await cutProxy('/var/run/docker.sock');
    const out = join(folder, 'out');
    const address = (await stack.inspect(stack.redis)).addresses[0]?.ipv4;
    const file = stackConfig(folder, stack, {
      docker: { host: `tcp://127.0.0.1:${engine.port}` },
      infrastructure: { redis: { url: `redis://${address}:6379`, channel: CHANNEL } },
    });
    const plan = ['--stages', '60@60:10m', '--think-time', '1-2', '--interval', '1'];
    const cli = startCli(['run', '--config', file, ...plan, '--no-preflight', '--out', out]);
    const loaded = () => Evidence.only(out).of('load.second').at(-1)?.users.connected === 60;
    await until('60 connected users', loaded, 60_000);
    await sleep(3_000);
    await lasts('paused', async () => {
      await stack.pause(stack.redis);
      await sleep(OUTAGE_MS);
      await stack.unpause(stack.redis);
    });
    await lasts('replaced', () => stack.replace(stack.backends[1] as string));
    await lasts('cut', async () => {
      await engine.cut();
      await sleep(OUTAGE_MS);
      await engine.mend();
    });
    const own = (await stack.inspect(stack.backends[0] as string)).addresses[0]?.ipv4;
    const listener = (await redis('CLIENT', 'LIST', 'TYPE', 'pubsub')).split('\n').find((line) => line.includes(` addr=${own}:`));
    killedAt = Date.now();
    await redis('CLIENT', 'KILL', 'ID', /^id=(\d+)/.exec(listener ?? '')?.[1] ?? '');
    await sleep(5_000);
    health = (await fetch(`${stack.target.replace('ws:', 'http:')}/health`)).status;
    await lasts('restarted', () => stack.restart(stack.redis));
    cli.process.kill('SIGINT');
    exitCode = await cli.ended;
    evidence = Evidence.only(out);
  }, 300_000);
  afterAll(async () => {
    await endAll();
    await engine?.end();
    await stack?.stop();
    rmSync(folder, { recursive: true });
  });

  /** Readings of one metric in a span, which begins and ends a second later than what caused it. */
  const values = (name: string, { from, to }: Span, by = 'backend', of?: string): number[] =>
    Object.entries(evidence.readings(name, by))
      .filter(([key]) => of === undefined || key === of)
      .flatMap(([, readings]) => readings)
      .filter(({ t }) => t > from + 1_000 && t < to)
      .map(({ value }) => value);
  const errors = (sampler: string, { from, to }: Span) =>
    evidence.of('sampler.error').filter((event) => event.sampler === sampler && event.t > from && event.t < to + 1_000);
  const notes = (component: string, { from }: Span) =>
    evidence.of('target.event').filter((event) => event.component === component && event.t >= from);

  it('ends as it was told to, with its evidence', () => {
    expect(exitCode).toBe(130);
    expect(evidence.of('run.end')).toMatchObject([{ reason: 'signal', signal: 'SIGINT' }]);
    expect(evidence.json('verdict.json').verdict).toBe('FAIL');
  });

  it('has a gap and errors while Redis does not answer, and readings again afterwards', () => {
    expect(values('redis.clients.connected', spans.paused)).toEqual([]);
    expect(errors('redis', spans.paused).length).toBeGreaterThan(5);
    const after = { from: spans.paused.to, to: spans.replaced.from };
    expect(values('redis.clients.connected', after).length).toBeGreaterThan(0);
    // Which of the two depends on how long its connection has been silent.
    expect(notes('redis', spans.paused).some(({ what }) => what === 'resumed' || what === 'reconnected')).toBe(true);
    const unpublished = evidence.of('canary.second').filter(({ t }) => t > spans.paused.from && t < spans.paused.to + 3_000);
    expect(unpublished.some(({ failures }) => Object.keys(failures).length > 0)).toBe(true);
  });

  it('begins a new series for a backend with another container and another address', () => {
    const name = stack.backends[1] as string;
    expect(notes(name, spans.replaced).map(({ what }) => what)).toContain('replaced');
    const containers = evidence
      .of('sample')
      .flatMap(({ samples }) => samples)
      .filter((sample) => sample.name === 'container.memory.usage.total' && sample.attributes?.backend === name)
      .map(({ attributes }) => attributes?.container);
    expect(new Set(containers).size).toBe(2);
    const identity = evidence.json('verdict.json').criteria.find(({ id }: { id: string }) => id === 'identity');
    expect(identity).toMatchObject({ status: 'warn', evidence: expect.stringContaining(name) });
    // nginx goes on with the old address, and the other two go on.
    expect(values('backend.connections', { from: spans.replaced.to, to: spans.cut.from }).length).toBeGreaterThan(0);
  });

  it('has gaps while the Docker Engine cannot be reached, and then what was written meanwhile', () => {
    for (const metric of ['container.cpu.utilization', 'log.lines']) {
      const within = { from: spans.cut.from + 2_000, to: spans.cut.to };
      expect(values(metric, within)).toEqual([]);
      expect(values(metric, { from: spans.cut.to, to: killedAt }).length).toBeGreaterThan(0);
    }
    expect(notes('docker', spans.cut).map(({ what }) => what)).toEqual(expect.arrayContaining(['lost', 'reconnected']));
    // Redis is not asked through the Engine.
    expect(values('redis.clients.connected', spans.cut).length).toBeGreaterThan(5);
  });

  it('shows a listener that died within five seconds, by the subscribers and by lost canaries, while /health is 200', () => {
    const soon = { from: killedAt, to: killedAt + 5_000 };
    expect(Math.min(...values('redis.pubsub.subscribers', soon, 'channel'))).toBe(2);
    const lost = evidence.of('canary.second').filter(({ t, lost }) => t > killedAt && t <= killedAt + 5_000 && lost > 0);
    expect(lost.length).toBeGreaterThan(0);
    expect(health).toBe(200);
  });

  it('says that Redis was started anew, and that no backend listens any more', () => {
    expect(notes('redis', spans.restarted).map(({ what }) => what)).toContain('restarted');
    const last = Object.values(evidence.readings('redis.pubsub.subscribers', 'channel')).flat().at(-1);
    expect(last?.value).toBe(0);
  });

  it('never writes a zero for what was not read', () => {
    for (const metric of ['redis.clients.connected', 'redis.memory.used', 'container.memory.usage.total']) {
      expect(values(metric, { from: 0, to: Number.POSITIVE_INFINITY }).filter((value) => value === 0)).toEqual([]);
    }
  });
});
