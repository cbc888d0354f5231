import type { Backend, Config, Need } from './check.js';

/** What to configure for a need that nothing meets, in one line; undefined where it is met. */
export function missingFor(need: Need, config: Config): string | undefined {
  return isMet[need](config) ? undefined : WHAT_TO_CONFIGURE[need];
}

const isMet: Record<Need, (config: Config) => boolean> = {
  target: ({ target }) => target !== '',
  load: ({ stages }) => stages.length > 0,
  redis: ({ redis }) => redis !== undefined,
  nginx: ({ nginx }) => nginx !== undefined,
  backends: ({ backends }) => backends.length > 0,
  accounts: ({ accounts }) => accounts.length > 0,
  docker: ({ docker }) => docker !== undefined,
  cloudwatch: ({ cloudwatch }) => cloudwatch !== undefined,
  logs: ({ backends }) => backends.some(hasLog),
  canary: ({ canary }) => canary !== undefined,
};

const hasLog = ({ log, logCommand, container }: Backend): boolean =>
  log !== undefined || logCommand !== undefined || container !== undefined;

const WHAT_TO_CONFIGURE: Record<Need, string> = {
  target: 'no target: set target, or give --target',
  load: 'the load is not ours',
  redis: 'Redis is not configured: set infrastructure.redis.url, or give --docker',
  nginx: 'nginx is not configured: set infrastructure.nginx.config, or give --docker',
  backends: 'no backend is named: set infrastructure.backends, each with its name, and its pid and port or its container, or give --docker',
  accounts: 'no test account is named: set test_accounts, each with its email and password',
  docker: 'Docker is not configured: set infrastructure.docker, or give --docker',
  cloudwatch: 'CloudWatch is not configured: set monitoring.cloudwatch.instance_id, or give --instance',
  logs: 'no log can be read: set log, log_command or container of each of infrastructure.backends, or give --docker',
  canary: 'no canaries are sent: set infrastructure.redis.url (or give --docker) and canary, and leave --no-canary out',
};
