import type { Redis } from 'ioredis';
import { messageOf } from '../errors.js';
import type { Log } from './log.js';

/** One alternative, as short as it can be kept: station codes, and the line of each hop between them. */
export interface SessionRoute {
  stations: string[];
  lines: string[];
}

/** Where a user is being taken. */
export interface Session {
  routeId: string;
  routes: SessionRoute[];
  /** From 1: which of the routes is followed. */
  rank: number;
}

const TTL_SECONDS = 1800;

/**
 * Navigation sessions in Redis: a user may come back on another replica. Without Redis there are none, which the user is told as
 * NO_ACTIVE_SESSION; that is how the target was seen to behave.
 */
export class Sessions {
  constructor(
    private readonly redis: Redis,
    private readonly log: Log,
  ) {}

  async save(userId: string, session: Session): Promise<void> {
    await this.attempt('저장', () => this.redis.set(key(userId), JSON.stringify(session), 'EX', TTL_SECONDS));
  }

  /** The user's session, whose time to live starts anew: one command a message. */
  async load(userId: string): Promise<Session | undefined> {
    const stored = await this.attempt('조회', () => this.redis.getex(key(userId), 'EX', TTL_SECONDS));
    return stored ? (JSON.parse(stored) as Session) : undefined;
  }

  /** Whether there was one. */
  async remove(userId: string): Promise<boolean> {
    return (await this.attempt('삭제', () => this.redis.del(key(userId)))) === 1;
  }

  private async attempt<T>(what: string, command: () => Promise<T>): Promise<T | undefined> {
    try {
      return await command();
    } catch (error) {
      this.log('ERROR', `세션 ${what} 실패: ${messageOf(error)}`);
      return undefined;
    }
  }
}

function key(userId: string): string {
  return `session:${userId}`;
}
