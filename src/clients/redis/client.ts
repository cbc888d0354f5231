import { RedisReplyError } from './errors.js';
import { parseInfo, parseInfoSections } from './info.js';
import { listOf, type PubsubClient, parseClientList, parsePairs, parseSlowlog, type SlowCommand } from './replies.js';
import type { Command, Reply, Transport } from './transport.js';

/**
 * What Loadwitness asks of Redis. Every call rejects within the deadline, with a message that says what is wrong and holds no password:
 * a RedisReplyError where Redis refused this command alone, a RedisUnreachableError where there is no connection or no answer.
 */
export interface RedisClient {
  /** The fields of these sections of INFO: `clients`, `memory`, `stats`, …; `default` are those that INFO gives when it is not asked for any. */
  info(sections: readonly string[]): Promise<Record<string, string>>;
  /** All of INFO by section (`Server`, `Clients`, …). */
  infoSections(): Promise<Record<string, Record<string, string>>>;
  /** Settings by name. One that this version does not have is left out. */
  configGet(...names: string[]): Promise<Record<string, string>>;
  /** Channels with at least one subscriber. */
  pubsubChannels(): Promise<string[]>;
  /** Subscribers of one channel. */
  pubsubNumsub(channel: string): Promise<number>;
  /** Subscribers of several channels. */
  pubsubNumsubs(channels: readonly string[]): Promise<Record<string, number>>;
  /** The connections that subscribe. */
  clientListPubsub(): Promise<PubsubClient[]>;
  /** Entries in the slow log now. */
  slowlogLen(): Promise<number>;
  /** The newest entries of the slow log, newest first, without the commands' arguments. */
  slowlog(count: number): Promise<SlowCommand[]>;
  /** Now by Redis' own clock, in Unix ms with a fraction down to µs. */
  time(): Promise<number>;
  /** Elements of a list in any database; 0 where there is none of this name. */
  llen(db: number, key: string): Promise<number>;
  /** Gives how many subscribers received it. */
  publish(channel: string, message: string): Promise<number>;
  ping(): Promise<void>;
  /** Seconds that a round trip takes. Called first, it is not delayed by the calls beside it. */
  roundTrip(): Promise<number>;
  /** Ends the connection; later calls are rejected. */
  close(): Promise<void>;
}

/** The client that speaks through this transport. */
export function clientOver(transport: Transport): RedisClient {
  /** The replies to commands none of which may be refused. */
  async function ask(...commands: Command[]): Promise<Reply[]> {
    const replies = await transport.send(commands);
    const refused = replies.find((reply) => reply instanceof RedisReplyError);
    if (refused !== undefined) throw refused;
    return replies;
  }

  async function one(...command: string[]): Promise<Reply> {
    return (await ask(command))[0] ?? null;
  }

  return {
    async info(sections) {
      // One at a time: before Redis 7, INFO takes one section only.
      const texts = await ask(...sections.map((section) => ['INFO', section]));
      return Object.assign({}, ...texts.map((text) => parseInfo(String(text))));
    },
    infoSections: async () => parseInfoSections(String(await one('INFO', 'all'))),
    async configGet(...names) {
      // One at a time here, too.
      const replies = await ask(...names.map((name) => ['CONFIG', 'GET', name]));
      return Object.fromEntries(replies.flatMap(parsePairs));
    },
    pubsubChannels: async () => listOf(await one('PUBSUB', 'CHANNELS')).map(String),
    async pubsubNumsub(channel) {
      return Number(listOf(await one('PUBSUB', 'NUMSUB', channel))[1]);
    },
    async pubsubNumsubs(channels) {
      const pairs = parsePairs(await one('PUBSUB', 'NUMSUB', ...channels));
      return Object.fromEntries(pairs.map(([channel, count]) => [channel, Number(count)]));
    },
    clientListPubsub: async () => parseClientList(String(await one('CLIENT', 'LIST', 'TYPE', 'pubsub'))),
    slowlogLen: async () => Number(await one('SLOWLOG', 'LEN')),
    slowlog: async (count) => parseSlowlog(await one('SLOWLOG', 'GET', String(count))),
    async time() {
      return secondsOf(await one('TIME')) * 1000;
    },
    async llen(db, key) {
      const [, length] = await ask(['SELECT', String(db)], ['LLEN', key]);
      return Number(length);
    },
    publish: async (channel, message) => Number(await one('PUBLISH', channel, message)),
    async ping() {
      await one('PING');
    },
    roundTrip: () => transport.roundTrip(),
    close: () => transport.close(),
  };
}

/** What TIME replies, in seconds. */
export function secondsOf(time: Reply): number {
  const [seconds, micros] = listOf(time);
  return Number(seconds) + Number(micros) / 1e6;
}
