import { readFileSync } from 'node:fs';
import { type ConfigIssue, messageOf } from '../errors.js';
import { type Criteria, KINDMAP } from './config.js';
import { RESOURCE_CRITERIA } from './criteria.js';
import type { Flags } from './flags.js';
import type { Draft } from './layer.js';
import { CANARY_DEFAULTS } from './profiles/kindmap.js';
import { closest } from './similar.js';

/** What a whole draft is looked at with. */
export interface DraftContext {
  hasFile: boolean;
  flags: Flags;
  env: NodeJS.ProcessEnv;
  /** The scenario is a module whose tasks are not known yet. */
  tasksAreOpen: boolean;
}

/** The mistakes that no layer shows by itself: what is missing in all of them, and what does not fit together. */
export function draftIssues(draft: Draft, context: DraftContext): ConfigIssue[] {
  return [
    ...targetIssues(draft, context),
    ...identityIssues(draft, context),
    ...taskIssues(draft, context),
    ...rhythmIssues(draft, context),
    ...tlsIssues(draft, context),
    ...partIssues(draft),
    ...watchingIssues(draft, context),
    ...rangeIssues(draft.criteria),
    ...customIssues(draft.criteria),
    ...abortIssues(draft, context),
    ...offPeakIssues(draft),
  ];
}

function targetIssues({ target }: Draft, { hasFile, flags }: DraftContext): ConfigIssue[] {
  if (target !== undefined || flags.target !== undefined) return [];
  const orKey = hasFile ? 'write "target" into the file or give --target' : 'give it';
  return [{ path: '--target', message: `is required: ${orKey}, e.g. --target wss://example.org` }];
}

function offPeakIssues({ offPeak: { from, to } }: Draft): ConfigIssue[] {
  return from === to ? [{ path: 'off_peak', message: `must not end when it begins (${from}); the whole day is 00:00 to 23:59` }] : [];
}

function identityIssues({ identity, accounts, minted }: Draft, { flags, env }: DraftContext): ConfigIssue[] {
  if (identity === 'accounts' && accounts.length === 0) {
    return [
      { path: flags.identity === undefined ? 'identity' : '--identity', message: 'accounts needs test_accounts in the configuration file' },
    ];
  }
  if (identity === 'minted' && !env[minted.secretEnv]) {
    const message = `the environment variable ${minted.secretEnv} is not set: it must hold the target's JWT secret; minted.secret_env can name another`;
    return [{ path: 'minted.secret_env', message }];
  }
  return [];
}

function taskIssues({ tasks }: Draft, { tasksAreOpen }: DraftContext): ConfigIssue[] {
  return !tasksAreOpen && Object.values(tasks).every((task) => task.weight === 0)
    ? [{ path: 'message_types', message: 'at least one task needs a weight above 0' }]
    : [];
}

function rhythmIssues({ rhythm, thinkTimeSeconds, reconnect }: Draft, { flags }: DraftContext): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  if (rhythm === 'paced' && thinkTimeSeconds[1] === 0) {
    const message = 'paced needs a think time above 0: it is the time from one task to the next';
    issues.push({ path: flags.rhythm === undefined ? 'rhythm' : '--rhythm', message });
  }
  const { firstSeconds, mostSeconds } = reconnect;
  if (firstSeconds > mostSeconds) {
    const message = `first_seconds (${firstSeconds}) must be no greater than most_seconds (${mostSeconds})`;
    issues.push({ path: 'reconnect', message });
  }
  return issues;
}

function tlsIssues({ tls }: Draft, { flags }: DraftContext): ConfigIssue[] {
  const issues = [
    ...unreadable(flags.ca === undefined ? 'tls.ca' : '--ca', tls.caFile),
    ...unreadable('tls.cert', tls.certFile),
    ...unreadable('tls.key', tls.keyFile),
  ];
  if ((tls.certFile === undefined) !== (tls.keyFile === undefined)) {
    const [given, missing] = tls.keyFile === undefined ? ['cert', 'key'] : ['key', 'cert'];
    issues.push({ path: `tls.${given}`, message: `needs tls.${missing} as well: a client certificate is shown with its key` });
  }
  return issues;
}

function unreadable(path: string, file: string | undefined): ConfigIssue[] {
  if (file === undefined) return [];
  try {
    readFileSync(file);
    return [];
  } catch (error) {
    return [{ path, message: `cannot be read: ${messageOf(error)}` }];
  }
}

