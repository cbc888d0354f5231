/** What a metric is to those who collect it. */
export type MetricKind = 'counter' | 'gauge' | 'duration';

/** A metric as it leaves the tool. */
export interface ExportedMetric {
  /** With dots, as OpenTelemetry has it. */
  name: string;
  kind: MetricKind;
  /** UCUM, as OpenTelemetry has it: `s`, `By`, `1`; empty for a plain number. */
  unit: string;
  help: string;
}

const metric = (name: string, kind: MetricKind, unit: string, help: string): ExportedMetric => ({
  name: `loadwitness.${name}`,
  kind,
  unit,
  help,
});

/** What the load itself is exported as, live and at the end, beside the metrics of the samplers under their own names. */
export const LOAD_METRICS = {
  requests: metric('requests', 'counter', '', 'Requests that came to an end, failed ones included.'),
  failures: metric('failures', 'counter', '', 'Requests that failed.'),
  lateReplies: metric('late_replies', 'counter', '', 'Replies after the timeout of their task.'),
  replySize: metric('reply.size', 'counter', 'By', 'Bytes of all replies.'),
  duration: metric('request.duration', 'duration', 's', 'Time from the actual send to the reply.'),
  intendedDuration: metric('request.intended_duration', 'duration', 's', 'Time from the intended send to the reply.'),
  drops: metric('dropped_connections', 'counter', '', 'Sockets that the target closed or lost while their user still wanted them.'),
  closes: metric('closed_connections', 'counter', '', 'Sockets that were closed.'),
  pushes: metric('pushed_frames', 'counter', '', 'Frames that nobody asked for.'),
  unsent: metric('unsent_tasks', 'counter', '', 'Tasks that were due while their user had no connection.'),
  exceptions: metric('exceptions', 'counter', '', 'Errors thrown by the scenario itself.'),
  users: metric('users', 'gauge', '', 'Virtual users.'),
  peakUsers: metric('peak_users', 'gauge', '', 'Most virtual users in one second.'),
  loopDelay: metric(
    'worker.event_loop.delay',
    'gauge',
    's',
    'Longest time in the last second that an event loop of the generator was blocked.',
  ),
  utilization: metric('worker.utilization', 'gauge', '1', "Share of the last second in which the generator's busiest event loop was busy."),
  lag: metric('worker.lag', 'gauge', 's', 'By how much the latest message of the last second left after it was intended.'),
  canaries: metric('canaries', 'counter', '', 'Messages between the backends by what became of them.'),
  canaryDuration: metric('canary.duration', 'duration', 's', 'Time from publish to arrival.'),
  run: metric('run.info', 'gauge', '', 'What is tested.'),
  stage: metric('current_stage', 'gauge', '', 'The stage that the load is in.'),
  targetEvents: metric('target_events', 'counter', '', 'What happened to parts of the target: restarts, changes of health, …'),
  checks: metric('checks', 'gauge', '', 'Pre-flight checks by their result.'),
  samplerErrors: metric('sampler_errors', 'counter', '', 'Readings that could not be taken.'),
} as const satisfies Record<string, ExportedMetric>;

/** What a counter of the samplers counts, where it is not pieces: their table of units only says that it is a counter. */
const COUNTED: Readonly<Record<string, string>> = {
  'redis.cpu.time': 's',
  'redis.net.input': 'By',
  'redis.net.output': 'By',
  'container.network.io.received': 'By',
  'container.network.io.transmitted': 'By',
};

/** A metric of a sampler by its name and its unit in the table of metrics. */
export function sampledMetric(name: string, unit: string): ExportedMetric {
  const help = `${name} as it was sampled.`;
  if (unit === '{counter}') return { name, kind: 'counter', unit: COUNTED[name] ?? '', help };
  return { name, kind: 'gauge', unit: unit === '{count}' ? '' : unit, help };
}

const SUFFIXES: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes', '1': 'ratio' };

/** The unit as Prometheus spells it: `seconds`, `bytes`, `ratio`; empty for a plain number. */
export const prometheusUnit = ({ unit }: Pick<ExportedMetric, 'unit'>): string => SUFFIXES[unit] ?? '';

/** Name of the family: `redis.memory.used` in bytes is `redis_memory_used_bytes`. A counter's samples end in `_total` on top of that. */
export function prometheusName(exported: Pick<ExportedMetric, 'name' | 'unit'>): string {
  const unit = prometheusUnit(exported);
  const name = prometheusLabel(exported.name).replace(/_total$/, '');
  return unit === '' || name.endsWith(`_${unit}`) ? name : `${name}_${unit}`;
}

/** A name with nothing in it that Prometheus does not take. */
export const prometheusLabel = (name: string): string => name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d|$)/, '_');
