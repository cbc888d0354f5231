import { withRedis } from '../src/clients/open.js';
import { redisCommand } from '../src/clients/shell.js';
import type { Check, CheckResult } from '../src/preflight/check.js';

const MIB = 1024 * 1024;
const SHARE_WARN = 0.75;
const SHARE_FAIL = 0.9;

const check: Check = {
  id: 'redis-memory',
  title: 'Redis has memory left',
  why: 'At maxmemory Redis either drops sessions without an error or refuses to write: users lose their navigation in the middle of the test.',
  needs: ['redis'],
  after: ['redis-reachable'],
  async run({ config, env }) {
    const info = await withRedis(config, env, (redis) => redis.info(['memory', 'stats']));
    return judge(info, redisCommand(config));
  },
};

export default check;

export function judge(info: Record<string, string>, cli: string): CheckResult {
  const limit = Number(info.maxmemory);
  const used = Number(info.used_memory);
  const policy = info.maxmemory_policy ?? 'unknown policy';
  const expected = `maxmemory is set, and less than ${SHARE_WARN * 100} % of it used`;
  if (!(limit > 0)) {
    const observed = `no maxmemory; ${mib(used)} used`;
    const remedy = `limit it, or it grows until the machine ends it or the backends: ${cli} CONFIG SET maxmemory 512mb`;
    return { status: 'warn', observed, expected, remedy };
  }
  const evicted = Number(info.evicted_keys ?? 0);
  const share = used / limit;
  const past = evicted > 0 ? `; ${evicted} keys were dropped since its start` : '';
  const observed = `${mib(used)} of ${mib(limit)} used (${(share * 100).toFixed(1)} %), at the limit ${atLimit(policy)}${past}`;
  if (share < SHARE_WARN) return { status: 'pass', observed, expected };
  const remedy = `see what fills it (${cli} --bigkeys; ${cli} -n 1 LLEN celery), or give it more: ${cli} CONFIG SET maxmemory ${Math.ceil((used * 2) / MIB)}mb`;
  return { status: share >= SHARE_FAIL ? 'fail' : 'warn', observed, expected, remedy };
}

function atLimit(policy: string): string {
  return policy === 'noeviction' ? 'writes fail (noeviction)' : `keys are dropped, sessions among them (${policy})`;
}

const mib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;
