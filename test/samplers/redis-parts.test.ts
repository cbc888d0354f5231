import { describe, expect, it } from 'vitest';
import { parseInfo, RedisUnreachableError } from '../../src/clients/redis.js';
import { redisContinuity, startOf } from '../../src/samplers/redis-continuity.js';
import { infoReadings, pubsubHardLimit } from '../../src/samplers/redis-readings.js';
import { slowLogCounter } from '../../src/samplers/redis-slow-log.js';
import type { Note } from '../../src/samplers/sampler.js';

/** From Redis 5.0, which knows neither maxclients nor the time in INFO. */
const REDIS_5 = [
  '# Server',
  'redis_version:5.0.14',
  'run_id:5f0c7a7e4a9ad7bbf1d5d9bd2a3f1c86c9b8f0e1',
  'uptime_in_seconds:120',
  '# Clients',
  'connected_clients:3',
  'blocked_clients:0',
  '# Memory',
  'used_memory:859384',
  'maxmemory:0',
  '# Stats',
  'evicted_keys:0',
  'rejected_connections:0',
  'pubsub_channels:1',
  '# CPU',
  'used_cpu_sys:0.128000',
  'used_cpu_user:0.092000',
  '',
].join('\r\n');

describe('infoReadings', () => {
  it('leaves out what this version does not tell', () => {
    expect(infoReadings(parseInfo(REDIS_5))).toEqual([
      { name: 'redis.clients.connected', value: 3 },
      { name: 'redis.clients.blocked', value: 0 },
      { name: 'redis.memory.used', value: 859_384 },
      { name: 'redis.maxmemory', value: 0 },
      { name: 'redis.keys.evicted', value: 0 },
      { name: 'redis.connections.rejected', value: 0 },
      { name: 'redis.pubsub.channels', value: 1 },
      { name: 'redis.uptime', value: 120 },
      { name: 'redis.cpu.time', value: 0.128, attributes: { state: 'sys' } },
      { name: 'redis.cpu.time', value: 0.092, attributes: { state: 'user' } },
    ]);
  });

  it('reads the cut-off clients of versions that count them', () => {
    expect(infoReadings({ client_output_buffer_limit_disconnections: '4' })).toEqual([
      { name: 'redis.clients.output_buffer_limit_disconnections', value: 4 },
    ]);
  });
});

describe('pubsubHardLimit', () => {
  it.each([
    ['normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60', 33_554_432],
    ['pubsub 0 0 0 normal 1 2 3', 0],
    ['normal 0 0 0', undefined],
    ['', undefined],
  ])('reads %j', (setting, limit) => {
    expect(pubsubHardLimit(setting)).toBe(limit);
  });
});

describe('slowLogCounter', () => {
  it.each([
    ['goes by the ids, also when entries have fallen out', [look(128, 500), look(128, 900)], [0, 400]],
    ['stands still across a reset', [look(3, 7), look(0), look(1, 8)], [0, 0, 1]],
    ['begins with an empty log', [look(0), look(0), look(2, 41), look(3, 42)], [0, 0, 2, 3]],
    ['goes on after a restart with ids from 0', [look(5, 9), look(2, 1, 'b'), look(3, 2, 'b')], [0, 2, 3]],
    ['sees a restart by the ids alone', [look(5, 9, null), look(2, 1, null)], [0, 2]],
    ['sees a restart though the ids have passed the old ones', [look(1, 0), look(0, undefined, 'b'), look(4, 3, 'b')], [0, 0, 4]],
  ])('%s', (_, looks, counts) => {
    const { count } = slowLogCounter();
    expect(looks.map(count)).toEqual(counts);
  });
});

/** @param runId `null` where it may not be asked. */
function look(length: number, newest?: number, runId: string | null = 'a') {
  return { length, newest, runId: runId ?? undefined };
}

describe('redisContinuity', () => {
  function told(use: (continuity: ReturnType<typeof redisContinuity>, note: (note: Note) => void) => void): string[] {
    const notes: Note[] = [];
    use(redisContinuity(), (note) => notes.push(note));
    return notes.map(({ what }) => what);
  }

  it('tells nothing while all is well, or where INFO may not be asked', () => {
    const all = told((continuity, note) => {
      continuity.answered({ run_id: 'a' }, note);
      continuity.answered(undefined, note);
      continuity.answered({ run_id: 'a' }, note);
    });
    expect(all).toEqual([]);
  });

  it('tells a silence from a lost connection', () => {
    const silent = new RedisUnreachableError('no reply', true);
    const lost = new RedisUnreachableError('no connection', false);
    const all = told((continuity, note) => {
      continuity.failed(silent);
      continuity.failed(silent);
      continuity.answered({ run_id: 'a' }, note);
      continuity.failed(silent);
      continuity.failed(lost);
      continuity.answered({ run_id: 'a' }, note);
      continuity.answered({ run_id: 'b', uptime_in_seconds: '1' }, note);
    });
    expect(all).toEqual(['resumed', 'reconnected', 'restarted']);
  });
});

describe('startOf', () => {
  it('goes by the clock of Redis, and never differs for one run', () => {
    const start = startOf();
    const startedAt = '2023-11-14T22:13:20.000Z';
    expect(start({ run_id: 'a', uptime_in_seconds: '60', server_time_usec: '1700000060999999' })).toEqual({ startedAt });
    expect(start({ run_id: 'a', uptime_in_seconds: '75' })).toEqual({ startedAt });
    const old = start(parseInfo(REDIS_5)).startedAt ?? '';
    expect(Math.abs(Date.now() - 120_000 - Date.parse(old))).toBeLessThan(60_000);
    expect(start({ run_id: 'c' })).toEqual({});
  });
});
