import { awsCommand } from '../src/clients/aws-command.js';
import { type CloudWatchClient, connectCloudWatch, type MetricQuery } from '../src/clients/cloudwatch.js';
import { CloudWatchError, type CloudWatchErrorKind } from '../src/clients/cloudwatch-error.js';
import { messageOf } from '../src/errors.js';
import type { Check, Config } from '../src/preflight/check.js';

type CloudWatch = NonNullable<Config['cloudwatch']>;

/** Less than the check has, so that CloudWatch's own reason is told. */
const DEADLINE_MS = 8_000;
const HOUR_MS = 3_600_000;

const check: Check = {
  id: 'cloudwatch-access',
  title: 'CloudWatch can be read',
  why: 'What the load did to the instance is told by CloudWatch alone: without credentials the evidence has a hole as long as the run.',
  needs: ['cloudwatch'],
  async run({ config: { cloudwatch }, env, now, signal }) {
    if (cloudwatch === undefined)
      return { status: 'skip', observed: 'CloudWatch is not configured: set monitoring.cloudwatch.instance_id' };
    const expected = 'credentials that may call cloudwatch:ListMetrics and cloudwatch:GetMetricData';
    const client = connectCloudWatch(cloudwatch, { deadlineMs: DEADLINE_MS });
    try {
      const operations = await ask(client, cloudwatch, now(), signal);
      const region = cloudwatch.region ?? env.AWS_REGION;
      return { status: 'pass', observed: `${operations} answered${region === undefined ? '' : ` in ${region}`}`, expected };
    } catch (error) {
      if (!(error instanceof CloudWatchError)) throw error;
      // That it is busy says nothing of what these credentials may do.
      if (error.kind === 'throttled') throw error;
      return { status: 'fail', observed: messageOf(error), expected, remedy: remedyFor(error.kind, cloudwatch) };
    } finally {
      client.close();
    }
  },
};

export default check;

/** Asks what the run will ask, once each. Gives the operations. */
async function ask(client: CloudWatchClient, { instanceId, metrics }: CloudWatch, now: number, signal: AbortSignal): Promise<string> {
  const window = { from: now - HOUR_MS, to: now };
  const [own] = metrics;
  if (instanceId === undefined) {
    // The instance's agent is what metrics are listed for.
    if (own !== undefined) await mustAnswer(client, { ...own, period: 300 }, window, signal);
    return 'GetMetricData';
  }
  const id = { namespace: 'AWS/EC2', name: 'CPUUtilization', dimensions: { InstanceId: instanceId } };
  // One after the other: with bad credentials both would say the same.
  await client.listMetrics(id, signal);
  await mustAnswer(client, { ...id, statistic: 'Average', period: 300 }, window, signal);
  return 'ListMetrics and GetMetricData';
}

/** @throws CloudWatchError also where the request is answered and the metric is refused */
async function mustAnswer(
  client: CloudWatchClient,
  query: MetricQuery,
  window: { from: number; to: number },
  signal: AbortSignal,
): Promise<void> {
  const { series } = await client.getMetricData([query], window, signal);
  const [answer] = series;
  if (answer?.status !== 'Forbidden') return;
  const said = answer.messages.length === 0 ? '' : ` (${answer.messages.join('; ')})`;
  throw new CloudWatchError('forbidden', `CloudWatch does not give ${query.name}: Forbidden${said}: allow cloudwatch:GetMetricData for it`);
}

function remedyFor(kind: CloudWatchErrorKind, config: CloudWatch): string {
  const { instanceId } = config;
  const dimension = instanceId === undefined ? '' : ` --dimensions Name=InstanceId,Value=${instanceId}`;
  const list = awsCommand(`cloudwatch list-metrics --namespace AWS/EC2${dimension}`, config);
  switch (kind) {
    case 'credentials':
      return (
        'export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (with AWS_SESSION_TOKEN where they are temporary), or AWS_PROFILE ' +
        `(aws configure; aws sso login), then see who you are: ${awsCommand('sts get-caller-identity', config)}`
      );
    case 'region':
      return 'set monitoring.cloudwatch.region, or export AWS_REGION, to the region of the instance: aws configure get region';
    case 'forbidden':
      return (
        'allow cloudwatch:ListMetrics, cloudwatch:GetMetricData and cloudwatch:GetMetricWidgetImage to whom this tells: ' +
        `${awsCommand('sts get-caller-identity', config)}, e.g. aws iam attach-role-policy --role-name <role> ` +
        '--policy-arn arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess (a user: attach-user-policy --user-name <user>)'
      );
    default:
      return `see that it answers from here, past proxy and firewall, and that monitoring.cloudwatch.region is right: ${list}`;
  }
}
