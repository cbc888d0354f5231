import { type ClockOffset, ClockResolution, clockOffset, lookAtClock } from '../src/clients/clock-offset.js';
import { connectDocker } from '../src/clients/docker.js';
import { readDate } from '../src/clients/http.js';
import { openRedis } from '../src/clients/redis.js';
import { messageOf } from '../src/errors.js';
import type { Check, CheckContext, CheckResult } from '../src/preflight/check.js';

/** More than this, beyond what cannot be told, and lines of one second are looked for in another. */
const MOST_MS = 1_000;

/** A clock, or why it could not be read. */
type Reading = ClockOffset | { source: string; problem: string };

const check: Check = {
  id: 'generator-clock',
  title: 'The clocks of this machine and the target agree',
  why: 'Log lines, tokens and samples are put beside the load by their time: a clock that is wrong puts a failure into the wrong minute.',
  needs: ['target'],
  after: ['target-reachable'],
  async run(ctx) {
    return judgeClocks(await Promise.all([readTarget(ctx), ...(ctx.config.redis ? [readRedis(ctx)] : [])]));
  },
};

export default check;

async function readTarget({ config, signal }: CheckContext): Promise<Reading> {
  const url = new URL('/health', config.target.replace(/^ws/, 'http')).href;
  return await read('the target', ClockResolution.http, () => readDate(url, { tls: config.tls, signal }));
}

async function readRedis({ config: { redis, docker }, env }: CheckContext): Promise<Reading> {
  const source = 'Redis';
  if (redis === undefined) return { source, problem: 'it is not configured' };
  const engine = redis.container === undefined ? undefined : connectDocker({ ...docker, env });
  try {
    const client = openRedis(redis, engine && { docker: engine });
    try {
      // The first call also connects, which would make the reading less exact.
      await client.ping();
      return await read(source, ClockResolution.redis, () => client.time());
    } finally {
      await client.close();
    }
  } catch (error) {
    return { source, problem: messageOf(error) };
  } finally {
    engine?.close();
  }
}

async function read(source: string, resolution: number, ask: () => Promise<number>): Promise<Reading> {
  try {
    return clockOffset(source, [await lookAtClock(ask, resolution)]);
  } catch (error) {
    return { source, problem: messageOf(error) };
  }
}

/** Judges the clocks that could be read. */
export function judgeClocks(readings: readonly Reading[]): CheckResult {
  const expected = `no more than ${MOST_MS / 1000} s between them, beyond what cannot be told`;
  const observed = readings.map(describe).join('; ');
  const clocks = readings.filter((reading) => 'offsetMs' in reading);
  if (clocks.length === 0) return { status: 'error', observed, expected };
  const off = clocks.filter(({ offsetMs, uncertaintyMs }) => Math.abs(offsetMs) > MOST_MS + uncertaintyMs);
  if (off.length === 0) return { status: 'pass', observed, expected };
  return { status: 'warn', observed, expected, remedy: 'set both by the same time servers: timedatectl status; chronyc makestep' };
}

function describe(reading: Reading): string {
  if ('problem' in reading) return `${reading.source} does not tell the time: ${reading.problem}`;
  const { source, offsetMs, uncertaintyMs } = reading;
  const seconds = (ms: number) => (ms / 1000).toFixed(uncertaintyMs < 100 ? 3 : 1);
  return `${source} is ${seconds(Math.abs(offsetMs))} s ${offsetMs < 0 ? 'behind' : 'ahead'}, ±${seconds(uncertaintyMs)} s`;
}
