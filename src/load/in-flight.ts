import type { Message, Resync, Task, User } from './scenario.js';

/** A request that was sent and whose reply is still to come. */
export interface Request {
  /** undefined: the question of a {@link Resync}. */
  task: Task | undefined;
  /** When it was sent and when it should have been, in ms of the monotonic clock. */
  sentAt: number;
  intendedAt: number;
  /** Its timeout has passed: it was counted as failed, and only its late reply is still waited for. */
  expired: boolean;
}

/**
 * The requests of one socket that have no reply yet, oldest first. The target answers in order, and its replies carry no id,
 * so a reply belongs to the oldest request that it can answer: a late one goes to the request that timed out, not to the next.
 */
export class InFlight {
  readonly #requests: Request[] = [];

  get size(): number {
    return this.#requests.length;
  }

  add(request: Request): void {
    this.#requests.push(request);
  }

  /**
   * Finds the request that `message` answers and forgets it. The answer to a resync also forgets everything that was asked
   * before it: those replies will never come.
   *
   * @returns undefined when nothing that is in flight is answered by it: a push.
   */
  match(message: Message, user: User, resync: Resync | undefined): Request | undefined {
    const requests = this.#requests;
    for (let index = 0; index < requests.length; index++) {
      const request = requests[index] as Request;
      if (request.task) {
        if (!request.task.isReply(message, user)) continue;
        requests.splice(index, 1);
      } else {
        if (!resync?.isReply(message)) continue;
        requests.splice(0, index + 1);
      }
      return request;
    }
    return undefined;
  }

  /** Forgets everything: the socket is gone. Returns the requests that had not yet timed out. */
  clear(): Request[] {
    const waiting = this.#requests.filter((request) => request.task && !request.expired);
    this.#requests.length = 0;
    return waiting;
  }
}
