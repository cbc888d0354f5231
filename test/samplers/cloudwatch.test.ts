import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectCloudWatch } from '../../src/clients/cloudwatch.js';
import { type CloudWatchSamplerOptions, cloudwatchSampler } from '../../src/samplers/cloudwatch.js';
import type { Reading } from '../../src/samplers/sampler.js';
import { AWS_SECRETS, withoutAws, withTestCredentials } from '../helpers/aws-env.js';
import { CloudWatchServer, PNG, type StoredMetric } from '../helpers/cloudwatch-server.js';
import { startSampling } from '../helpers/sampling.js';

const endings: (() => unknown)[] = [];
beforeEach(withTestCredentials);
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  vi.unstubAllEnvs();
});

const MINUTE = 60_000;
const INSTANCE = 'i-0123456789abcdef0';
/** When the sampler starts, by the clock of these tests. */
const START = Date.UTC(2026, 0, 31, 12, 0, 30);
/** An hour before, on a full minute. */
const HISTORY = Date.UTC(2026, 0, 31, 11, 0);

/** Minutes of a metric from an hour before the start to an hour after it; of basic monitoring every fifth. */
function minutes(every: number, value: (minute: number) => number): StoredMetric['points'] {
  return Array.from({ length: 120 / every }, (_, index) => ({ t: HISTORY + index * every * MINUTE, value: value(index * every) }));
}

function ec2(name: string, every: number, value: (minute: number) => number, rest: Partial<StoredMetric> = {}): StoredMetric {
  return { namespace: 'AWS/EC2', name, dimensions: { InstanceId: INSTANCE }, points: minutes(every, value), lateMs: 2 * MINUTE, ...rest };
}

/** Detailed monitoring of everything that an instance has without an agent. */
function detailed(rest: Partial<StoredMetric> = {}): StoredMetric[] {
  return [
    ec2('CPUUtilization', 1, (minute) => minute, rest),
    ec2('NetworkIn', 1, () => 1000),
    ec2('NetworkOut', 1, () => 2000),
    ec2('CPUCreditBalance', 5, () => 576, { lateMs: 6 * MINUTE }),
    ec2('StatusCheckFailed', 1, () => 0),
  ];
}

async function sampling(
  stored: StoredMetric[],
  config: Partial<CloudWatchSamplerOptions['config']> = {},
  prepare?: (server: CloudWatchServer) => void,
) {
  const server = await CloudWatchServer.start();
  endings.push(() => server.end());
  server.store(...stored);
  prepare?.(server);
  const clock = { now: START };
  server.now = () => clock.now;
  const sampler = cloudwatchSampler({
    client: connectCloudWatch({ region: 'ap-northeast-2', endpoint: server.url }, { deadlineMs: 2_000 }),
    config: { instanceId: INSTANCE, region: 'ap-northeast-2', metrics: [], settleSeconds: 300, ...config },
    now: () => clock.now,
    wait: async (ms) => {
      clock.now += ms;
    },
  });
  const started = await startSampling(sampler);
  endings.push(() => started.stop());
  /** Reads once a minute, as the runner does. */
  const readFor = async (count: number): Promise<Reading[]> => {
    const readings: Reading[] = [];
    for (let minute = 0; minute < count; minute++) {
      clock.now += MINUTE;
      readings.push(...(await started.read()));
    }
    return readings;
  };
  const settle = () => sampler.settle?.(started.ctx) ?? Promise.resolve([]);
  const snapshot = (when: 'before' | 'after') => sampler.snapshot?.(when, started.ctx) ?? Promise.resolve([]);
  return { server, clock, sampler, ...started, readFor, settle, snapshot };
}

/** `minute of the hour: value` of one metric, in the order in which they were given. */
function told(readings: readonly Reading[], name: Reading['name']): string[] {
  return readings.filter((one) => one.name === name).map(({ t = 0, value }) => `${new Date(t).toISOString().slice(11, 16)} ${value}`);
}

