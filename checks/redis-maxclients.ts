import { withRedis } from '../src/clients/open.js';
import { redisCommand } from '../src/clients/shell.js';
import type { Check, CheckResult, Config } from '../src/preflight/check.js';

/** Connections that a backend's pool may grow to, where no criterion says what is too many. */
const POOL = 50;
/** Ours: the sampler, the canaries, one to spare for a person. */
const OWN = 3;

const check: Check = {
  id: 'redis-maxclients',
  title: 'Redis takes as many connections as the load needs',
  why: 'Past maxclients Redis refuses connections: sessions fail for everyone, and the watching goes blind.',
  needs: ['redis'],
  after: ['redis-reachable'],
  async run({ config, env }) {
    const facts = await withRedis(config, env, async (redis) => {
      const { connected_clients: connected, maxclients } = await redis.info(['clients']);
      // Only newer versions tell it there.
      const limit = maxclients ?? (await redis.configGet('maxclients')).maxclients;
      return { connected: Number(connected), limit: Number(limit) };
    });
    return judge(facts, neededBy(config), redisCommand(config));
  },
};

export default check;

/** Up to where the connections may grow before a criterion says that they are too many, and ours. */
export function neededBy({ criteria, replicas, backends }: Pick<Config, 'criteria' | 'replicas' | 'backends'>): number {
  return (criteria.resources.redisClients?.critical ?? (replicas || backends.length || 1) * POOL) + OWN;
}

export function judge({ connected, limit }: { connected: number; limit: number }, needed: number, cli: string): CheckResult {
  const expected = `maxclients of at least ${needed}: the backends' pools and ours`;
  const observed = `${connected} of ${limit} connections`;
  if (!Number.isFinite(limit) || !Number.isFinite(connected))
    return { status: 'error', observed: 'Redis does not say how many it takes', expected };
  // Others than the target's may hold most of what there is.
  if (limit >= needed && limit - connected >= OWN) return { status: 'pass', observed, expected };
  const remedy = `${cli} CONFIG SET maxclients ${Math.max(10_000, needed)} (it takes no more than its open files: ulimit -n)`;
  return { status: 'fail', observed, expected, remedy };
}
