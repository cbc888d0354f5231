import { Redis } from 'ioredis';

/** What Loadwitness asks of Redis. Every call rejects within the deadline, with a message that says what is wrong and holds no password. */
export interface RedisClient {
  /** The fields of these sections of INFO: `clients`, `memory`, `stats`, … */
  info(sections: readonly string[]): Promise<Record<string, string>>;
  /** Channels with at least one subscriber. */
  pubsubChannels(): Promise<string[]>;
  /** Subscribers of one channel. */
  pubsubNumsub(channel: string): Promise<number>;
  ping(): Promise<void>;
  /** Ends the connection; later calls are rejected. */
  close(): Promise<void>;
}

const DEFAULT_DEADLINE_MS = 2_000;

/**
 * A client that connects at its first call, and again at the next call after a connection was lost.
 * Nothing is queued while there is no connection, so a call tells how Redis is now.
 * Throws at once when the URL is none of Redis.
 */
export function connectRedis(url: string, { deadlineMs = DEFAULT_DEADLINE_MS } = {}): RedisClient {
  const { address, shown } = parseRedisUrl(url);
  const redis = new Redis({
    ...address,
    // RESP2 is spoken by every version of Redis.
    protocol: 2,
    lazyConnect: true,
    enableOfflineQueue: false,
    // A call reconnects when it needs to: see connected().
    retryStrategy: () => null,
    connectTimeout: deadlineMs,
    disconnectTimeout: 500,
    // A connection whose other side is gone without a word is given up, so that a later call makes a new one.
    socketTimeout: deadlineMs * 3,
    autoResendUnfulfilledCommands: false,
    disableClientInfo: true,
    connectionName: 'loadwitness',
  });
  let lastError: Error | undefined;
  let connecting: Promise<void> | undefined;
  let closed = false;
  redis.on('error', (error: Error) => {
    lastError = error;
  });

  function connected(): Promise<void> {
    if (closed) return Promise.reject(new Error('the client is closed'));
    if (redis.status === 'ready') return Promise.resolve();
    connecting ??= redis
      .connect()
      // ioredis rejects with "Connection is closed."; why it closed came with the 'error' event.
      .catch((error: unknown) => Promise.reject(lastError ?? error))
      .finally(() => {
        connecting = undefined;
        lastError = undefined;
      });
    return connecting;
  }

  async function call<T>(command: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(silence(redis.status, deadlineMs))), deadlineMs);
    });
    try {
      return await Promise.race([connected().then(command), deadline]);
    } catch (error) {
      // Never passed on as a cause: an error of ioredis carries the command's arguments, AUTH's among them.
      throw new Error(`Redis at ${shown}: ${reason(error)}`);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async info(sections) {
      // One at a time: before Redis 7, INFO takes one section only.
      const texts = await call(() => Promise.all(sections.map((section) => redis.info(section))));
      return Object.assign({}, ...texts.map(parseInfo));
    },
    async pubsubChannels() {
      return (await call(() => redis.pubsub('CHANNELS'))).map(String);
    },
    async pubsubNumsub(channel) {
      const [, count] = await call(() => redis.pubsub('NUMSUB', channel));
      return Number(count);
    },
    async ping() {
      await call(() => redis.ping());
    },
    async close() {
      closed = true;
      if (redis.status === 'wait' || redis.status === 'end') return;
      const ended = new Promise<void>((resolve) => {
        redis.once('end', () => resolve());
      });
      redis.disconnect();
      await ended;
    },
  };
}

/** The fields of a reply to INFO. */
export function parseInfo(text: string): Record<string, string> {
  const pairs = text.split('\r\n').filter((line) => line.includes(':') && !line.startsWith('#'));
  return Object.fromEntries(pairs.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

interface Address {
  host: string;
  port: number;
  username?: string;
  password?: string;
  db?: number;
  tls?: { servername: string };
}

function parseRedisUrl(url: string): { address: Address; shown: string } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === '') {
    throw new Error('not a redis:// or rediss:// URL with a host');
  }
  const port = parsed.port === '' ? 6379 : Number(parsed.port);
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  const db = parsed.pathname.slice(1);
  if (!/^\d*$/.test(db)) throw new Error('the path of a Redis URL is the number of a database');
  return {
    shown: `${parsed.hostname}:${port}`,
    address: {
      host,
      port,
      ...(parsed.username !== '' && { username: decodeURIComponent(parsed.username) }),
      ...(parsed.password !== '' && { password: decodeURIComponent(parsed.password) }),
      ...(db !== '' && { db: Number(db) }),
      ...(parsed.protocol === 'rediss:' && { tls: { servername: host } }),
    },
  };
}

function silence(status: string, deadlineMs: number): string {
  if (status === 'connecting') return `no connection within ${deadlineMs} ms`;
  return `connected, but no reply within ${deadlineMs} ms: it is paused, loading or overloaded`;
}

function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes('NOAUTH')) return 'needs a password (NOAUTH)';
  if (message.includes('WRONGPASS')) return 'refused the user name or password (WRONGPASS)';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code !== '') return `no connection (${code})`;
  return message === 'Connection is closed.' ? 'the connection was closed' : message;
}
