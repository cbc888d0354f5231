import type { CloudWatchClient, MetricId } from '../clients/cloudwatch.js';
import type { MetricName } from '../journal/metrics.js';

/** A metric of the configuration. */
export interface ConfiguredMetric extends MetricId {
  statistic: string;
}

/** What is to be read: the instance's own metrics, what its agent tells, and those of the configuration. */
export interface CloudWatchTarget {
  instanceId?: string;
  region?: string;
  metrics: readonly ConfiguredMetric[];
}

/** One series of ours and where it comes from. */
export interface PlannedMetric {
  name: MetricName;
  attributes: Record<string, string>;
  /** What a value of CloudWatch is multiplied with: percent become a share of 1. */
  scale: number;
  statistic: string;
  /** The same data under different dimensions, the fewest first. The first one that has datapoints is read. */
  sources: readonly MetricId[];
  /** What to look at when it has none. */
  hint: string;
}

interface Known {
  metric: string;
  name: MetricName;
  statistic: string;
  scale: number;
}

const PERCENT = 0.01;

const OF_INSTANCE: readonly (Known & { hint: string })[] = [
  { metric: 'CPUUtilization', name: 'aws.ec2.cpu.utilization', statistic: 'Average', scale: PERCENT, hint: '' },
  { metric: 'NetworkIn', name: 'aws.ec2.network.in', statistic: 'Sum', scale: 1, hint: '' },
  { metric: 'NetworkOut', name: 'aws.ec2.network.out', statistic: 'Sum', scale: 1, hint: '' },
  {
    metric: 'CPUCreditBalance',
    name: 'aws.ec2.cpu_credit.balance',
    statistic: 'Average',
    scale: 1,
    hint: 'only burstable instances (T2, T3, T4g) have it',
  },
  { metric: 'StatusCheckFailed', name: 'aws.ec2.status_check.failed', statistic: 'Maximum', scale: 1, hint: '' },
];

const AGENT = 'CWAgent';
const OF_AGENT: readonly (Known & { /** Dimensions that make a series of their own. */ apart: readonly string[] })[] = [
  { metric: 'mem_used_percent', name: 'aws.ec2.memory.utilization', statistic: 'Average', scale: PERCENT, apart: [] },
  { metric: 'disk_used_percent', name: 'aws.ec2.disk.utilization', statistic: 'Average', scale: PERCENT, apart: ['path', 'device'] },
];

/** What can be asked for without looking: the instance's own metrics and those of the configuration, each once. */
export function knownMetrics({ instanceId, region, metrics }: CloudWatchTarget): PlannedMetric[] {
  const where = region === undefined ? 'the region' : `the region ${region}`;
  const own =
    instanceId === undefined ? [] : OF_INSTANCE.map((one) => planned(one, instanceId, `are ${where} and the instance's id right?`));
  const configured = metrics.map(({ namespace, name, statistic, dimensions }) => ({
    name: 'aws.cloudwatch.metric' as const,
    attributes: { ...dimensions, namespace, metric: name, statistic },
    scale: 1,
    statistic,
    sources: [{ namespace, name, dimensions }],
    hint: 'are its namespace, its name and all of its dimensions right?',
  }));
  return [...new Map([...own, ...configured].map((metric) => [seriesKey(metric), metric])).values()];
}

function planned(one: (typeof OF_INSTANCE)[number], instanceId: string, hint: string): PlannedMetric {
  return {
    name: one.name,
    attributes: { instance: instanceId },
    scale: one.scale,
    statistic: one.statistic,
    sources: [{ namespace: 'AWS/EC2', name: one.metric, dimensions: { InstanceId: instanceId } }],
    hint: one.hint === '' ? hint : one.hint,
  };
}

/** What the CloudWatch agent tells of an instance: its dimensions are whatever its configuration says, so they are looked for. */
export async function agentMetrics(client: CloudWatchClient, instanceId: string, signal?: AbortSignal): Promise<PlannedMetric[]> {
  const found = await Promise.all(
    OF_AGENT.map(async ({ metric, ...known }) => {
      const ids = await client.listMetrics({ namespace: AGENT, name: metric, dimensions: { InstanceId: instanceId } }, signal);
      return bySeries(ids, known, instanceId);
    }),
  );
  return found.flat();
}

/** Names of the agent's metrics that are not among these. */
export function missingOfAgent(found: readonly PlannedMetric[]): string[] {
  return OF_AGENT.filter(({ name }) => !found.some((metric) => metric.name === name)).map(({ metric }) => metric);
}

/**
 * One series for each path and device. The same data are often there under several sets of dimensions (`aggregation_dimensions` of the
 * agent, or an older configuration): which of them is alive shows only in the datapoints.
 */
function bySeries(ids: readonly MetricId[], known: Omit<(typeof OF_AGENT)[number], 'metric'>, instanceId: string): PlannedMetric[] {
  const series = new Map<string, { attributes: Record<string, string>; sources: MetricId[] }>();
  for (const id of ids) {
    const apart = known.apart.flatMap((dimension) => (dimension in id.dimensions ? [[dimension, id.dimensions[dimension] as string]] : []));
    const key = JSON.stringify(apart);
    const attributes: Record<string, string> = { instance: instanceId, ...Object.fromEntries(apart) };
    series.set(key, { attributes, sources: [...(series.get(key)?.sources ?? []), id] });
  }
  // An average over all disks says nothing where each one is known.
  if (series.size > 1) series.delete('[]');
  return [...series.values()].map(({ attributes, sources }) => ({
    name: known.name,
    attributes,
    scale: known.scale,
    statistic: known.statistic,
    sources: sources.sort((a, b) => Object.keys(a.dimensions).length - Object.keys(b.dimensions).length),
    hint: 'the CloudWatch agent has told it before: does it run?',
  }));
}

/** What tells one series from another, in the journal too; how long its periods are does not. */
export function seriesKey({ name, attributes = {} }: { name: string; attributes?: Record<string, string> | undefined }): string {
  const pairs = Object.entries(attributes).filter(([key]) => key !== 'period');
  return JSON.stringify([name, pairs.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** How a series is called in a message. */
export function titleOf({ name, attributes, sources }: PlannedMetric): string {
  const rest = Object.entries(attributes).filter(([key]) => key !== 'metric' && key !== 'statistic');
  return `${sources[0]?.name ?? name} (${rest.map(([key, value]) => `${key} ${value}`).join(', ')})`;
}
