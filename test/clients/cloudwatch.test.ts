import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ConnectOptions, connectCloudWatch, type MetricQuery } from '../../src/clients/cloudwatch.js';
import { CloudWatchError, NoCredentialsError } from '../../src/clients/cloudwatch-error.js';
import { AWS_SECRETS, withoutAws, withTestCredentials } from '../helpers/aws-env.js';
import { CloudWatchServer, PNG } from '../helpers/cloudwatch-server.js';

const { key: KEY, secret: SECRET, token: TOKEN } = AWS_SECRETS;

const endings: (() => unknown)[] = [];
beforeEach(withTestCredentials);
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  vi.unstubAllEnvs();
});

async function connected(options: ConnectOptions = {}) {
  const server = await CloudWatchServer.start();
  endings.push(() => server.end());
  const client = connectCloudWatch({ region: 'ap-northeast-2', endpoint: server.url }, options);
  endings.push(() => client.close());
  return { server, client };
}

const MINUTE = 60_000;
const BEGIN = Math.floor(Date.now() / MINUTE) * MINUTE - 30 * MINUTE;
const WINDOW = { from: BEGIN, to: BEGIN + 30 * MINUTE };

function query(name: string, dimensions: Record<string, string> = { InstanceId: 'i-1' }): MetricQuery {
  return { namespace: 'AWS/EC2', name, dimensions, statistic: 'Average', period: 60 };
}

function points(count: number) {
  return Array.from({ length: count }, (_, index) => ({ t: BEGIN + index * MINUTE, value: index }));
}

async function failure(work: Promise<unknown>): Promise<CloudWatchError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CloudWatchError);
  return error as CloudWatchError;
}

