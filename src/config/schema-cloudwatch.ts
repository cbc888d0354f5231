import { z } from 'zod';
import type { CloudWatchConfig, CloudWatchMetric } from './config.js';
import type { Layer } from './layer.js';
import { duration } from './schema-load.js';
import { closed, list, open, text } from './schema-parts.js';

/** Those that are asked for of every instance. */
const ALWAYS = [
  'CPUUtilization',
  'NetworkIn',
  'NetworkOut',
  'CPUCreditBalance',
  'StatusCheckFailed',
  'mem_used_percent',
  'disk_used_percent',
];

export function isInstanceId(value: string): boolean {
  return /^m?i-[0-9a-f]{8,17}$/.test(value);
}

export const INSTANCE_RULE = 'must be the id of an EC2 instance, e.g. i-0123456789abcdef0';

const statistic = text().refine((value) => /^(SampleCount|Average|Sum|Minimum|Maximum|(p|tm|wm|tc|ts)\d{1,2}(\.\d{1,10})?)$/.test(value), {
  error: 'must be a statistic of CloudWatch: Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p99',
});

const metric = z.preprocess(
  (value) => (typeof value === 'string' ? { name: value } : value),
  closed({
    namespace: text().optional(),
    name: text(),
    statistic: statistic.optional(),
    dimensions: z
      .record(z.string(), text(), { error: 'must be an object of names and values, e.g. {"InstanceId": "i-0123456789abcdef0"}' })
      .optional(),
  }),
);

export const cloudwatchKeys = open({
  region: text().optional(),
  endpoint: text()
    .refine((value) => /^https?:\/\//.test(value) && URL.canParse(value), { error: 'must be an http or https URL' })
    .optional(),
  profile: text().optional(),
  instance_id: text().refine(isInstanceId, { error: INSTANCE_RULE }).optional(),
  metrics: list(metric).optional(),
  settle: duration().optional(),
});

/** `false`: it is not asked. */
export const cloudwatch = z.preprocess((value) => (value === false || value === 'false' ? undefined : value), cloudwatchKeys.optional());

/**
 * What the file says of CloudWatch, as a layer. A metric without a namespace is one of EC2, and of the instance unless it says of what;
 * of those that are always asked for the mere name adds nothing.
 */
export function cloudwatchOf(own: z.infer<typeof cloudwatch>): Layer<Partial<CloudWatchConfig>> | undefined {
  if (own === undefined) return undefined;
  const { region, endpoint, profile, instance_id: instanceId, metrics, settle } = own;
  const wanted = metrics?.filter((one) => !(Object.keys(one).length === 1 && ALWAYS.includes(one.name)));
  const full = wanted?.map(
    ({ namespace = 'AWS/EC2', name, statistic: how = 'Average', dimensions }): CloudWatchMetric => ({
      namespace,
      name,
      statistic: how,
      dimensions: dimensions ?? (namespace === 'AWS/EC2' && instanceId !== undefined ? { InstanceId: instanceId } : {}),
    }),
  );
  return { region, endpoint, profile, instanceId, metrics: full, settleSeconds: settle };
}
