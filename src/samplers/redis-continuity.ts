import type { RedisUnreachableError } from '../clients/redis.js';
import type { Note } from './sampler.js';

type Info = Record<string, string>;

/** Notices between readings that Redis was away, and whether it is the same one as before. */
export interface RedisContinuity {
  /** There was no reading, because it was not reached. */
  failed(error: RedisUnreachableError): void;
  /** There was one. Tells of `restarted` (another run_id), `reconnected` (the connection was lost) and `resumed` (it was silent). @param info Undefined where INFO may not be asked */
  answered(info: Info | undefined, note: (note: Note) => void): void;
}

export function redisContinuity(): RedisContinuity {
  let runId: string | undefined;
  let away: { since: number; why: string; wasSilent: boolean } | undefined;
  return {
    failed(error) {
      away ??= { since: performance.now(), why: error.message, wasSilent: true };
      if (!error.isSilent) away.wasSilent = false;
    },
    answered(info, note) {
      if (away !== undefined) {
        const seconds = ((performance.now() - away.since) / 1000).toFixed(1);
        note({ component: 'redis', what: away.wasSilent ? 'resumed' : 'reconnected', detail: `${seconds} s after: ${away.why}` });
        away = undefined;
      }
      const id = info?.run_id;
      if (info === undefined || id === undefined) return;
      if (runId !== undefined && runId !== id) {
        const start = serverStart(info);
        const detail = `run_id ${runId} is now ${id}, up for ${info.uptime_in_seconds} s`;
        note({ component: 'redis', what: 'restarted', detail, ...(start !== undefined && { sourceTime: start }) });
      }
      runId = id;
    },
  };
}

/** When this Redis started. Where that is reckoned by our clock it is reckoned once for each run_id, so that it does not differ from look to look. */
export function startOf(): (info: Info) => { startedAt?: string } {
  const starts = new Map<string, string>();
  return (info) => {
    const id = info.run_id ?? '';
    const uptime = Number(info.uptime_in_seconds);
    if (Number.isNaN(uptime)) return {};
    const startedAt = starts.get(id) ?? new Date(serverStart(info) ?? Math.floor(Date.now() / 1000 - uptime) * 1000).toISOString();
    starts.set(id, startedAt);
    return { startedAt };
  };
}

/** Unix ms by Redis' own clock, in whole seconds as its uptime is; undefined before Redis 6, whose INFO does not tell the time. */
function serverStart(info: Info): number | undefined {
  const now = Math.floor(Number(info.server_time_usec) / 1e6);
  const start = (now - Number(info.uptime_in_seconds)) * 1000;
  return Number.isNaN(start) ? undefined : start;
}
