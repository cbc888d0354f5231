import { setImmediate as turn } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Canaries, type CanariesOptions, type Publisher, startCanaries } from '../../src/canary/canaries.js';
import type { CanarySecond, NewEvent } from '../../src/journal/event.js';
import type { CanaryNews, Recipient, Recipients } from '../../src/recipients.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';
import { until } from '../helpers/until.js';

const CHANNEL = 'events';
const now = () => performance.timeOrigin + performance.now();

let server: RedisServer;
let subscriber: Redis;
let sender: Redis;
let canaries: Canaries | undefined;
let events: CanarySecond[];
beforeEach(async () => {
  server = await startRedis();
  subscriber = new Redis(server.url);
  sender = new Redis(server.url, { commandTimeout: 200 });
  for (const client of [subscriber, sender]) client.on('error', () => {});
  await subscriber.subscribe(CHANNEL);
  events = [];
});
afterEach(async () => {
  await canaries?.stop();
  canaries = undefined;
  subscriber.disconnect();
  sender.disconnect();
  await server.end();
});

/** Users behind a target that hands on what is published, as a test lets it. */
class Crowd implements Recipients {
  readonly expected = new Set<number>();
  users: Recipient[] = [0, 1, 2].map((index) => ({ user: `user-${index}`, index, address: `127.0.${index}.1` }));
  #news: CanaryNews | undefined;
  #turn = 0;

