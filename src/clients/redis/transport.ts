import { type RedisReplyError, RedisUnreachableError } from './errors.js';

/** A reply as RESP2 tells it. What Redis refused stands as an error in the place of its reply. */
export type Reply = string | number | null | RedisReplyError | Reply[];

/** A command and its arguments: `['PUBSUB', 'NUMSUB', 'events']`. */
export type Command = readonly string[];

/** A way to Redis. Everything rejects within the deadline, with messages that name the place and hold no password. */
export interface Transport {
  /**
   * Sends commands one straight after the other over one connection, with nothing in between; gives their replies in order.
   * The database that an earlier call selected may still be: whoever reads a key selects first.
   * Rejects when there is no connection or a reply is missing.
   */
  send(commands: readonly Command[]): Promise<Reply[]>;
  /** Seconds of one round trip between the client and Redis, connecting not counted. */
  roundTrip(): Promise<number>;
  /** Ends the connection; later calls are rejected. */
  close(): Promise<void>;
}

/** Settles as `work` does, or rejects with what `late` gives once the deadline is over. */
export async function within<T>(deadlineMs: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), deadlineMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Why a client that was closed answers nothing. */
export function closedError(): RedisUnreachableError {
  return new RedisUnreachableError('the client is closed', false);
}
