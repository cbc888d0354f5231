import { awsCommand } from '../src/clients/aws-command.js';
import { type CloudWatchClient, connectCloudWatch, type MetricId, type MetricQuery, type MetricSeries } from '../src/clients/cloudwatch.js';
import { spacingMs } from '../src/clients/cloudwatch-spacing.js';
import type { Check, CheckResult, Config } from '../src/preflight/check.js';

type CloudWatch = NonNullable<Config['cloudwatch']>;

const DEADLINE_MS = 8_000;
const MINUTE_MS = 60_000;
/** What has told nothing for so long tells nothing during the run either. */
const LOOK_BACK_MS = 60 * MINUTE_MS;
const DETAILED_MS = MINUTE_MS;

/** The metrics of every instance; one that is not burstable has all but its credits. */
const OF_INSTANCE = ['CPUUtilization', 'NetworkIn', 'NetworkOut', 'StatusCheckFailed', 'CPUCreditBalance'];
const OF_AGENT = 'mem_used_percent';

/** What CloudWatch has of the last hour. */
export interface MetricFacts {
  config: Pick<CloudWatch, 'instanceId' | 'region' | 'profile' | 'endpoint'>;
  /** Minutes of the run. */
  minutes: number;
  /** Times of the datapoints by metric of the instance, Unix ms; of an own one by its title. */
  instance: Readonly<Record<string, readonly number[]>>;
  own: Readonly<Record<string, readonly number[]>>;
  /** Of the agent's memory metric; undefined where CloudWatch does not even know it. */
  agent: readonly number[] | undefined;
}

const check: Check = {
  id: 'cloudwatch-metrics',
  title: 'CloudWatch has the metrics of the instance',
  why: 'Basic monitoring has one datapoint in five minutes, and memory is told by the agent alone: stages are then compared by one value or none.',
  needs: ['cloudwatch'],
  after: ['cloudwatch-access'],
  async run({ config, now, signal }) {
    const { cloudwatch, stages } = config;
    if (cloudwatch === undefined)
      return { status: 'skip', observed: 'CloudWatch is not configured: set monitoring.cloudwatch.instance_id' };
    const client = connectCloudWatch(cloudwatch, { deadlineMs: DEADLINE_MS });
    try {
      const minutes = (stages.at(-1)?.untilSeconds ?? 0) / 60;
      return judgeMetrics({ config: cloudwatch, minutes, ...(await look(client, cloudwatch, now(), signal)) });
    } finally {
      client.close();
    }
  },
};

export default check;

async function look(
  client: CloudWatchClient,
  { instanceId, metrics }: CloudWatch,
  now: number,
  signal: AbortSignal,
): Promise<Pick<MetricFacts, 'instance' | 'own' | 'agent'>> {
  const window = { from: now - LOOK_BACK_MS, to: now };
  const dimensions = { InstanceId: instanceId ?? '' };
  const names = instanceId === undefined ? [] : OF_INSTANCE;
  const queries: MetricQuery[] = [
    ...names.map((name) => ({ namespace: 'AWS/EC2', name, dimensions, statistic: 'Average', period: 60 })),
    ...metrics.map((metric) => ({ ...metric, period: 60 })),
  ];
  const [{ series }, agentIds] = await Promise.all([
    client.getMetricData(queries, window, signal),
    instanceId === undefined ? [] : client.listMetrics({ namespace: 'CWAgent', name: OF_AGENT, dimensions }, signal),
  ]);
  const agent = await agentTimes(client, agentIds, window, signal);
  return {
    instance: Object.fromEntries(series.slice(0, names.length).map((one) => [one.query.name, timesOf(one)])),
    own: Object.fromEntries(series.slice(names.length).map((one) => [titleOf(one.query), timesOf(one)])),
    agent,
  };
}

/** The agent's dimensions are whatever its configuration says: those under which it is told latest count. */
async function agentTimes(
  client: CloudWatchClient,
  ids: readonly MetricId[],
  window: { from: number; to: number },
  signal: AbortSignal,
): Promise<readonly number[] | undefined> {
  if (ids.length === 0) return undefined;
  const queries = ids.map((id) => ({ ...id, statistic: 'Average', period: 60 }));
  const { series } = await client.getMetricData(queries, window, signal);
  return series.map(timesOf).reduce((best, times) => ((times.at(-1) ?? 0) > (best.at(-1) ?? 0) ? times : best), []);
}

/** @throws where the answer is none: then it is not known what CloudWatch has */
function timesOf({ query, status, points, messages }: MetricSeries): number[] {
  if (points.length === 0 && status !== 'Complete') throw new Error([`${query.name}: ${status}`, ...messages].join('; '));
  return points.map(({ t }) => t);
}

const titleOf = ({ namespace, name, dimensions }: MetricId): string => {
  const pairs = Object.entries(dimensions).map(([key, value]) => `${key} ${value}`);
  return `${namespace} ${name}${pairs.length === 0 ? '' : ` (${pairs.join(', ')})`}`;
};