/** A scenario of one's own brings no names of Redis channels and nginx upstreams along. */
function partIssues({ redis, nginx, docker }: Draft): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const need = (path: string, value: string, what: string): void => {
    if (value === '') issues.push({ path: `infrastructure.${path}`, message: `is required: ${what}` });
  };
  if (redis.url !== undefined || docker?.redis) need('redis.channel', redis.channel, 'the Pub/Sub channel between the backends');
  if (nginx.config !== undefined) {
    need('nginx.upstream', nginx.upstream, 'the name of the upstream block in front of the backends');
    need(
      'nginx.method',
      nginx.method,
      'the balancing method that it must have, e.g. round_robin, which is what nginx does without a directive',
    );
  }
  return issues;
}

function watchingIssues({ docker, scenario, redis, canary }: Draft, { flags }: DraftContext): ConfigIssue[] {
  const issues = unreadable('infrastructure.redis.ca', redis.caFile);
  if (docker && scenario !== KINDMAP && !docker.backends && !docker.redis && !docker.nginx) {
    const path = flags.docker === undefined ? 'infrastructure.docker' : '--docker';
    const message = `must say which containers, e.g. infrastructure.docker.backends: "app-*": those of the guide are the names of ${KINDMAP} alone`;
    issues.push({ path, message });
  }
  return [...issues, ...canaryIssues(canary)];
}

function canaryIssues(canary: Draft['canary']): ConfigIssue[] {
  if (canary === null) return [];
  const issues: ConfigIssue[] = [];
  const { limitMs, lostAfterMs, envelope, at } = { ...CANARY_DEFAULTS, ...canary };
  if (envelope === undefined) {
    issues.push({
      path: 'canary.envelope',
      message: 'is required: what the backends publish for one user, with "{user}" and "{canary}" in it',
    });
  }
  if (at === undefined) {
    issues.push({
      path: 'canary.at',
      message: 'is required: where the canary is in the frame that a user receives, e.g. "message.canary"',
    });
  }
  if (limitMs > lostAfterMs) {
    issues.push({ path: 'canary', message: `limit_ms (${limitMs}) must be no greater than lost_after_ms (${lostAfterMs})` });
  }
  return issues;
}

function rangeIssues({ resources }: Criteria): ConfigIssue[] {
  return Object.entries(resources).flatMap(([resource, range]) => {
    const path = `success_criteria.resources.${snake(resource)}`;
    if (range === null) return [];
    // A file may give one bound of a range that no lower layer has.
    const { warning, critical }: Partial<typeof range> = range;
    if (warning === undefined || critical === undefined) return [{ path, message: 'needs both "warning" and "critical"' }];
    return warning <= critical ? [] : [{ path, message: `warning (${warning}) must be no greater than critical (${critical})` }];
  });
}

function abortIssues({ abort, criteria, scenario }: Draft, { tasksAreOpen }: DraftContext): ConfigIssue[] {
  if (abort === undefined || (scenario !== KINDMAP && tasksAreOpen)) return [];
  const known = criterionIds(criteria);
  return abort.criteria.flatMap((id, index) => {
    if (known.includes(id)) return [];
    const meant = closest(id, known);
    const mend = meant === undefined ? `judged here: ${known.join(', ')}` : `did you mean "${meant}"?`;
    return [{ path: `abort.criteria[${index}]`, message: `"${id}" is no criterion of this run; ${mend}` }];
  });
}

/** Ids of everything that will be judged while the load runs, as the report names it. */
function criterionIds({ taskP95Ms, publishFailures, resources }: Criteria): string[] {
  return [
    'connect_success_rate',
    'connect_p95',
    ...Object.keys(taskP95Ms).map((task) => `${task}_p95`),
    'error_rate',
    ...(publishFailures === null ? [] : ['publish_failures']),
    ...WHILE_IT_RUNS.flatMap((resource) => (resources[resource] === null ? [] : [RESOURCE_CRITERIA[resource][0] ?? ''])),
  ];
}

const WHILE_IT_RUNS = [
  ...(['backendCpu', 'backendMemory', 'redisClients', 'redisMemoryBytes', 'nginxConnections', 'backendSpread'] as const),
];

/** Ids that no criterion of one's own may have, beside those of limits. */
const OWN_IDS = ['canary_delivery', 'canary_p99', 'generator_health', 'pubsub_subscribers', 'identity', 'publish_failures'];

function customIssues(criteria: Criteria): ConfigIssue[] {
  const taken = new Set([...criterionIds(criteria), ...OWN_IDS, ...Object.values(RESOURCE_CRITERIA).flat()]);
  return criteria.custom.flatMap(({ id }, index) =>
    taken.has(id) ? [{ path: `criteria[${index}].id`, message: `"${id}" is the id of a criterion that is there already` }] : [],
  );
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
