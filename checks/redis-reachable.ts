import { connectRedis } from '../src/clients/redis.js';
import { messageOf } from '../src/errors.js';
import type { Check } from '../src/preflight/check.js';

const MIB = 1024 * 1024;

const check: Check = {
  id: 'redis-reachable',
  title: 'Redis is reachable',
  why: 'Sessions and messages between backends go through Redis; without it neither can be watched.',
  needs: ['redis'],
  async run({ config }) {
    if (config.redis === undefined) return { status: 'skip', observed: 'Redis is not configured' };
    const expected = 'Redis answers INFO';
    const { host, hostname, port } = new URL(config.redis.url);
    try {
      const redis = connectRedis(config.redis.url);
      try {
        const info = await redis.info(['server', 'memory', 'clients']);
        return { status: 'pass', observed: `${describe(info)}, at ${host}`, expected };
      } finally {
        await redis.close();
      }
    } catch (error) {
      const by = `redis-cli -h ${hostname} -p ${port || 6379} ping`;
      const remedy = /password|NOAUTH|WRONGPASS/.test(messageOf(error))
        ? `mend the user and password in infrastructure.redis.url, e.g. redis://:\${REDIS_PASSWORD}@${host}/0`
        : `start Redis, or mend infrastructure.redis.url: ${by}`;
      return { status: 'fail', observed: messageOf(error), expected, remedy };
    }
  },
};

export default check;

function describe(info: Record<string, string>): string {
  const limit = Number(info.maxmemory);
  const mib = (bytes: unknown) => `${(Number(bytes) / MIB).toFixed(1)} MiB`;
  const memory = limit > 0 ? `maxmemory ${mib(limit)} (${info.maxmemory_policy})` : 'no maxmemory';
  return `Redis ${info.redis_version}, ${memory}, ${mib(info.used_memory)} used, ${info.connected_clients} clients`;
}