describe('connectCloudWatch', () => {
  it('lists the metrics of all pages, by namespace, name and dimension', async () => {
    const { server, client } = await connected();
    const disks = Array.from({ length: 7 }, (_, index) => ({ InstanceId: 'i-1', path: `/${index}` }));
    for (const dimensions of [...disks, { InstanceId: 'i-2', path: '/' }]) {
      server.store({ namespace: 'CWAgent', name: 'disk_used_percent', dimensions, points: [] });
    }
    server.pageSize = 3;
    const found = await client.listMetrics({ namespace: 'CWAgent', name: 'disk_used_percent', dimensions: { InstanceId: 'i-1' } });
    expect(found).toEqual(disks.map((dimensions) => ({ namespace: 'CWAgent', name: 'disk_used_percent', dimensions })));
    expect(server.of('ListMetrics')).toHaveLength(3);
    expect(server.requests[0]?.key).toBe(KEY);
  });

  it('puts the pages of a metric together, and the last status counts', async () => {
    const { server, client } = await connected();
    server.store({ namespace: 'AWS/EC2', name: 'CPUUtilization', dimensions: { InstanceId: 'i-1' }, points: points(25) });
    server.store({ namespace: 'AWS/EC2', name: 'NetworkIn', dimensions: { InstanceId: 'i-1' }, points: points(2) });
    server.pointsOnPage = 10;
    const { series } = await client.getMetricData([query('CPUUtilization'), query('NetworkIn')], WINDOW);
    expect(server.of('GetMetricData').map(({ input }) => input.NextToken)).toEqual([undefined, '1', '2']);
    expect(series[0]).toMatchObject({ points: points(25), status: 'Complete', query: { name: 'CPUUtilization' } });
    expect(series[1]).toMatchObject({ points: points(2), status: 'Complete', query: { name: 'NetworkIn' } });
  });

  it('asks at most 500 metrics at once and gives the answers in the order of the questions', async () => {
    const { server, client } = await connected();
    const queries = Array.from({ length: 1203 }, (_, index) => query('CPUUtilization', { InstanceId: `i-${index}` }));
    for (const { dimensions } of [queries[0], queries[500], queries[1202]] as MetricQuery[]) {
      server.store({ namespace: 'AWS/EC2', name: 'CPUUtilization', dimensions, points: points(1) });
    }
    const { series } = await client.getMetricData(queries, WINDOW);
    expect(server.of('GetMetricData').map(({ input }) => (input.MetricDataQueries as unknown[]).length)).toEqual([500, 500, 203]);
    expect(series.map((one) => one.query)).toEqual(queries);
    expect(series.flatMap((one, index) => (one.points.length > 0 ? [index] : []))).toEqual([0, 500, 1202]);
  });

  it.each(['PartialData', 'InternalError', 'Forbidden'])(
    'hands on the status %s of a metric, with what is said about it',
    async (status) => {
      const { server, client } = await connected();
      const messages = [{ Code: 'ArithmeticError', Value: 'why' }];
      server.store({ ...query('CPUUtilization'), points: points(1), statuses: [status], messages });
      server.store({ ...query('NetworkIn'), points: points(1) });
      server.messages = [{ Code: 'MaxMetricsExceeded', Value: 'too many' }];
      const data = await client.getMetricData([query('CPUUtilization'), query('NetworkIn')], WINDOW);
      expect(data.series.map((one) => one.status)).toEqual([status, 'Complete']);
      expect(data.series[0]?.messages).toEqual(['ArithmeticError: why']);
      expect(data.messages).toEqual(['MaxMetricsExceeded: too many']);
    },
  );

  it('gives a picture as bytes', async () => {
    const { server, client } = await connected();
    const image = await client.getMetricWidgetImage({ metrics: [['AWS/EC2', 'CPUUtilization']], title: 'CPU' });
    expect(Buffer.from(image)).toEqual(PNG);
    expect(JSON.parse(String(server.requests[0]?.input.MetricWidget))).toMatchObject({ title: 'CPU' });
  });

  it('asks again when it was throttled or the service was not available', async () => {
    const { server, client } = await connected();
    server.store({ ...query('CPUUtilization'), points: points(1) });
    server.fail('GetMetricData', 'throttle', 2);
    expect((await client.getMetricData([query('CPUUtilization')], WINDOW)).series[0]?.points).toEqual(points(1));
    expect(server.of('GetMetricData')).toHaveLength(3);
    server.fail('ListMetrics', 'unavailable', 1);
    expect(await client.listMetrics(query('CPUUtilization'))).toHaveLength(1);
  });

  it('tells at the deadline that it was throttled all the time', async () => {
    const { server, client } = await connected({ deadlineMs: 5_000 });
    server.fail('GetMetricData', 'throttle');
    const error = await failure(client.getMetricData([query('CPUUtilization')], WINDOW));
    expect(error.kind).toBe('throttled');
    expect(error.permanent).toBe(false);
    expect(error.message).toMatch(/^CloudWatch throttled GetMetricData: \d+ requests? in 5000 ms refused \(Throttling/);
    expect(server.of('GetMetricData').length).toBeGreaterThan(1);
  });

  it('gives up an answer that does not come, and works again afterwards', async () => {
    const { server, client } = await connected({ deadlineMs: 1_000 });
    server.fail('ListMetrics', 'hang', 1);
    const error = await failure(client.listMetrics(query('CPUUtilization')));
    expect(error.kind).toBe('silent');
    expect(error.message).toBe('no answer of CloudWatch to ListMetrics within 1000 ms');
    expect(await client.listMetrics(query('CPUUtilization'))).toEqual([]);
  });

  it('ends a call at once when it is broken off', async () => {
    const { server, client } = await connected({ deadlineMs: 60_000 });
    server.fail('ListMetrics', 'hang');
    const stop = new AbortController();
    const work = failure(client.listMetrics(query('CPUUtilization'), stop.signal));
    await vi.waitUntil(() => server.requests.length > 0);
    stop.abort();
    expect((await work).message).toBe('ListMetrics was broken off');
  });

  it('says which permission is missing, and does not ask again', async () => {
    const { server, client } = await connected();
    server.fail('GetMetricWidgetImage', 'denied');
    const error = await failure(client.getMetricWidgetImage({}));
    expect(error.kind).toBe('forbidden');
    expect(error.permanent).toBe(true);
    expect(error.message).toContain('may not call cloudwatch:GetMetricWidgetImage');
    expect(server.requests).toHaveLength(1);
  });

  it('says that the credentials were not taken', async () => {
    const { server, client } = await connected();
    server.fail('ListMetrics', 'expired');
    const error = await failure(client.listMetrics(query('CPUUtilization')));
    expect(error).toMatchObject({ kind: 'credentials', permanent: true });
    expect(error.message).toContain('ExpiredToken');
    expect(error.message).not.toContain(TOKEN);
  });

  it('tells the secrets to whom they are to be kept from, and repeats none in an error', async () => {
    const told: string[] = [];
    const { server, client } = await connected({ onSecret: (secret) => void told.push(secret) });
    server.fail('ListMetrics', 'leak');
    const error = await failure(client.listMetrics(query('CPUUtilization')));
    expect(error.message).toContain('InvalidParameterValue');
    expect(error.cause).toBeUndefined();
    for (const secret of [KEY, SECRET, TOKEN]) expect(JSON.stringify(error) + error.stack).not.toContain(secret);
    expect(told).toEqual([KEY, SECRET, TOKEN]);
  });

  it('says which port does not answer', async () => {
    const { server } = await connected();
    const gone = connectCloudWatch({ region: 'eu-west-1', endpoint: server.url }, { deadlineMs: 1_000 });
    endings.push(() => gone.close());
    await server.end();
    const error = await failure(gone.listMetrics(query('CPUUtilization')));
    expect(error.message).toBe('no connection to CloudWatch (ECONNREFUSED): are the region and the endpoint right?');
  });

  it('says what to do where there are no credentials', async () => {
    const { server, client } = await connected();
    withoutAws();
    const error = await failure(client.listMetrics(query('CPUUtilization')));
    expect(error).toBeInstanceOf(NoCredentialsError);
    expect(error.permanent).toBe(true);
    expect(error.message).toMatch(/^no AWS credentials \(.+\): set AWS_ACCESS_KEY_ID .* profile .* role/);
    expect(server.requests).toEqual([]);
  });

  it('says what to do where there is no region', async () => {
    const client = connectCloudWatch({ endpoint: 'http://127.0.0.1:9' });
    endings.push(() => client.close());
    const error = await failure(client.listMetrics(query('CPUUtilization')));
    expect(error).toMatchObject({ kind: 'region', permanent: true });
    expect(error.message).toContain('set cloudwatch.region');
  });

  it('does not wait longer than its deadline for a metadata service that never answers', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    endings.push(() => {
      for (const socket of sockets) socket.destroy();
      mute.close();
    });
    withoutAws();
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', undefined);
    vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', `http://127.0.0.1:${(mute.address() as { port: number }).port}`);
    const { server, client } = await connected({ deadlineMs: 300 });
    const error = await failure(client.listMetrics(query('CPUUtilization')));
    expect(error).toBeInstanceOf(NoCredentialsError);
    expect(error.message).toContain('their search was not done within 300 ms');
    expect(server.requests).toEqual([]);
  });

  it('reads a profile of the shared files', async () => {
    const { server } = await connected();
    const folder = await mkdtemp(join(tmpdir(), 'loadwitness-aws-'));
    endings.push(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'credentials'), '[other]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = another\n');
    await writeFile(join(folder, 'config'), '[profile other]\nregion = eu-west-3\n');
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
    const client = connectCloudWatch({ profile: 'other', endpoint: server.url });
    endings.push(() => client.close());
    await client.listMetrics(query('CPUUtilization'));
    expect(server.requests[0]?.key).toBe('AKIAOTHER');
  });
});
