import { setTimeout as sleep } from 'node:timers/promises';
import type { CanaryConfig } from '../config/config.js';
import { messageOf } from '../errors.js';
import type { CanarySecond, Emit } from '../journal/event.js';
import type { Recipient, Recipients } from '../recipients.js';
import { fillEnvelope } from './envelope.js';
import { CanaryTracker } from './tracker.js';

/** The way to the target's channel. */
export interface Publisher {
  /** Resolves with the number of subscribers that got it; rejects within a deadline of its own, with a message that holds no secret. */
  publish(channel: string, message: string): Promise<number>;
}

export interface CanariesOptions {
  recipients: Recipients;
  publisher: Publisher;
  channel: string;
  config: CanaryConfig;
  phase: CanarySecond['phase'];
  runId: string;
  emit: Emit;
  /** Unix ms of the clock by which the recipients tell arrivals, which never goes back. */
  now(): number;
  /** Ends by itself when so many are sent; rounded up to a whole number of {@link IN_A_ROW}. Left out: goes on until it is stopped. */
  total?: number;
}

/** Canaries under way. */
export interface Canaries {
  /** Resolves when `total` canaries were sent, or with `stop()`. */
  readonly sent: Promise<void>;
  /**
   * Sends no more, waits until each that was sent has its fate (which takes `lostAfterMs` at most, and what Redis and a recipient may take
   * to answer), and emits the last second. Never rejects; may be called more than once.
   */
  stop(): Promise<void>;
}

/** Each recipient gets so many, one right after the other: only so it can be seen that one overtakes another. */
export const IN_A_ROW = 2;

/** While so many rows wait for Redis or for a recipient, none is added: a Redis that stands still would pile them up without end. */
const MOST_WAITING = 64;
const TOO_MANY = 'not tried: too many publishes are waiting for an answer';

/** How often it is looked for canaries that should have come. */
const LOOK_MS = 100;
/** How often it is looked whether all have their fate, at the end. */
const SETTLE_MS = 20;

/**
 * Publishes canaries at an even rate and emits one `canary.second` a second. What fails is counted, and nothing that fails ends it.
 * Rows that were due while this thread was held up are not made up for.
 */
export function startCanaries(options: CanariesOptions): Canaries {
  const flock = new Flock(options);
  flock.start();
  return flock;
}

class Flock implements Canaries {
  readonly #options: CanariesOptions;
  readonly #tracker: CanaryTracker;
  readonly #intervalMs: number;
  readonly #waiting = new Set<Promise<void>>();
  readonly sent: Promise<void>;
  #onSent: () => void = () => {};
  #nextSeq = 0;
  #dueAt = 0;
  #second = 0;
  #pacing: NodeJS.Timeout | undefined;
  #ticking: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  #look: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: CanariesOptions) {
    this.#options = options;
    this.#tracker = new CanaryTracker(options.config);
    this.#intervalMs = (IN_A_ROW * 1000) / options.config.perSecond;
    this.sent = new Promise((resolve) => {
      this.#onSent = resolve;
    });
  }

  start(): void {
    const { recipients, now } = this.#options;
    recipients.follow({
      arrived: (seq, at) => this.#tracker.arrived(seq, at),
      gone: (seqs) => {
        for (const seq of seqs) this.#tracker.gone(seq);
      },
    });
    this.#dueAt = now();
    this.#second = Math.floor(this.#dueAt / 1000);
    this.#scheduleTick();
    this.#looking = setInterval(() => void this.#lookForLost(), LOOK_MS);
    this.#pace();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#pacing);
    this.#onSent();
    await Promise.all(this.#waiting);
    while (this.#tracker.outstanding > 0) {
      await this.#lookForLost();
      await sleep(SETTLE_MS);
    }
    clearInterval(this.#looking);
    clearTimeout(this.#ticking);
    this.#emit();
  }

  #pace(): void {
    const { now, total = Number.POSITIVE_INFINITY } = this.#options;
    this.#sendRow();
    if (this.#nextSeq >= total) return void Promise.all(this.#waiting).then(this.#onSent);
    this.#dueAt = Math.max(this.#dueAt + this.#intervalMs, now());
    this.#pacing = setTimeout(() => this.#pace(), this.#dueAt - now());
  }

  #sendRow(): void {
    const seqs = Array.from({ length: IN_A_ROW }, () => this.#nextSeq++);
    if (this.#waiting.size >= MOST_WAITING) return this.#tracker.failed(TOO_MANY, IN_A_ROW);
    const row = this.#send(seqs).finally(() => this.#waiting.delete(row));
    this.#waiting.add(row);
  }

  async #send(seqs: readonly number[]): Promise<void> {
    for (const seq of seqs) this.#tracker.due(seq);
    const recipient = await this.#options.recipients.expect(seqs);
    for (const seq of seqs) {
      // One after the other: not every way to Redis keeps the order of what is sent at the same time.
      if (recipient) await this.#publish(seq, recipient);
      else this.#tracker.unaddressed(seq);
    }
  }

  async #publish(seq: number, recipient: Recipient): Promise<void> {
    const { publisher, channel, config, phase, runId, now } = this.#options;
    const sentAt = now();
    this.#tracker.sent(seq, recipient, sentAt);
    const canary = { run: runId, phase, seq, sentAt };
    const message = fillEnvelope(config.envelope, { user: recipient.user, canary, time: new Date(sentAt).toISOString() });
    try {
      this.#tracker.acknowledged(seq, await publisher.publish(channel, JSON.stringify(message)), now());
    } catch (error) {
      this.#tracker.refused(seq, messageOf(error));
    }
  }

  /** Asks the recipients about those that should have come; one question at a time. */
  #lookForLost(): Promise<void> {
    this.#look ??= this.#giveUpOverdue().finally(() => {
      this.#look = undefined;
    });
    return this.#look;
  }

  async #giveUpOverdue(): Promise<void> {
    const { recipients, now } = this.#options;
    const overdue = this.#tracker.overdue(now());
    if (overdue.length > 0) this.#tracker.giveUp(overdue, new Set(await recipients.missing(overdue)));
  }

  #scheduleTick(): void {
    const tick = (): void => {
      this.#emit();
      // A timer that fires a hair early or late still opens the second that begins here.
      this.#second = Math.round(this.#options.now() / 1000);
      this.#scheduleTick();
    };
    this.#ticking = setTimeout(tick, (this.#second + 1) * 1000 - this.#options.now());
  }

  #emit(): void {
    const { emit, phase } = this.#options;
    emit({ type: 'canary.second', second: this.#second, phase, ...this.#tracker.take() });
  }
}