describe('cloudwatchSampler', () => {
  it('gives each datapoint once, with its own time, as a share of 1 where CloudWatch has percent', async () => {
    const { readFor, problems } = await sampling(detailed());
    const readings = await readFor(6);
    expect(told(readings, 'aws.ec2.cpu.utilization')).toEqual(['12:00 0.6', '12:01 0.61', '12:02 0.62', '12:03 0.63', '12:04 0.64']);
    expect(told(readings, 'aws.ec2.network.in')).toHaveLength(5);
    expect(told(readings, 'aws.ec2.network.out')[0]).toBe('12:00 2000');
    expect(told(readings, 'aws.ec2.status_check.failed')[0]).toBe('12:00 0');
    expect(told(readings, 'aws.ec2.cpu_credit.balance')).toEqual(['12:00 576']);
    const cpu = readings.find(({ name }) => name === 'aws.ec2.cpu.utilization');
    expect(cpu).toEqual({
      name: 'aws.ec2.cpu.utilization',
      value: 0.6,
      attributes: { instance: INSTANCE, period: '60' },
      t: Date.UTC(2026, 0, 31, 12, 0),
    });
    expect(problems).toEqual([
      `CloudWatch knows no mem_used_percent and no disk_used_percent of ${INSTANCE} (namespace CWAgent): is the CloudWatch agent installed there, with InstanceId as a dimension?`,
    ]);
  });

  it('sees basic monitoring by the distance of the datapoints', async () => {
    const { readFor, server } = await sampling([ec2('CPUUtilization', 5, (minute) => minute, { lateMs: 6 * MINUTE })]);
    const readings = await readFor(13);
    expect(told(readings, 'aws.ec2.cpu.utilization')).toEqual(['12:00 0.6', '12:05 0.65']);
    expect(readings.map(({ attributes }) => attributes?.period)).toEqual(['300', '300']);
    const periods = server
      .of('GetMetricData')
      .flatMap(({ input }) => (input.MetricDataQueries as { MetricStat: { Period: number } }[]).map((one) => one.MetricStat.Period));
    expect(new Set(periods)).toEqual(new Set([60]));
  });

  it('tells of a period only when its value does not change any more', async () => {
    const cpu = ec2('CPUUtilization', 1, () => 10, { lateMs: 0 });
    const { readFor } = await sampling([cpu]);
    const noon = cpu.points.find(({ t }) => t === Date.UTC(2026, 0, 31, 12, 0)) as { value: number };
    noon.value = 3;
    expect(told(await readFor(1), 'aws.ec2.cpu.utilization')).toEqual([]);
    noon.value = 70;
    expect(told(await readFor(1), 'aws.ec2.cpu.utilization')).toEqual(['12:00 0.7']);
  });

  it('finds what the agent tells, whatever dimensions it has, and reads the ones that are alive', async () => {
    const agent = (name: string, dimensions: Record<string, string>, points: StoredMetric['points']): StoredMetric => ({
      namespace: 'CWAgent',
      name,
      dimensions: { InstanceId: INSTANCE, ...dimensions },
      points,
    });
    const { readFor, problems, server } = await sampling([
      ...detailed(),
      agent('mem_used_percent', {}, []),
      agent(
        'mem_used_percent',
        { ImageId: 'ami-1', InstanceType: 't3.large' },
        minutes(1, () => 42),
      ),
      agent(
        'disk_used_percent',
        {},
        minutes(1, () => 1),
      ),
      agent(
        'disk_used_percent',
        { path: '/', device: 'nvme0n1p1', fstype: 'xfs' },
        minutes(1, () => 50),
      ),
      agent(
        'disk_used_percent',
        { path: '/data', device: 'nvme1n1', fstype: 'xfs' },
        minutes(1, () => 90),
      ),
    ]);
    const readings = await readFor(2);
    expect(told(readings, 'aws.ec2.memory.utilization')).toEqual(['12:00 0.42']);
    expect(
      readings.filter(({ name }) => name === 'aws.ec2.disk.utilization').map(({ value, attributes }) => ({ value, ...attributes })),
    ).toEqual([
      { value: 0.5, instance: INSTANCE, path: '/', device: 'nvme0n1p1', period: '60' },
      { value: 0.9, instance: INSTANCE, path: '/data', device: 'nvme1n1', period: '60' },
    ]);
    expect(problems).toEqual([]);
    expect(server.of('ListMetrics')).toHaveLength(2);
  });

  it('reads any metric of the configuration', async () => {
    const dimensions = { LoadBalancer: 'app/kindmap/1' };
    const metrics = [{ namespace: 'AWS/ApplicationELB', name: 'ActiveConnectionCount', statistic: 'Sum', dimensions }];
    const stored = { namespace: 'AWS/ApplicationELB', name: 'ActiveConnectionCount', dimensions, points: minutes(1, () => 300) };
    const server = await sampling([stored], { metrics: [...metrics, ...metrics] });
    const readings = (await server.readFor(2)).filter(({ name }) => name === 'aws.cloudwatch.metric');
    expect(readings).toEqual([
      {
        name: 'aws.cloudwatch.metric',
        value: 300,
        attributes: { ...dimensions, namespace: 'AWS/ApplicationELB', metric: 'ActiveConnectionCount', statistic: 'Sum', period: '60' },
        t: Date.UTC(2026, 0, 31, 12, 0),
      },
    ]);
  });

  it('says once what is not there, and what to look at', async () => {
    const { readFor, problems } = await sampling(detailed().filter(({ name }) => !['CPUCreditBalance', 'CPUUtilization'].includes(name)));
    await readFor(3);
    expect(problems.filter((problem) => problem.includes('no datapoint'))).toEqual([
      `CloudWatch has no datapoint of CPUUtilization (instance ${INSTANCE}): are the region ap-northeast-2 and the instance's id right?`,
      `CloudWatch has no datapoint of CPUCreditBalance (instance ${INSTANCE}): only burstable instances (T2, T3, T4g) have it`,
    ]);
  });

  it('says once what to do where there are no credentials, and gives no reading', async () => {
    withoutAws();
    const { readFor, settle, problems, snapshot, server } = await sampling(detailed());
    expect(await readFor(3)).toEqual([]);
    expect(await settle()).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^no AWS credentials .* "loadwitness finalize <run folder>"$/);
    expect(server.requests).toEqual([]);
    expect((await snapshot('after')).map(({ path, status, reason }) => `${path} ${status} ${reason?.slice(0, 18)}`)).toEqual([
      'cloudwatch/after.png missing no AWS credentials',
      'cloudwatch/metrics-after.json missing no AWS credentials',
    ]);
  });

  it('says that it was throttled, once, and afterwards gives what it missed', async () => {
    const { readFor, problems, server } = await sampling(detailed());
    server.fail('GetMetricData', 'throttle');
    expect(await readFor(2)).toEqual([]);
    server.mend();
    const readings = await readFor(20);
    expect(told(readings, 'aws.ec2.cpu.utilization')).toHaveLength(21);
    expect(problems.filter((problem) => problem.includes('throttled GetMetricData'))).toHaveLength(1);
  });

  it('gives what it may have when one metric is forbidden or failed within', async () => {
    const stored = detailed();
    Object.assign(stored[1] as StoredMetric, {
      statuses: ['Forbidden'],
      points: [],
      messages: [{ Code: 'Forbidden', Value: 'not yours' }],
    });
    Object.assign(stored[2] as StoredMetric, { statuses: ['InternalError', 'InternalError', 'PartialData', 'Complete'] });
    const { readFor, problems } = await sampling(stored);
    const first = await readFor(1);
    expect(first).toEqual([]);
    const readings = await readFor(3);
    expect(told(readings, 'aws.ec2.cpu.utilization')).toHaveLength(3);
    expect(told(readings, 'aws.ec2.network.out')).toHaveLength(3);
    expect(told(readings, 'aws.ec2.network.in')).toEqual([]);
    expect(problems.slice(1)).toEqual([
      `CloudWatch does not give NetworkIn (instance ${INSTANCE}): Forbidden (Forbidden: not yours): allow cloudwatch:GetMetricData for it`,
      `CloudWatch gave NetworkOut (instance ${INSTANCE}) incompletely: InternalError: it is asked again`,
      `CloudWatch gave NetworkOut (instance ${INSTANCE}) incompletely: PartialData: it is asked again`,
    ]);
  });

  it('reads the other metrics when the agent may not be looked for', async () => {
    const { readFor, problems, server } = await sampling(detailed(), {}, (server) => server.fail('ListMetrics', 'denied'));
    expect(told(await readFor(2), 'aws.ec2.cpu.utilization')).toEqual(['12:00 0.6']);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^the metrics of the CloudWatch agent could not be looked for: .* may not call cloudwatch:ListMetrics/);
    server.mend();
    server.store({ namespace: 'CWAgent', name: 'mem_used_percent', dimensions: { InstanceId: INSTANCE }, points: minutes(1, () => 42) });
    expect(told(await readFor(1), 'aws.ec2.memory.utilization')).toEqual(['12:00 0.42', '12:01 0.42']);
  });

  it('waits after the load until the datapoints of its whole window are there', async () => {
    const { readFor, settle, problems, clock } = await sampling(detailed({ lateMs: 4 * MINUTE }));
    const during = await readFor(3);
    expect(told(during, 'aws.ec2.cpu.utilization')).toEqual([]);
    const end = clock.now;
    const late = await settle();
    expect(told(late, 'aws.ec2.cpu.utilization')).toEqual(['12:00 0.6', '12:01 0.61', '12:02 0.62', '12:03 0.63']);
    expect(told(late, 'aws.ec2.cpu_credit.balance')).toEqual(['12:00 576']);
    expect(clock.now - end).toBeLessThanOrEqual(300_000);
    expect(problems.filter((problem) => problem.includes('finalize'))).toEqual([]);
  });

  it('does not wait longer than it was told to, and says what is missing', async () => {
    const { readFor, settle, problems, clock } = await sampling(detailed({ lateMs: 20 * MINUTE }), { settleSeconds: 180 });
    await readFor(3);
    const end = clock.now;
    const late = await settle();
    expect(clock.now - end).toBe(180_000);
    expect(told(late, 'aws.ec2.cpu.utilization')).toEqual([]);
    expect(problems.at(-1)).toBe(
      `datapoints of the load's window are missing (4 of CPUUtilization (instance ${INSTANCE})) 180 s after the load: use loadwitness finalize <run folder> to complete the run later`,
    );
  });

  it('asks on while it is throttled after the load, and says that CloudWatch could not be read', async () => {
    const { readFor, settle, problems, server } = await sampling([], { settleSeconds: 30 });
    await readFor(1);
    server.fail('GetMetricData', 'throttle');
    expect(await settle()).toEqual([]);
    expect(problems.at(-1)).toBe(
      'CloudWatch could not be read 30 s after the load: use loadwitness finalize <run folder> to complete the run later',
    );
  });

  it('keeps the picture and the datapoints of CloudWatch before and after the load', async () => {
    const { snapshot, readFor, server } = await sampling(detailed());
    const [picture, data] = await snapshot('before');
    expect(picture).toMatchObject({ path: 'cloudwatch/before.png', status: 'ok' });
    expect(Buffer.from(picture?.content as Uint8Array)).toEqual(PNG);
    const widget = JSON.parse(String(server.of('GetMetricWidgetImage')[0]?.input.MetricWidget));
    expect(widget.metrics.map((line: unknown[]) => line.slice(0, 4))).toEqual(
      ['CPUUtilization', 'NetworkIn', 'NetworkOut'].map((name) => ['AWS/EC2', name, 'InstanceId', INSTANCE]),
    );
    expect(data).toMatchObject({ path: 'cloudwatch/metrics-before.json', status: 'ok' });
    await readFor(3);
    server.fail('GetMetricWidgetImage', 'denied');
    const [refused, after] = await snapshot('after');
    expect(refused).toMatchObject({ path: 'cloudwatch/after.png', status: 'missing' });
    expect(refused?.reason).toContain('may not call cloudwatch:GetMetricWidgetImage');
    const { metrics } = JSON.parse(String(after?.content));
    const cpu = metrics.find(({ name }: { name: string }) => name === 'CPUUtilization');
    expect(cpu.datapoints.at(-1)).toEqual({ timestamp: '2026-01-31T12:01:00.000Z', value: 61 });
    for (const secret of Object.values(AWS_SECRETS)) expect(String(after?.content) + data?.content).not.toContain(secret);
  });

  it('says that there is nothing to ask for', async () => {
    const { instanceId: _, ...nothing } = { instanceId: INSTANCE, metrics: [], settleSeconds: 0 };
    const server = await CloudWatchServer.start();
    endings.push(() => server.end());
    const { problems, read } = await startSampling(
      cloudwatchSampler({ client: connectCloudWatch({ region: 'eu-west-1', endpoint: server.url }), config: nothing }),
    );
    expect(await read()).toEqual([]);
    expect(problems).toEqual(['there is nothing to ask CloudWatch for: set cloudwatch.instance_id or cloudwatch.metrics']);
  });
});
