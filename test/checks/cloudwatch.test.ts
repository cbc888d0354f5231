import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import access from '../../checks/cloudwatch-access.js';
import metrics, { judgeMetrics, type MetricFacts } from '../../checks/cloudwatch-metrics.js';
import credits, { type CreditFacts, judgeCredits } from '../../checks/cpu-credits.js';
import type { CloudWatchConfig } from '../../src/config/config.js';
import type { Check } from '../../src/preflight/check.js';
import { runPreflight } from '../../src/preflight/runner.js';
import { AWS_SECRETS, withoutAws, withTestCredentials } from '../helpers/aws-env.js';
import { checkContext } from '../helpers/check-context.js';
import { CloudWatchServer, type StoredMetric } from '../helpers/cloudwatch-server.js';

const MINUTE = 60_000;
const INSTANCE = 'i-0123456789abcdef0';
const REGION = 'ap-northeast-2';
const NOW = Date.UTC(2026, 0, 31, 12, 0, 30);
/** The guide's stages. */
const MINUTES = 25;

let server: CloudWatchServer;
beforeEach(async () => {
  withTestCredentials();
  server = await CloudWatchServer.start();
  server.now = () => NOW;
});
afterEach(async () => {
  await server.end();
  vi.unstubAllEnvs();
});

/** A metric of the last hour, told every so many minutes. */
function stored(name: string, every: number, value = 1, rest: Partial<StoredMetric> = {}): StoredMetric {
  const begin = Date.UTC(2026, 0, 31, 11, 5);
  const points = Array.from({ length: Math.floor(50 / every) }, (_, index) => ({ t: begin + index * every * MINUTE, value }));
  return { namespace: 'AWS/EC2', name, dimensions: { InstanceId: INSTANCE }, points, ...rest };
}

const instance = (every: number) =>
  ['CPUUtilization', 'NetworkIn', 'NetworkOut'].map((name) => stored(name, every)).concat(stored('StatusCheckFailed', 1, 0));
const agent = (rest: Partial<StoredMetric> = {}) =>
  stored('mem_used_percent', 1, 40, { namespace: 'CWAgent', dimensions: { InstanceId: INSTANCE, ImageId: 'ami-1' }, ...rest });
/** 24 credits an hour are earned and as many spent. */
const burstable = (balance: number) => [stored('CPUCreditBalance', 5, balance), stored('CPUCreditUsage', 5, 2)];

function context(layer: Partial<CloudWatchConfig> = {}) {
  return checkContext(
    { cloudwatch: { region: REGION, endpoint: server.url, instanceId: INSTANCE, ...layer } },
    { env: process.env, now: () => NOW },
  );
}

/** Runs the three as the runner does; gives their status by id, and their results. */
async function preflight(layer: Partial<CloudWatchConfig> = {}) {
  // They are after nothing that is not among them.
  const { results } = await runPreflight({ checks: [access, metrics, credits], ctx: context(layer), emit: () => undefined });
  const told = JSON.stringify(results);
  for (const secret of Object.values(AWS_SECRETS)) expect(told).not.toContain(secret);
  return {
    status: Object.fromEntries(results.map(({ check, status }) => [check, status])),
    of: (check: Check) => results.find((one) => one.check === check.id),
  };
}

