import type { CloudWatchClient, MetricData, MetricQuery } from '../clients/cloudwatch.js';
import { messageOf } from '../errors.js';
import type { MetricName } from '../journal/metrics.js';
import type { CloudWatchSeries } from './cloudwatch-series.js';
import type { EvidenceFile } from './sampler.js';

/** What is on the picture, and on which axis. */
const PICTURED: Partial<Record<MetricName, 'left' | 'right'>> = {
  'aws.ec2.cpu.utilization': 'left',
  'aws.ec2.memory.utilization': 'left',
  'aws.ec2.network.in': 'right',
  'aws.ec2.network.out': 'right',
};

export interface SnapshotOptions {
  /** What stands in the files' names: `before`, `after`, `finalize`. */
  when: string;
  series: readonly CloudWatchSeries[];
  window: { from: number; to: number };
  /** In seconds. */
  period: number;
  signal?: AbortSignal;
}

/** CloudWatch's own picture of the main metrics, and the datapoints as it gives them. Never rejects: what could not be had is `missing`, with the reason. */
export async function snapshotOf(client: CloudWatchClient, options: SnapshotOptions): Promise<EvidenceFile[]> {
  const { when } = options;
  return await Promise.all([
    orMissing(`cloudwatch/${when}.png`, () => picture(client, options)),
    orMissing(`cloudwatch/metrics-${when}.json`, () => rawData(client, options)),
  ]);
}

async function orMissing(path: string, make: () => Promise<Omit<EvidenceFile, 'path'>>): Promise<EvidenceFile> {
  try {
    return { path, ...(await make()) };
  } catch (error) {
    return { path, status: 'missing', reason: messageOf(error) };
  }
}

async function picture(client: CloudWatchClient, { series, window, period, signal }: SnapshotOptions): Promise<Omit<EvidenceFile, 'path'>> {
  const main = series.filter(({ metric }) => PICTURED[metric.name] !== undefined);
  // Where there is no instance, what was configured is the main thing.
  const shown = main.length > 0 ? main : series;
  const widget = {
    title: 'Loadwitness',
    view: 'timeSeries',
    width: 1200,
    height: 600,
    timezone: '+0000',
    start: new Date(window.from).toISOString(),
    end: new Date(window.to).toISOString(),
    metrics: shown.flatMap((one) =>
      one
        .queries(period)
        .map(({ namespace, name, dimensions, statistic }) => [
          namespace,
          name,
          ...Object.entries(dimensions).flat(),
          { stat: statistic, period, yAxis: PICTURED[one.metric.name] ?? 'left' },
        ]),
    ),
  };
  return { content: await client.getMetricWidgetImage(widget, signal), status: 'ok' };
}

async function rawData(client: CloudWatchClient, { series, window, period, signal }: SnapshotOptions): Promise<Omit<EvidenceFile, 'path'>> {
  const queries: MetricQuery[] = series.flatMap((one) => one.queries(period));
  const data = await client.getMetricData(queries, window, signal);
  const doubtful = data.series.filter(({ status }) => status !== 'Complete').map(({ query, status }) => `${query.name}: ${status}`);
  const reason = [...doubtful, ...data.messages].join('; ');
  return {
    content: `${JSON.stringify(asText(data, window), null, 2)}\n`,
    status: reason === '' ? 'ok' : 'partial',
    ...(reason !== '' && { reason }),
  };
}

/** The answer with CloudWatch's own timestamps: each is the begin of a period. */
function asText({ series, messages }: MetricData, { from, to }: { from: number; to: number }): object {
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    messages,
    metrics: series.map(({ query, status, messages: own, points }) => ({
      ...query,
      status,
      messages: own,
      datapoints: points.map(({ t, value }) => ({ timestamp: new Date(t).toISOString(), value })),
    })),
  };
}
