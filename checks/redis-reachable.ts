import { withRedis } from '../src/clients/open.js';
import { RedisReplyError } from '../src/clients/redis.js';
import { redisCommand } from '../src/clients/shell.js';
import { messageOf } from '../src/errors.js';
import type { Check, CheckResult, Config } from '../src/preflight/check.js';

const check: Check = {
  id: 'redis-reachable',
  title: 'Redis is reachable',
  why: 'Sessions and messages between backends go through Redis; without it neither can be watched.',
  needs: ['redis'],
  // It may be asked from within its container.
  after: ['docker-reachable'],
  async run({ config, env }) {
    const expected = 'Redis answers, and is the one that is written to';
    try {
      const info = await withRedis(config, env, (redis) => redis.info(['server', 'replication']));
      return { expected, ...judge(info, placeOf(config)) };
    } catch (error) {
      return { expected, ...failure(error, config) };
    }
  },
};

export default check;

export function judge(info: Record<string, string>, place: string): CheckResult {
  const { role } = info;
  const observed = `Redis ${info.redis_version}, role ${role ?? 'unknown'}, ${place}`;
  if (role !== 'slave') return { status: 'pass', observed };
  const master = `${info.master_host}:${info.master_port}`;
  return {
    status: 'warn',
    observed: `${observed}, a replica of ${master}`,
    remedy: `what is published on a replica reaches its own subscribers alone: set infrastructure.redis.url to ${master}`,
  };
}

function placeOf({ redis }: Config): string {
  if (redis === undefined) return 'nowhere';
  return redis.container === undefined ? `at ${new URL(redis.url).host}` : `asked by redis-cli in ${redis.container}`;
}

function failure(error: unknown, config: Config): CheckResult {
  const observed = messageOf(error);
  const cli = redisCommand(config);
  if (/NOAUTH/.test(observed)) {
    return {
      status: 'fail',
      observed,
      remedy: `give its password: infrastructure.redis.password: \${REDIS_PASSWORD} (try it by hand: ${withAsking(cli)} ping)`,
    };
  }
  if (/WRONGPASS/.test(observed)) {
    return {
      status: 'fail',
      observed,
      remedy: `mend the user and password of infrastructure.redis.url (try them by hand: ${withAsking(cli)} ping)`,
    };
  }
  if (/max number of clients/i.test(observed)) {
    return {
      status: 'fail',
      observed,
      remedy: `it takes no more connections; from one that it has: CONFIG SET maxclients 10000; see who holds them: CLIENT LIST`,
    };
  }
  // It is there and refuses this one command: others may be allowed.
  if (error instanceof RedisReplyError && /NOPERM|unknown command/i.test(observed)) {
    return {
      status: 'warn',
      observed,
      remedy: `this user may not ask it INFO, and much will not be watched: ${cli} ACL SETUSER <user> +info +config|get +pubsub +publish +client|list +ping`,
    };
  }
  if (/CERT|TLS|SSL|EPROTO|SELF_SIGNED|self.signed|ALTNAME|certificate/i.test(observed)) {
    return {
      status: 'fail',
      observed,
      remedy: `its certificate is not trusted, or it speaks no TLS: infrastructure.redis.ca is the PEM file of the authority: ${cli} ping`,
    };
  }
  return { status: 'fail', observed, remedy: `start Redis, or mend infrastructure.redis.url: ${cli} ping` };
}

const withAsking = (cli: string): string => (cli.includes('--askpass') ? cli : `${cli.replace(' exec ', ' exec -it ')} --askpass`);