describe('the checks of CloudWatch', () => {
  it('are green with credentials, detailed monitoring, the agent and credits', async () => {
    server.store(...instance(1), agent(), ...burstable(576));
    const { status, of } = await preflight();
    expect(status).toEqual({ 'cloudwatch-access': 'pass', 'cloudwatch-metrics': 'pass', 'cpu-credits': 'pass' });
    expect(of(access)?.observed).toBe(`ListMetrics and GetMetricData answered in ${REGION}`);
    expect(of(metrics)?.observed).toContain(
      'detailed monitoring (a datapoint every 1 min, 25 in the run); CloudWatch agent: mem_used_percent every 1 min',
    );
    // 25 min × (2 vCPUs − 0.4 a minute).
    expect(of(credits)?.observed).toMatch(/^576 credits; the run may need 40: 25 min × 2 vCPUs \(assumed;.*less 0\.4 a minute/);
  });

  it('find that there are no credentials with the first, and skip the others', async () => {
    withoutAws();
    const { status, of } = await preflight();
    expect(status).toEqual({ 'cloudwatch-access': 'fail', 'cloudwatch-metrics': 'skip', 'cpu-credits': 'skip' });
    expect(of(access)).toMatchObject({
      observed: expect.stringContaining('no AWS credentials'),
      remedy: expect.stringMatching(/AWS_ACCESS_KEY_ID.*AWS_PROFILE.*aws sts get-caller-identity --region ap-northeast-2$/),
    });
    expect(server.requests).toEqual([]);
    // The remedy, applied.
    withTestCredentials();
    server.store(...instance(1), agent());
    expect((await preflight()).status).toEqual({ 'cloudwatch-access': 'pass', 'cloudwatch-metrics': 'pass', 'cpu-credits': 'pass' });
  });

  it('find that no region is named', async () => {
    const ctx = context();
    if (ctx.config.cloudwatch) delete ctx.config.cloudwatch.region;
    expect(await access.run(ctx)).toMatchObject({ status: 'fail', remedy: expect.stringContaining('monitoring.cloudwatch.region') });
  });

  it.each(['ListMetrics', 'GetMetricData'] as const)('find that %s is not allowed', async (operation) => {
    server.store(...instance(1), agent());
    server.fail(operation, 'denied');
    const { status, of } = await preflight();
    expect(status).toEqual({ 'cloudwatch-access': 'fail', 'cloudwatch-metrics': 'skip', 'cpu-credits': 'skip' });
    expect(of(access)).toMatchObject({
      observed: expect.stringContaining(`cloudwatch:${operation}`),
      remedy: expect.stringContaining('arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess'),
    });
  });

  it('find that a metric is forbidden though the request is answered', async () => {
    server.store(stored('CPUUtilization', 1, 1, { points: [], statuses: ['Forbidden'] }));
    expect(await access.run(context())).toMatchObject({ status: 'fail', observed: expect.stringContaining('Forbidden') });
  });

  it('find that the credentials have expired, and show no token', async () => {
    server.fail('ListMetrics', 'expired');
    const { status, of } = await preflight();
    expect(status['cloudwatch-access']).toBe('fail');
    expect(of(access)?.observed).toContain('ExpiredToken');
  });

  it('find that nothing answers at the endpoint', async () => {
    const gone = await CloudWatchServer.start();
    const endpoint = gone.url;
    await gone.end();
    const ctx = context({ endpoint });
    const found = await access.run({ ...ctx, signal: AbortSignal.timeout(60_000) });
    expect(found).toMatchObject({
      status: 'fail',
      remedy: expect.stringContaining(`aws cloudwatch list-metrics --namespace AWS/EC2 --dimensions Name=InstanceId,Value=${INSTANCE}`),
    });
  }, 30_000);

  it('find basic monitoring', async () => {
    server.store(...instance(5), agent());
    const { status, of } = await preflight();
    expect(status).toEqual({ 'cloudwatch-access': 'pass', 'cloudwatch-metrics': 'warn', 'cpu-credits': 'pass' });
    expect(of(metrics)).toMatchObject({
      observed: expect.stringContaining('basic monitoring (a datapoint every 5 min, 5 in the run)'),
      remedy: expect.stringContaining(`aws ec2 monitor-instances --instance-ids ${INSTANCE} --region ${REGION}`),
    });
  });

  it('find that there is no agent, and that one is silent', async () => {
    server.store(...instance(1));
    const without = await preflight();
    expect(without.status['cloudwatch-metrics']).toBe('warn');
    expect(without.of(metrics)).toMatchObject({
      observed: expect.stringContaining('no CloudWatch agent'),
      remedy: expect.stringContaining('AmazonCloudWatchAgent'),
    });
    server.store(agent({ points: [{ t: NOW - 180 * MINUTE, value: 40 }] }));
    expect((await preflight()).of(metrics)).toMatchObject({
      status: 'warn',
      observed: expect.stringContaining('the CloudWatch agent is silent'),
      remedy: expect.stringContaining('AmazonCloudWatch-ManageAgent'),
    });
  });

  it('take the agent under those dimensions that are alive', async () => {
    server.store(...instance(1), agent({ points: [] }), agent({ dimensions: { InstanceId: INSTANCE, InstanceType: 't3.large' } }));
    expect((await preflight()).status['cloudwatch-metrics']).toBe('pass');
  });

  it('find that there is no such instance', async () => {
    const { status, of } = await preflight();
    expect(status).toEqual({ 'cloudwatch-access': 'pass', 'cloudwatch-metrics': 'fail', 'cpu-credits': 'skip' });
    expect(of(metrics)).toMatchObject({
      observed: `no datapoint of ${INSTANCE} in the last hour in ${REGION}`,
      remedy: expect.stringContaining(`aws ec2 describe-instances --instance-ids ${INSTANCE}`),
    });
  });

  it('find a configured metric that does not exist', async () => {
    const queue = { namespace: 'AWS/SQS', name: 'Depth', statistic: 'Maximum', dimensions: { QueueName: 'q' } };
    server.store(...instance(1), agent());
    expect((await preflight({ metrics: [queue] })).of(metrics)).toMatchObject({
      status: 'warn',
      observed: expect.stringContaining('no datapoint of AWS/SQS Depth (QueueName q)'),
    });
    server.store(stored('Depth', 1, 1, { namespace: 'AWS/SQS', dimensions: { QueueName: 'q' } }));
    expect((await preflight({ metrics: [queue] })).of(metrics)).toMatchObject({ status: 'pass' });
  });

  it('find that the credits do not last, and are not told while they do', async () => {
    server.store(...instance(1), agent(), ...burstable(10));
    const { status, of } = await preflight();
    expect(status).toEqual({ 'cloudwatch-access': 'pass', 'cloudwatch-metrics': 'pass', 'cpu-credits': 'fail' });
    expect(of(credits)).toMatchObject({
      observed: expect.stringContaining('at full CPU they last for 6.3 of 25 min'),
      remedy: expect.stringContaining(`InstanceId=${INSTANCE},CpuCredits=unlimited`),
    });
    expect(of(credits)?.expected).toContain('docs.aws.amazon.com');
  });

  it('do not call it evaluated where CloudWatch only throttles', async () => {
    server.fail('ListMetrics', 'throttle');
    const stop = AbortSignal.timeout(60_000);
    await expect(access.run({ ...context(), signal: stop })).rejects.toThrow('throttled');
  }, 30_000);

  it('are skipped where nothing is configured', async () => {
    for (const check of [access, metrics, credits]) expect(await check.run(checkContext())).toMatchObject({ status: 'skip' });
  });
});

describe('judgeMetrics', () => {
  const minutely = Array.from({ length: 10 }, (_, index) => index * MINUTE);
  const base: MetricFacts = {
    config: { instanceId: INSTANCE },
    minutes: MINUTES,
    instance: { CPUUtilization: minutely, NetworkIn: minutely, CPUCreditBalance: [] },
    own: {},
    agent: minutely,
  };
  it.each<[string, Partial<MetricFacts>, string, RegExp]>([
    ['all that there can be', {}, 'pass', /detailed monitoring/],
    ['one datapoint', { instance: { CPUUtilization: [0] } }, 'pass', /too few datapoints/],
    ['a metric that is missing', { instance: { CPUUtilization: minutely, NetworkIn: [] } }, 'pass', /not NetworkIn/],
    ['own metrics alone', { config: {}, instance: {}, own: { 'A b': minutely }, agent: undefined }, 'pass', /^configured: A b$/],
    [
      'own metrics alone, and none there',
      { config: {}, instance: {}, own: { 'A b': [] }, agent: undefined },
      'warn',
      /no datapoint of A b/,
    ],
  ])('judges %s', (_, change, status, observed) => {
    expect(judgeMetrics({ ...base, ...change })).toMatchObject({ status, observed: expect.stringMatching(observed) });
  });
});

describe('judgeCredits', () => {
  const at = (...values: number[]) => values.map((value, index) => ({ t: index * 5 * MINUTE, value }));
  const base: CreditFacts = {
    config: { instanceId: INSTANCE },
    balance: at(100, 100),
    usage: at(0, 0),
    surplus: [],
    minutes: MINUTES,
    cores: 4,
  };
  it.each<[string, Partial<CreditFacts>, string, RegExp]>([
    ['exactly enough', {}, 'pass', /^100 credits; the run may need 100: 25 min × 4 vCPUs \(as Docker tells\)/],
    ['one too few', { balance: at(99, 99) }, 'fail', /last for 24\.8 of 25 min/],
    ['a balance that rises', { balance: at(94, 99) }, 'pass', /need 75: .* less 1 a minute/],
    ['what was spent meanwhile', { balance: at(90, 90), usage: at(50, 5) }, 'pass', /less 1 a minute/],
    ['a balance that falls faster than is spent', { balance: at(200, 100), usage: at(0, 0) }, 'pass', /less 0 a minute/],
    ['one reading', { balance: at(99) }, 'fail', /less 0 a minute/],
    ['more earned than can be spent', { balance: at(0, 50) }, 'pass', /need 0/],
    ['no balance', { balance: [] }, 'pass', /not burstable/],
    ['unlimited mode', { balance: at(0, 0), surplus: at(3) }, 'warn', /3 surplus credits/],
    ['unknown cores', { cores: undefined }, 'pass', /2 vCPUs \(assumed/],
  ])('judges %s', (_, change, status, observed) => {
    expect(judgeCredits({ ...base, ...change })).toMatchObject({ status, observed: expect.stringMatching(observed) });
  });
});
