import type { Redis } from 'ioredis';
import { messageOf } from '../errors.js';
import type { Log } from './log.js';
import { type Frame, parseFrame } from './protocol.js';

/** Gives a frame to a user of this replica; false when they are not here. */
export type Deliver = (userId: string, frame: object) => boolean;

/** Messages between replicas: one envelope `{target_user_id, message, timestamp}` on one Redis channel. */
export class PubSub {
  constructor(
    private readonly redis: Redis,
    private readonly channel: string,
    private readonly deliver: Deliver,
    private readonly log: Log,
    /** Messages get lost: none is sent, and none that comes is handed on. */
    private readonly lossy: boolean,
  ) {}

  /**
   * Begins to listen. The listener ends with its connection and never comes back, with one line in the log: so does the target's.
   * @returns ends the listener
   */
  async listen(): Promise<() => void> {
    const listener = this.redis.duplicate({ retryStrategy: () => null, autoResubscribe: false, lazyConnect: true });
    let reason = 'Connection closed by server.';
    listener.on('error', (error) => {
      reason = messageOf(error);
    });
    listener.on('message', (_channel, text) => this.#receive(text));
    await listener.connect();
    await listener.subscribe(this.channel);
    listener.once('end', () => this.log('ERROR', `Redis Pub/Sub 리스너 오류: ${reason}`));
    return () => listener.disconnect();
  }

  /** Sends a frame to a user who is not on this replica. A failure is logged, nobody waits for it. */
  async publish(userId: string, message: Frame): Promise<void> {
    if (this.lossy) return;
    const envelope = { target_user_id: userId, message, timestamp: new Date().toISOString() };
    try {
      await this.redis.publish(this.channel, JSON.stringify(envelope));
    } catch (error) {
      this.log('ERROR', `메시지 발행 실패: ${messageOf(error)}`);
    }
  }

  #receive(text: string): void {
    const envelope = parseFrame(text);
    const { target_user_id: userId, message } = envelope ?? {};
    if (typeof userId !== 'string' || typeof message !== 'object' || message === null) {
      this.log('ERROR', 'Redis Pub/Sub 메시지 형식 오류');
      return;
    }
    if (!this.lossy) this.deliver(userId, message);
  }
}
