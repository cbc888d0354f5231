import { awsCommand } from '../src/clients/aws-command.js';
import { connectCloudWatch, type Datapoint } from '../src/clients/cloudwatch.js';
import { withDocker } from '../src/clients/open.js';
import type { Check, CheckResult, Config } from '../src/preflight/check.js';

type CloudWatch = NonNullable<Config['cloudwatch']>;

const DEADLINE_MS = 8_000;
const MINUTE_MS = 60_000;
const LOOK_BACK_MS = 60 * MINUTE_MS;
/** Credits are told every five minutes only. */
const PERIOD = 300;
/** What most of the burstable sizes have, up to large. */
const USUAL_CORES = 2;

const SOURCE = 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html';

/** What is known of the instance's credits. */
export interface CreditFacts {
  config: Pick<CloudWatch, 'instanceId' | 'region' | 'profile' | 'endpoint'>;
  /** Of the last hour, rising. Usage is the sum of its period. */
  balance: readonly Datapoint[];
  usage: readonly Datapoint[];
  surplus: readonly Datapoint[];
  /** Minutes of the run. */
  minutes: number;
  /** Undefined: nobody says. */
  cores: number | undefined;
}

const check: Check = {
  id: 'cpu-credits',
  title: 'CPU credits last for the run',
  why: 'A burstable instance without credits is throttled to a fraction of its CPU in the middle of the run: what is measured then is that.',
  needs: ['cloudwatch'],
  after: ['cloudwatch-access', 'cloudwatch-metrics'],
  recommended: true,
  async run({ config, env, now, signal }) {
    const { cloudwatch, stages, docker } = config;
    const instanceId = cloudwatch?.instanceId;
    if (cloudwatch === undefined || instanceId === undefined)
      return { status: 'skip', observed: 'no instance is named: set monitoring.cloudwatch.instance_id' };
    const minutes = (stages.at(-1)?.untilSeconds ?? 0) / 60;
    if (minutes === 0) return { status: 'skip', observed: 'how long the run takes is not planned: set load_pattern.stages' };
    const client = connectCloudWatch(cloudwatch, { deadlineMs: DEADLINE_MS });
    try {
      const metric = (name: string, statistic: string) => ({
        namespace: 'AWS/EC2',
        name,
        dimensions: { InstanceId: instanceId },
        statistic,
        period: PERIOD,
      });
      const queries = [
        metric('CPUCreditBalance', 'Average'),
        metric('CPUCreditUsage', 'Sum'),
        metric('CPUSurplusCreditBalance', 'Average'),
      ];
      const [data, cores] = await Promise.all([
        client.getMetricData(queries, { from: now() - LOOK_BACK_MS, to: now() }, signal),
        // Where the Engine of the target is known, it knows its machine. Whether it answers is another check's matter.
        docker &&
          withDocker(config, env, (engine) => engine.engine(signal)).then(
            (facts) => facts.cores,
            () => undefined,
          ),
      ]);
      const [balance, usage, surplus] = data.series;
      if (balance?.points.length === 0 && balance.status !== 'Complete') throw new Error(`CPUCreditBalance: ${balance.status}`);
      return judgeCredits({
        config: cloudwatch,
        balance: balance?.points ?? [],
        usage: usage?.points ?? [],
        surplus: surplus?.points ?? [],
        minutes,
        cores,
      });
    } finally {
      client.close();
    }
  },
};

export default check;

/**
 * Judges whether the credits last. One credit is one vCPU at 100 % for one minute ({@link SOURCE}): at full CPU a run takes `minutes × vCPUs`, less what is
 * earned meanwhile. How much that is depends on the size, which CloudWatch does not tell; at least what was earned in the last hour.
 */
export function judgeCredits({ config, balance, usage, surplus, minutes, cores }: CreditFacts): CheckResult {
  const { instanceId } = config;
  const last = balance.at(-1);
  if (last === undefined) return { status: 'pass', observed: `${instanceId} has no CPUCreditBalance: it is not burstable (T2, T3, T4g)` };
  const vcpus = cores ?? USUAL_CORES;
  const earned = earnedPerMinute(balance, usage);
  const burned = Math.max(0, vcpus - earned);
  const need = minutes * burned;
  const assumed = cores === undefined ? ' (assumed; infrastructure.docker would tell)' : ' (as Docker tells)';
  const observed =
    `${decimal(last.value)} credits; the run may need ${decimal(need)}: ${decimal(minutes)} min × ${vcpus} vCPUs${assumed} at 100 %, ` +
    `less ${decimal(earned)} a minute that were earned in the last hour`;
  const expected = `credits for the whole run at full CPU (1 credit = 1 vCPU at 100 % for 1 minute, ${SOURCE})`;
  const spent = surplus.at(-1)?.value ?? 0;
  if (last.value >= need) return { status: 'pass', observed, expected };
  const unlimited = awsCommand(
    `ec2 modify-instance-credit-specification --instance-credit-specification InstanceId=${instanceId},CpuCredits=unlimited`,
    config,
  );
  if (spent > 0) {
    return {
      status: 'warn',
      observed: `${observed}; ${decimal(spent)} surplus credits are spent already: it is in unlimited mode, which is not throttled and is charged`,
      expected,
      remedy: `nothing, if the charge is meant; else wait until it has credits again: ${awsCommand(describe(instanceId), config)}`,
    };
  }
  const lasts = `; at full CPU they last for ${decimal(last.value / burned)} of ${decimal(minutes)} min`;
  return {
    status: 'fail',
    observed: observed + lasts,
    expected,
    remedy:
      `let it rest until it has earned them, or have it go on beyond its credits (charged; nothing to do where it is so already: ` +
      `${awsCommand(describe(instanceId), config)}): ${unlimited}`,
  };
}

const describe = (instanceId: string | undefined): string => `ec2 describe-instance-credit-specifications --instance-ids ${instanceId}`;

/** What was earned at least: the rise of the balance and what was spent meanwhile. A full balance earns no more, though it would. */
function earnedPerMinute(balance: readonly Datapoint[], usage: readonly Datapoint[]): number {
  const [first] = balance;
  const last = balance.at(-1);
  if (first === undefined || last === undefined || last.t === first.t) return 0;
  const spent = usage.filter(({ t }) => t > first.t && t <= last.t).reduce((sum, { value }) => sum + value, 0);
  return Math.max(0, last.value - first.value + spent) / ((last.t - first.t) / MINUTE_MS);
}

const decimal = (value: number): string => String(Math.round(value * 10) / 10);
