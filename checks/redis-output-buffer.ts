import { withRedis } from '../src/clients/open.js';
import { redisCommand } from '../src/clients/shell.js';
import type { Check, CheckResult, Config } from '../src/preflight/check.js';

const SETTING = 'client-output-buffer-limit';
const MIB = 1024 * 1024;
/** A backend whose event loop is held up, as by a storm of logins, reads nothing for seconds. */
const STALL_SECONDS = 10;
/** Of one message between backends, envelope and the protocol's own share included. */
const MESSAGE_BYTES = 1024;
/** Less than this a burst fills, whatever the load. */
const LEAST_BYTES = MIB;

/** Of a subscriber: at `hard` bytes, or at more than `soft` bytes for so many seconds, Redis closes its connection; 0: never. */
export interface Limit {
  hard: number;
  soft: number;
  softSeconds: number;
}

const check: Check = {
  id: 'redis-output-buffer',
  title: 'The output buffer of Pub/Sub is large enough',
  why: 'Redis drops a listener that reads too slowly for this buffer, and the backend never listens again.',
  needs: ['redis'],
  after: ['redis-reachable'],
  async run({ config, env }) {
    const settings = await withRedis(config, env, (redis) => redis.configGet(SETTING));
    const limit = parseLimit(settings[SETTING] ?? '');
    if (limit === undefined) return { status: 'error', observed: `CONFIG GET ${SETTING} says nothing of Pub/Sub` };
    return judge(limit, messagesPerSecond(config), redisCommand(config));
  },
};

export default check;

/** The part of `normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60` that concerns subscribers. */
export function parseLimit(text: string): Limit | undefined {
  const match = /\bpubsub (\d+) (\d+) (\d+)/.exec(text);
  if (match === null) return undefined;
  return { hard: Number(match[1]), soft: Number(match[2]), softSeconds: Number(match[3]) };
}

/** As if each task of each user were a message to another backend: more than that no load of this plan publishes. */
export function messagesPerSecond({ stages, thinkTimeSeconds, canary }: Pick<Config, 'stages' | 'thinkTimeSeconds' | 'canary'>): number {
  const users = Math.max(0, ...stages.map((stage) => stage.users));
  const pause = Math.max(0.1, (thinkTimeSeconds[0] + thinkTimeSeconds[1]) / 2);
  return users / pause + (canary?.perSecond ?? 0);
}

export function judge({ hard, soft, softSeconds }: Limit, perSecond: number, cli: string): CheckResult {
  const need = Math.max(LEAST_BYTES, perSecond * MESSAGE_BYTES * STALL_SECONDS);
  const needed = `at most ${Math.ceil(perSecond)} messages a second while a backend stands still for ${STALL_SECONDS} s: ${mib(need)}`;
  const expected = `room for ${needed}`;
  const observed = `${SETTING} pubsub ${size(hard)} ${size(soft)} ${softSeconds}`;
  const generous = Math.max(32, Math.ceil((need * 4) / MIB));
  const command = `${cli} CONFIG SET ${SETTING} "pubsub ${generous}mb ${Math.ceil(generous / 4)}mb 60"`;
  const isShort = (hard > 0 && hard < need) || (soft > 0 && soft < need && softSeconds < STALL_SECONDS);
  if (isShort) return { status: 'fail', observed, expected, remedy: command };
  if (hard === 0 && soft === 0) {
    return {
      status: 'warn',
      observed: `${observed}: no limit`,
      expected,
      remedy: `a listener that hangs fills the memory of Redis: ${command}`,
    };
  }
  return { status: 'pass', observed, expected };
}

const mib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;
const size = (bytes: number): string => (bytes === 0 ? '0' : bytes % MIB === 0 ? `${bytes / MIB}mb` : `${bytes}`);
