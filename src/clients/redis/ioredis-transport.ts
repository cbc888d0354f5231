import { isIP } from 'node:net';
import { Redis, type RedisOptions } from 'ioredis';
import { type RedisAddress, shownAddress } from './address.js';
import { RedisReplyError, RedisUnreachableError, refusal } from './errors.js';
import { type Command, closedError, type Reply, type Transport, within } from './transport.js';

export interface IoredisOptions {
  deadlineMs: number;
  /** PEM of the authorities to trust with TLS; left out: the well-known ones. */
  ca?: string;
}

/**
 * Connects at the first call, and again at the next call after a connection was lost.
 * Nothing is queued while there is no connection, so a call tells how Redis is now.
 */
export function ioredisTransport(address: RedisAddress, { deadlineMs, ca }: IoredisOptions): Transport {
  const shown = `Redis at ${shownAddress(address)}`;
  const redis = new Redis(optionsFor(address, deadlineMs, ca));
  let lastError: Error | undefined;
  let connecting: Promise<void> | undefined;
  /** The round trip that is being measured, if any. */
  let measured: Promise<unknown> = Promise.resolve();
  let closed = false;
  redis.on('error', (error: Error) => {
    lastError = error;
  });

  function connected(): Promise<void> {
    if (closed) return Promise.reject(closedError());
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

  /** Where `isOver`, the deadline has passed while there was no connection yet: then nothing is sent any more. */
  async function call<T>(work: (isOver: () => boolean) => Promise<T>): Promise<T> {
    let isOver = false;
    const late = () => {
      isOver = true;
      return new RedisUnreachableError(`${shown}: ${silence(redis.status, deadlineMs)}`, redis.status !== 'connecting');
    };
    // Never passed on as a cause: an error of ioredis carries the command's arguments, AUTH's among them.
    return await within(
      deadlineMs,
      work(() => isOver).catch((error: unknown) => Promise.reject(told(error, shown))),
      late,
    );
  }

  async function raw(commands: readonly Command[]): Promise<Reply[]> {
    return await Promise.all(
      commands.map(async ([name = '', ...args]): Promise<Reply> => {
        try {
          return (await redis.call(name, ...args)) as Reply;
        } catch (error) {
          if (isRefusal(error)) return refusal(shown, error.message);
          throw error;
        }
      }),
    );
  }

  return {
    send: (commands) =>
      call(async (isOver) => {
        // What comes with a PING that is measured would delay it; and what it found silent is not asked more.
        await measured;
        await connected();
        if (isOver()) return [];
        return await raw(commands);
      }),
    roundTrip() {
      const ping = call(async () => {
        await connected();
        const start = performance.now();
        const [reply] = await raw([['PING']]);
        if (reply instanceof RedisReplyError) throw reply;
        return (performance.now() - start) / 1000;
      });
      const gate = ping.catch((error: unknown) => {
        if (!(error instanceof RedisReplyError)) throw error;
      });
      measured = gate;
      const open = () => {
        if (measured === gate) measured = Promise.resolve();
      };
      gate.then(open, open);
      return ping;
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

function optionsFor({ host, port, username, password, db, tls }: RedisAddress, deadlineMs: number, ca: string | undefined) {
  return {
    host,
    port,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(db !== undefined && { db }),
    // A server name is a name, never an address (RFC 6066).
    ...(tls && { tls: { ...(isIP(host) === 0 && { servername: host }), ...(ca !== undefined && { ca }) } }),
    // RESP2 is spoken by every version of Redis.
    protocol: 2,
    lazyConnect: true,
    enableOfflineQueue: false,
    // It would ask INFO, which may be forbidden, and hide that Redis is loading.
    enableReadyCheck: false,
    // A call reconnects when it needs to: see connected().
    retryStrategy: () => null,
    connectTimeout: deadlineMs,
    disconnectTimeout: 500,
    // A connection whose other side is gone without a word is given up, so that a later call makes a new one.
    socketTimeout: deadlineMs * 3,
    autoResendUnfulfilledCommands: false,
    disableClientInfo: true,
    connectionName: 'loadwitness',
  } satisfies RedisOptions;
}

function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

function silence(status: string, deadlineMs: number): string {
  if (status === 'connecting') return `no connection within ${deadlineMs} ms`;
  return `connected, but no reply within ${deadlineMs} ms: it is paused, loading or overloaded`;
}

function told(error: unknown, shown: string): Error {
  if (error instanceof RedisReplyError) return error;
  // A refused AUTH fails the connecting, and yet it is Redis that answered.
  if (isRefusal(error)) return refusal(shown, error.message);
  if (error instanceof RedisUnreachableError && error.message.startsWith(shown)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = code !== '' ? `no connection (${code})` : message === 'Connection is closed.' ? 'the connection was closed' : message;
  return new RedisUnreachableError(`${shown}: ${why}`, false);
}
