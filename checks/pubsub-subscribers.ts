import { connectRedis } from '../src/clients/redis.js';
import type { Check } from '../src/preflight/check.js';

const check: Check = {
  id: 'pubsub-subscribers',
  title: 'Every replica listens on the Pub/Sub channel',
  why: 'A listener that died never comes back, /health stays 200 and local traffic works: only the count of subscribers shows it.',
  needs: ['redis'],
  after: ['redis-reachable'],
  async run({ config }) {
    if (config.redis === undefined) return { status: 'skip', observed: 'Redis is not configured' };
    const { url, channel } = config.redis;
    const redis = connectRedis(url);
    try {
      const subscribers = await redis.pubsubNumsub(channel);
      const expected = `${config.replicas} subscribers of ${channel}, one for each replica`;
      const observed = `${subscribers} of ${config.replicas}`;
      if (subscribers === config.replicas) return { status: 'pass', observed, expected };
      const others = (await redis.pubsubChannels()).filter((name) => name !== channel);
      const seen = others.length === 0 ? observed : `${observed}; other channels: ${others.slice(0, 5).join(', ')}`;
      return subscribers < config.replicas
        ? { status: 'fail', observed: seen, expected, remedy: fewer(subscribers, channel) }
        : { status: 'warn', observed: seen, expected, remedy: more(channel) };
    } finally {
      await redis.close();
    }
  },
};

export default check;

function fewer(subscribers: number, channel: string): string {
  if (subscribers === 0) {
    return `no backend listens: is REDIS_PUBSUB_ENABLED on, and "${channel}" the channel's name (infrastructure.redis.channel)? redis-cli PUBSUB CHANNELS`;
  }
  const grep = "docker logs kindmap-fastapi-1 2>&1 | grep 'Pub/Sub 리스너 오류'";
  return `find the replica whose listener died (${grep}, for each) and restart it: docker restart kindmap-fastapi-1`;
}

function more(channel: string): string {
  return (
    'somebody else listens too, which can hide a replica that does not: an old replica, a redis-cli SUBSCRIBE, or more replicas than ' +
    `infrastructure.replicas says: redis-cli PUBSUB NUMSUB ${channel}; redis-cli CLIENT LIST TYPE pubsub`
  );
}