  constructor(deliver: (seq: number, user: string, news: CanaryNews) => void = (seq, _user, news) => news.arrived(seq, now())) {
    subscriber.on('message', (_channel, text) => {
      const { target_user_id: user, message } = JSON.parse(text);
      this.expected.delete(message.canary.seq);
      if (this.#news) deliver(message.canary.seq, user, this.#news);
    });
  }

  async expect(seqs: readonly number[]): Promise<Recipient | undefined> {
    if (this.users.length > 0) for (const seq of seqs) this.expected.add(seq);
    return this.users[this.#turn++ % this.users.length];
  }

  async missing(seqs: readonly number[]): Promise<readonly number[]> {
    await turn();
    return seqs;
  }

  follow(news: CanaryNews): void {
    this.#news = news;
  }
}

function start(
  recipients: Recipients,
  { config, ...changes }: Partial<Omit<CanariesOptions, 'config'>> & { config?: object } = {},
): Canaries {
  const envelope = { target_user_id: '{user}', message: { canary: '{canary}' }, timestamp: '{time}' };
  canaries = startCanaries({
    recipients,
    publisher: sender,
    channel: CHANNEL,
    config: { perSecond: 40, limitMs: 5_000, lostAfterMs: 500, envelope, at: 'canary', ...config },
    phase: 'load',
    runId: 'run',
    emit: (event: NewEvent) => events.push(event as CanarySecond),
    now,
    ...changes,
  });
  return canaries;
}

const sum = (pick: (second: CanarySecond) => number): number => events.reduce((total, second) => total + pick(second), 0);
const failures = (): Record<string, number> => Object.assign({}, ...events.map((second) => second.failures));

describe('startCanaries', () => {
  it('publishes canaries for connected users, two in a row for each, and all arrive', async () => {
    const published: { user: string; seq: number; run: string; sentAt: number; timestamp: string }[] = [];
    subscriber.on('message', (_channel, text) => {
      const { target_user_id: user, message, timestamp } = JSON.parse(text);
      published.push({ user, timestamp, ...message.canary });
    });
    const flock = start(new Crowd(), { total: 12 });
    await flock.sent;
    await flock.stop();
    expect(published.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(published.map(({ user }) => user.at(-1)).join('')).toBe('001122001122');
    expect(published.every(({ run, sentAt, timestamp }) => run === 'run' && new Date(sentAt).toISOString() === timestamp)).toBe(true);
    expect(sum(({ published }) => published)).toBe(12);
    expect(sum(({ received }) => received)).toBe(12);
    expect(sum(({ duplicates, reordered, late, lost, withdrawn }) => duplicates + reordered + late + lost + withdrawn)).toBe(0);
    expect(events.filter(({ subscribers }) => subscribers !== undefined).every(({ subscribers }) => subscribers === 1)).toBe(true);
    expect(events.every(({ type, phase }) => type === 'canary.second' && phase === 'load')).toBe(true);
  });

  it('emits a record for each second, also while nobody is connected', async () => {
    const crowd = new Crowd();
    crowd.users = [];
    start(crowd);
    await until('three seconds', () => events.length >= 3);
    await canaries?.stop();
    expect(sum(({ unaddressed }) => unaddressed)).toBeGreaterThan(0);
    expect(sum(({ published }) => published)).toBe(0);
    const seconds = events.map(({ second }) => second);
    expect(new Set(seconds).size).toBe(seconds.length);
    expect(seconds.toSorted((a, b) => a - b)).toEqual(seconds);
  });

  it('tells lost, withdrawn, duplicate and overtaken ones apart', async () => {
    const held: number[] = [];
    const flock = start(
      new Crowd((seq, user, news) => {
        if (user === 'user-0') return; // lost
        if (user === 'user-1') return news.gone([seq]);
        held.push(seq);
        if (held.length < 2) return;
        for (const each of held.splice(0).reverse()) news.arrived(each, now());
        news.arrived(seq, now());
      }),
      { total: 12 },
    );
    await flock.sent;
    await flock.stop();
    const total = (key: 'lost' | 'withdrawn' | 'received' | 'duplicates' | 'reordered') => sum((second) => second[key]);
    expect([total('lost'), total('withdrawn'), total('received'), total('duplicates'), total('reordered')]).toEqual([4, 4, 4, 2, 2]);
    expect(sum(({ lostBy }) => lostBy['127.0.0.1'] ?? 0)).toBe(4);
  });

  it('counts what a Redis that stands still does not answer, goes on with it, and tells of what comes when it had been counted', async () => {
    start(new Crowd(), { config: { lostAfterMs: 60_000 } });
    await until('arrivals', () => sum(({ received }) => received) > 0);
    server.signal('SIGSTOP');
    await until('failures', () => Object.values(failures()).some((count) => count > 0));
    const before = sum(({ received }) => received);
    server.signal('SIGCONT');
    await until('the ones that were waiting', () => sum(({ overdue = 0 }) => overdue) > 0);
    await until('arrivals again', () => sum(({ received }) => received) > before + 10);
    await canaries?.stop();
    expect(Object.keys(failures())).toEqual(['Command timed out']);
    expect(sum(({ lost }) => lost)).toBe(0);
    expect(sum(({ published }) => published)).toBe(sum(({ received, late, withdrawn }) => received + late + withdrawn));
  });

  it('goes on after a Redis that was down', async () => {
    start(new Crowd());
    await until('arrivals', () => sum(({ received }) => received) > 0);
    await server.end();
    await until('failures', () => Object.values(failures()).some((count) => count > 0));
    server = await startRedis({ port: server.port });
    const before = sum(({ received }) => received);
    await until('arrivals again', () => sum(({ received }) => received) > before);
  });

  it('does not pile up publishes that nobody answers', async () => {
    let most = 0;
    let waiting = 0;
    const giveUp: (() => void)[] = [];
    const publisher: Publisher = {
      publish: () => {
        most = Math.max(most, ++waiting);
        return new Promise((_, reject) => giveUp.push(() => reject(new Error('silent'))));
      },
    };
    start(new Crowd(), { publisher, config: { perSecond: 2_000 } });
    const notTried = 'not tried: too many publishes are waiting for an answer';
    await until('some that are not tried', () => failures()[notTried]);
    expect(most).toBe(64);
    const stopped = canaries?.stop();
    await until('the end', () => {
      for (const reject of giveUp.splice(0)) reject();
      return events.some((second) => second.failures.silent) || undefined;
    });
    await stopped;
    expect(sum((second) => second.failures.silent ?? 0)).toBe(128);
  });
});
