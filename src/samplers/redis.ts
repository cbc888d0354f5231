import { type RedisClient, RedisReplyError, RedisUnreachableError } from '../clients/redis.js';
import { messageOf } from '../errors.js';
import { redisContinuity, startOf } from './redis-continuity.js';
import { infoReadings, limitReadings, listReadings, parseList, pubsubReadings, subscriberReadings } from './redis-readings.js';
import { slowLogCounter } from './redis-slow-log.js';
import { redisSnapshot } from './redis-snapshot.js';
import type { Reading, Sampler } from './sampler.js';

export interface RedisSamplerOptions {
  /** Closed when the sampler is stopped. One that has yet to be made is made at the start. */
  client: RedisClient | (() => RedisClient);
  /** The Pub/Sub channel between backends. */
  channel: string;
  /** Lists whose length is read, `<db>/<key>`. */
  lists: readonly string[];
}

/**
 * Redis as a whole, its Pub/Sub connections and the lists that are named. A part that Redis refuses (a rule of its ACL, a command that a
 * service has taken away) is told once, for as long as it lasts; a Redis that is not reached is a failed reading each time.
 */
export function redisSampler({ client, channel, lists }: RedisSamplerOptions): Sampler {
  const keys = lists.map(parseList);
  const continuity = redisContinuity();
  const startedAt = startOf();
  const slowLog = slowLogCounter();
  const isNews = refusals();
  let opened: RedisClient | undefined;

  function open(): RedisClient {
    opened ??= typeof client === 'function' ? client() : client;
    return opened;
  }

  return {
    id: 'redis',
    async start() {
      open();
    },
    async sample({ problem, note }) {
      const redis = open();
      // Everything at once, over one connection. The round trip first, so that none of the others is in its way.
      const roundTrip = redis.roundTrip();
      const info = redis.info(['default']);
      const known = info.catch(() => undefined);
      const parts = await settle([
        ['round trip', roundTrip.then((value): Reading[] => [{ name: 'redis.round_trip.time', value }])],
        ['INFO', info.then(infoReadings)],
        ['subscribers', subscriberReadings(redis, channel)],
        ['Pub/Sub clients', pubsubReadings(redis)],
        ['settings', limitReadings(redis, known)],
        ['slow log', slowLog.read(redis, known)],
        ...keys.map((key): [string, Promise<Reading[]>] => [`list ${key.db}/${key.key}`, listReadings(redis, key)]),
      ]);
      const failures = parts.flatMap(({ part, error }) => (isNews(part, error) ? [`${part}: ${messageOf(error)}`] : []));
      const readings = parts.flatMap((one) => one.readings);
      // Nothing at all is one failed reading, not many.
      if (readings.length === 0) {
        const lost = parts.find(({ error }) => error instanceof RedisUnreachableError)?.error;
        if (lost instanceof RedisUnreachableError) continuity.failed(lost);
        throw new Error([...new Set(parts.map(({ error }) => messageOf(error)))].join('; '));
      }
      for (const failure of failures) problem(failure);
      continuity.answered(await known, note);
      return readings;
    },
    async identify() {
      const info = await open().info(['server']);
      if (info.run_id === undefined) return [];
      return [{ name: 'redis', role: 'redis', source: 'process', id: info.run_id, ...startedAt(info) }];
    },
    async snapshot(when) {
      return [await redisSnapshot(open(), when, channel)];
    },
    async stop() {
      await opened?.close();
    },
  };
}

/** What one part of a reading brought: readings, or why there are none. */
interface Part {
  part: string;
  readings: Reading[];
  error?: unknown;
}

async function settle(parts: readonly [string, Promise<Reading[]>][]): Promise<Part[]> {
  return await Promise.all(
    parts.map(([part, work]) =>
      work.then(
        (readings) => ({ part, readings }),
        (error: unknown) => ({ part, readings: [], error }),
      ),
    ),
  );
}

/** Whether a part's failure is to be told: that Redis refuses it only once, until it works again or is refused with other words. */
function refusals(): (part: string, error: unknown) => boolean {
  const told = new Map<string, string>();
  return (part, error) => {
    if (error === undefined) {
      told.delete(part);
      return false;
    }
    if (!(error instanceof RedisReplyError)) return true;
    const isNew = told.get(part) !== error.message;
    told.set(part, error.message);
    return isNew;
  };
}
