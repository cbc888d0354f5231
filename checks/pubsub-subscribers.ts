import { containersOf, inspectBackends } from '../src/clients/backends.js';
import type { ContainerFacts } from '../src/clients/docker.js';
import { withRedis } from '../src/clients/open.js';
import { dockerCommand, quoted, redisCommand } from '../src/clients/shell.js';
import type { Check, CheckContext, CheckResult, Config } from '../src/preflight/check.js';

/** What one line of the target's log says of it. */
const LOG_LINE = 'Pub/Sub 리스너 오류';

/** Who listens. */
export interface Listening {
  subscribers: number;
  /** Other channels that have subscribers. */
  others: string[];
  /** Containers that have no subscription; undefined where that cannot be told. */
  deaf: string[] | undefined;
}

const check: Check = {
  id: 'pubsub-subscribers',
  title: 'Every replica listens on the Pub/Sub channel',
  why: 'A listener that died never comes back, /health stays 200 and local traffic works: only the count of subscribers shows it.',
  needs: ['redis'],
  after: ['redis-reachable', 'replicas-running', 'replicas-one-worker', 'pubsub-enabled', 'pubsub-channel'],
  async run(ctx) {
    const { config } = ctx;
    const replicas = config.replicas || config.backends.length;
    if (replicas === 0) return { status: 'skip', observed: 'how many replicas there are is not known: set infrastructure.replicas' };
    return judge(await listen(ctx, replicas), replicas, config);
  },
};

export default check;

async function listen(ctx: CheckContext, replicas: number): Promise<Listening> {
  const channel = ctx.config.redis?.channel ?? '';
  return await withRedis(ctx.config, ctx.env, async (redis) => {
    const subscribers = await redis.pubsubNumsub(channel);
    if (subscribers === replicas) return { subscribers, others: [], deaf: undefined };
    const [channels, clients, containers] = await Promise.all([
      redis.pubsubChannels(),
      // To name the deaf one is a help, and no part of the finding.
      redis.clientListPubsub().catch(() => []),
      inspectBackends(ctx.config, ctx.env, ctx.signal).then(containersOf, () => []),
    ]);
    const addresses = clients.map(({ addr }) => addr.slice(0, addr.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1'));
    return { subscribers, others: channels.filter((name) => name !== channel), deaf: deafAmong(containers, addresses) };
  });
}

/** @param addresses Of the clients that subscribe, as Redis sees them: only where each is a container's do they tell anything. */
export function deafAmong(
  containers: readonly Pick<ContainerFacts, 'name' | 'addresses'>[],
  addresses: readonly string[],
): string[] | undefined {
  const own = containers.map(({ name, addresses: all }) => ({
    name,
    addresses: all.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6].filter((one) => one !== undefined)),
  }));
  const isOwn = (address: string) => own.some((one) => one.addresses.includes(address));
  if (containers.length === 0 || !addresses.every(isOwn)) return undefined;
  return own.filter((one) => !one.addresses.some((address) => addresses.includes(address))).map(({ name }) => name);
}

export function judge({ subscribers, others, deaf = [] }: Listening, replicas: number, config: Config): CheckResult {
  const channel = config.redis?.channel;
  const expected = `${replicas} subscribers of ${channel}, one for each replica`;
  const observed = [
    `${subscribers} of ${replicas}`,
    ...(subscribers < replicas && deaf.length > 0 ? [`${deaf.join(', ')} ${deaf.length === 1 ? 'does' : 'do'} not listen`] : []),
    ...(subscribers !== replicas && others.length > 0 ? [`other channels: ${others.slice(0, 5).join(', ')}`] : []),
  ].join('; ');
  if (subscribers === replicas) return { status: 'pass', observed, expected };
  return subscribers < replicas
    ? { status: 'fail', observed, expected, remedy: fewer(subscribers, deaf, config) }
    : { status: 'warn', observed, expected, remedy: more(config) };
}

function fewer(subscribers: number, deaf: readonly string[], config: Config): string {
  const { backends, redis } = config;
  const docker = dockerCommand(config);
  if (subscribers === 0 && deaf.length === 0) {
    const channels = `${redisCommand(config)} PUBSUB CHANNELS`;
    return `no backend listens: is "${redis?.channel}" the channel's name (infrastructure.redis.channel: ${channels})? If so, and Redis was restarted since they were, restart every backend`;
  }
  if (deaf.length > 0) {
    return `its listener died, and comes back with a restart only: ${docker} restart ${deaf.join(' ')} (when and why: ${docker} logs ${deaf[0]} 2>&1 | grep '${LOG_LINE}')`;
  }
  const logs = backends.flatMap(({ container, log }) => {
    if (container !== undefined) return [`${docker} logs ${container} 2>&1 | grep '${LOG_LINE}'`];
    return log === undefined ? [] : [`grep '${LOG_LINE}' ${quoted(log)}`];
  });
  const find = logs.length === 0 ? `each one's log says '${LOG_LINE}'` : logs.join('; ');
  const containers = backends.flatMap(({ container }) => container ?? []);
  const again =
    containers.length > 0 ? `${docker} restart ${containers.join(' ')}, or only that one` : 'end that process and start it again';
  return `find the replica whose listener died (${find}) and restart it, as it never listens again: ${again}`;
}

function more(config: Config): string {
  const cli = redisCommand(config);
  return (
    'somebody else listens too, which can hide a replica that does not: an old replica, a redis-cli SUBSCRIBE, or more replicas than ' +
    `infrastructure.replicas says: ${cli} CLIENT LIST TYPE pubsub`
  );
}