/** Judges what CloudWatch has. */
export function judgeMetrics(facts: MetricFacts): CheckResult {
  const { config, instance, own, agent, minutes } = facts;
  const { instanceId, region } = config;
  const silent = Object.keys(own).filter((title) => own[title]?.length === 0);
  if (instanceId === undefined) return judgeOwn(facts, silent);
  const expected = `datapoints of ${instanceId} every minute, those of the CloudWatch agent among them`;
  const there = Object.keys(instance).filter((name) => (instance[name]?.length ?? 0) > 0);
  const cpu = spacingMs(instance.CPUUtilization ?? []);
  if (there.length === 0) {
    const observed = `no datapoint of ${instanceId} in the last hour${region === undefined ? '' : ` in ${region}`}`;
    const states = awsCommand(
      `ec2 describe-instances --instance-ids ${instanceId} --query 'Reservations[].Instances[].[State.Name,Placement.AvailabilityZone]'`,
      config,
    );
    return {
      status: 'fail',
      observed,
      expected,
      remedy: `see that it runs, and mend monitoring.cloudwatch.instance_id or region: ${states}`,
    };
  }
  const lacks = [...lackOfDetail(cpu, facts), ...lackOfAgent(agent, facts), ...silent.map(lackOfOwn)];
  const absent = Object.keys(instance).filter((name) => !there.includes(name) && name !== 'CPUCreditBalance');
  const observed = [
    `${instanceId}: ${there.join(', ')}`,
    ...(absent.length > 0 ? [`not ${absent.join(', ')}`] : []),
    spacingText(cpu, minutes),
    agentText(agent),
    ...tellOwn(own, silent),
  ].join('; ');
  if (lacks.length === 0) return { status: 'pass', observed, expected };
  return { status: 'warn', observed, expected, remedy: lacks.join('; ') };
}

function judgeOwn({ own }: MetricFacts, silent: readonly string[]): CheckResult {
  const expected = 'datapoints of each metric of monitoring.cloudwatch.metrics';
  const observed = tellOwn(own, silent).join('; ');
  if (silent.length === 0) return { status: 'pass', observed, expected };
  return { status: 'warn', observed, expected, remedy: silent.map(lackOfOwn).join('; ') };
}

function spacingText(ms: number | undefined, minutes: number): string {
  if (ms === undefined) return 'too few datapoints to tell basic from detailed monitoring';
  const count = minutes > 0 ? `, ${Math.floor((minutes * MINUTE_MS) / ms)} in the run` : '';
  return `${ms <= DETAILED_MS ? 'detailed' : 'basic'} monitoring (a datapoint every ${ms / MINUTE_MS} min${count})`;
}

function agentText(agent: readonly number[] | undefined): string {
  if (agent === undefined) return `no CloudWatch agent (no ${OF_AGENT})`;
  if (agent.length === 0) return `the CloudWatch agent is silent (no ${OF_AGENT} in the last hour)`;
  const ms = spacingMs(agent);
  return `CloudWatch agent: ${OF_AGENT}${ms === undefined ? '' : ` every ${ms / MINUTE_MS} min`}`;
}

function tellOwn(own: MetricFacts['own'], silent: readonly string[]): string[] {
  const there = Object.keys(own).filter((title) => !silent.includes(title));
  return [
    ...(there.length > 0 ? [`configured: ${there.join(', ')}`] : []),
    ...(silent.length > 0 ? [`no datapoint of ${silent.join(', ')} in the last hour`] : []),
  ];
}

function lackOfDetail(ms: number | undefined, { config }: MetricFacts): string[] {
  if (ms === undefined || ms <= DETAILED_MS) return [];
  return [
    `turn detailed monitoring on some minutes before the load: ${awsCommand(`ec2 monitor-instances --instance-ids ${config.instanceId}`, config)}`,
  ];
}

function lackOfAgent(agent: readonly number[] | undefined, { config }: MetricFacts): string[] {
  const { instanceId } = config;
  const asked = (words: string) => awsCommand(`ssm send-command --document-name ${words} --instance-ids ${instanceId}`, config);
  if (agent === undefined) {
    const install = asked(`AWS-ConfigureAWSPackage --parameters '{"action":["Install"],"name":["AmazonCloudWatchAgent"]}'`);
    return [`install the CloudWatch agent, with InstanceId among its append_dimensions: ${install}`];
  }
  const start = asked(`AmazonCloudWatch-ManageAgent --parameters '{"action":["start"],"mode":["ec2"]}'`);
  return agent.length > 0 ? [] : [`the CloudWatch agent has told ${OF_AGENT} before; start it again: ${start}`];
}

const lackOfOwn = (title: string): string => `mend the namespace, name and dimensions of ${title} under monitoring.cloudwatch.metrics`;
