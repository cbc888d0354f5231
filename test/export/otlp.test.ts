import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LiveMetrics } from '../../src/export/live-metrics.js';
import { startOtlp } from '../../src/export/otlp.js';
import { otlpTarget } from '../../src/export/otlp-target.js';
import { freePort } from '../helpers/free-port.js';
import { type OtlpReceiver, pointOf, startOtlpReceiver } from '../helpers/otlp-receiver.js';
import { until } from '../helpers/until.js';
import { healthyRun, RUN_START } from '../verdict/journal-builder.js';

let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
});
afterEach(() => receiver.close());

function runMetrics(): LiveMetrics {
  const metrics = new LiveMetrics();
  for (const event of healthyRun()) metrics.add(event);
  return metrics;
}

describe('where metrics are sent by OTLP', () => {
  it.each([
    ['http://127.0.0.1:4318', {}, 'http://127.0.0.1:4318/v1/metrics'],
    ['https://x.example/api/v1/otlp/', {}, 'https://x.example/api/v1/otlp/v1/metrics'],
    ['http://x/v1/metrics', {}, 'http://x/v1/metrics'],
    [true, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://e:4318' }, 'http://e:4318/v1/metrics'],
    [true, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://e', OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://m/in' }, 'http://m/in'],
    ['http://typed', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://e' }, 'http://typed/v1/metrics'],
  ] as const)('is, for %s and %j, %s', (typed, env, url) => {
    expect(otlpTarget(typed, env).url).toBe(url);
  });

  it('has the headers of the environment, those for metrics before the others', () => {
    const env = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc, x-key = k=1', OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'x-key=2' };
    expect(otlpTarget('http://x', env).headers).toEqual({ authorization: 'Bearer abc', 'x-key': '2' });
  });

  it.each([
    ['ftp://x', {}, /--otlp: must be an http/],
    ['http://user:hunter22@x', {}, /--otlp: a password goes into OTEL_EXPORTER_OTLP_HEADERS/],
    ['http://x?key=hunter22', {}, /--otlp: must not have a query/],
    [true, {}, /needs a URL, .* or OTEL_EXPORTER_OTLP_ENDPOINT/],
    [true, { OTEL_EXPORTER_OTLP_ENDPOINT: 'hunter22' }, /OTEL_EXPORTER_OTLP_ENDPOINT: must be/],
    ['http://x', { OTEL_EXPORTER_OTLP_HEADERS: 'hunter22' }, /OTEL_EXPORTER_OTLP_HEADERS: must be <name>=<value>/],
    ['http://x', { OTEL_EXPORTER_OTLP_HEADERS: 'a=hunter22%0d%0ab:c' }, /OTEL_EXPORTER_OTLP_HEADERS: must be/],
  ] as const)('cannot be %s with %j, and no secret is named', (typed, env, message) => {
    const read = () => otlpTarget(typed, env);
    expect(read).toThrow(message);
    expect(read).not.toThrow(/hunter22/);
  });
});

describe('the export by OTLP', () => {
  const options = { version: '1.2.3', problem: () => {} };

  it('sends sums, levels and histograms under the names of the table of metrics, the last ones at the end', async () => {
    const target = otlpTarget(receiver.url, { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=abcd' });
    await startOtlp(target, runMetrics(), options).close();
    expect(receiver.received).toHaveLength(1);
    const [{ path, headers, resource, metrics }] = receiver.received as [(typeof receiver.received)[0]];
    expect([path, headers['x-key']]).toEqual(['/v1/metrics', 'abcd']);
    expect(resource).toContainEqual({ key: 'service.name', value: { stringValue: 'loadwitness' } });
    const point = pointOf(metrics, 'loadwitness.requests', { task: 'location_update' });
    expect(point).toMatchObject({ asDouble: 80, startTimeUnixNano: `${RUN_START}000000` });
    expect(metrics.find(({ name }) => name === 'loadwitness.requests')?.sum).toMatchObject({
      isMonotonic: true,
      aggregationTemporality: 2,
    });
    const histogram = pointOf(metrics, 'loadwitness.request.duration', { task: 'connect' });
    expect(histogram).toMatchObject({ count: 6, sum: 0.011 });
    expect(histogram?.bucketCounts?.slice(0, 4)).toEqual([0, 6, 0, 0]);
    expect(metrics.find(({ name }) => name === 'loadwitness.request.duration')?.unit).toBe('s');
  });

  it('goes on sending while the run lasts', async () => {
    const metrics = runMetrics();
    const exporter = startOtlp(otlpTarget(receiver.url, {}), metrics, { ...options, intervalMs: 50 });
    await until('three exports', () => receiver.received.length >= 3);
    await exporter.close();
    const counts = receiver.received.map((one) => pointOf(one.metrics, 'loadwitness.requests', { task: 'connect' })?.asDouble);
    expect(new Set(counts)).toEqual(new Set([6]));
  });

  it('says once that nobody is there, and ends in good time', async () => {
    const problems: string[] = [];
    const target = otlpTarget(`http://127.0.0.1:${await freePort()}`, {});
    const exporter = startOtlp(target, runMetrics(), { version: '1', problem: (message) => problems.push(message), intervalMs: 50 });
    await until('a problem', () => problems.length > 0);
    await exporter.close();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^metrics cannot be sent to http:\/\/127\.0\.0\.1:\d+\/v1\/metrics: .*ECONNREFUSED/);
  });

  it('says why it was refused, without what it was refused for', async () => {
    receiver.answerWith(401);
    const problems: string[] = [];
    const target = otlpTarget(receiver.url, { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20hunter22' });
    await startOtlp(target, runMetrics(), { version: '1', problem: (message) => problems.push(message) }).close();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/Unauthorized|401/);
    expect(problems[0]).not.toContain('hunter22');
  });
});
