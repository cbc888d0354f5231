import type { Correlation, Message, Resync, Task, User } from './scenario.js';

/** A request that was sent and whose reply is still to come. */
export interface Request {
  /** undefined: the question of a {@link Resync}. */
  task: Task | undefined;
  /** The id that pairs it with its reply, where the scenario has one. */
  id: string | number | undefined;
  /** When it was sent and when it should have been, in ms of the monotonic clock. */
  sentAt: number;
  intendedAt: number;
  /** Its timeout has passed: it was counted as failed, and only its late reply is still waited for. */
  expired: boolean;
}

/** Requests that timed out are remembered, so that their late replies are known; so many of them at most. */
const MAX_EXPIRED = 1000;

/** The requests of one socket that have no reply yet, oldest first. */
export class InFlight {
  readonly #requests: Request[] = [];
  readonly #resync: Resync | undefined;
  readonly #correlation: Correlation | undefined;
  #waiting = 0;

  constructor({ resync, correlation }: { resync?: Resync; correlation?: Correlation }) {
    this.#resync = resync;
    this.#correlation = correlation;
  }

  /** How many requests are waited for: neither answered nor timed out. */
  get waiting(): number {
    return this.#waiting;
  }

  add(request: Request): void {
    this.#requests.push(request);
    if (request.task && !request.expired) this.#waiting++;
  }

  /**
   * Finds the request that `message` answers and forgets it.
   *
   * Without ids the target is taken to answer in order, so a reply belongs to the oldest request that it can answer: a late
   * one goes to the request that timed out, not to the next. The answer to a resync also forgets everything that was asked
   * before it: those replies will never come.
   *
   * @returns undefined when nothing that is in flight is answered by it: a push.
   */
  match(message: Message, user: User): Request | undefined {
    const index = this.#correlation ? this.#indexById(this.#correlation.replyId(message)) : this.#indexInOrder(message, user);
    if (index === -1) return undefined;
    const request = this.#requests[index] as Request;
    if (!request.task) this.#forget(0, index + 1);
    else if (index === 0) this.#forgetOldest();
    else this.#forget(index, 1);
    return request;
  }

  #indexById(id: string | number | undefined): number {
    return id === undefined ? -1 : this.#requests.findIndex((request) => request.id === id);
  }

  #indexInOrder(message: Message, user: User): number {
    const requests = this.#requests;
    for (let index = 0; index < requests.length; index++) {
      const { task } = requests[index] as Request;
      if (task ? task.isReply?.(message, user) : this.#resync?.isReply(message)) return index;
    }
    return -1;
  }

  /** The commonest case by far, and the cheapest: nothing is copied. */
  #forgetOldest(): void {
    const request = this.#requests.shift();
    if (request?.task && !request.expired) this.#waiting--;
  }

  #forget(from: number, count: number): void {
    for (const { task, expired } of this.#requests.splice(from, count)) if (task && !expired) this.#waiting--;
  }

  /** Marks and returns the requests whose timeout has passed. */
  expire(now: number): Request[] {
    const due = this.#requests.filter(({ task, expired, sentAt }) => task && !expired && sentAt + task.timeoutMs <= now);
    for (const request of due) request.expired = true;
    this.#waiting -= due.length;
    if (due.length > 0) this.#limitExpired();
    return due;
  }

  #limitExpired(): void {
    while (this.#requests.length > MAX_EXPIRED && this.#requests[0]?.expired) this.#requests.shift();
  }

  /** When the next timeout passes, in ms of the monotonic clock; Infinity when nothing is waited for. */
  nextDeadline(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { task, expired, sentAt } of this.#requests) {
      if (task && !expired && sentAt + task.timeoutMs < next) next = sentAt + task.timeoutMs;
    }
    return next;
  }

  /** Forgets everything: the socket is gone. Returns the requests that had not yet timed out. */
  clear(): Request[] {
    const waiting = this.#requests.filter((request) => request.task && !request.expired);
    this.#requests.length = 0;
    this.#waiting = 0;
    return waiting;
  }
}
