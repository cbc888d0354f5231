import type { RedisClient } from '../clients/redis.js';
import type { Reading } from './sampler.js';

/** What is seen of the slow log at one moment. */
export interface SlowLogLook {
  /** Which start of Redis this is of; undefined where it may not be asked. */
  runId: string | undefined;
  /** Entries that it holds. */
  length: number;
  /** Id of the newest; undefined when it is empty. */
  newest: number | undefined;
}

/**
 * Counts entries of the slow log since the first look, by their ids: those go on across SLOWLOG RESET and past the entries that have
 * fallen out, and begin at 0 again when Redis is restarted.
 */
export function slowLogCounter(): { count(look: SlowLogLook): number; read(redis: RedisClient, known: Info): Promise<Reading[]> } {
  let counted: number | undefined;
  let runId: string | undefined;
  /** The newest id that has been counted; undefined while none was ever seen in this run of Redis. */
  let last: number | undefined;

  function count(look: SlowLogLook): number {
    const isFirst = counted === undefined;
    const isOther = runId !== undefined && look.runId !== undefined && look.runId !== runId;
    const isBehind = look.newest !== undefined && last !== undefined && look.newest < last;
    runId = look.runId ?? runId;
    if (isOther || isBehind) last = -1;
    const { newest } = look;
    if (isFirst) counted = 0;
    // The log was empty from the first look on: what it holds now is new, and older ids are not known.
    else if (newest !== undefined) counted = (counted ?? 0) + (last === undefined ? look.length : newest - last);
    last = newest ?? last;
    return counted ?? 0;
  }

  return {
    count,
    async read(redis, known) {
      const [length, [newest]] = await Promise.all([redis.slowlogLen(), redis.slowlog(1)]);
      return [{ name: 'redis.slowlog.entries', value: count({ runId: (await known)?.run_id, length, newest: newest?.id }) }];
    },
  };
}

type Info = Promise<Record<string, string> | undefined>;
