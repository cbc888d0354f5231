import { messageOf } from '../errors.js';
import { type Clock, systemClock } from './clock.js';
import { claimsOf, type TokenOwner } from './identities/token-owner.js';

export interface TokenKeeperOptions {
  /** Told of each fresh token before anybody gets it. */
  onSecret(secret: string): void;
  /** Told what goes wrong, without secrets: at most one line each {@link REPORT_EVERY_MS}, which counts those that were left out. */
  onError(message: string): void;
  clock?: Clock;
}

/** Who is given fresh tokens: `[position, token]`. */
export type TokenReceiver = (tokens: readonly (readonly [number, string])[]) => void;

interface Kept {
  owner: TokenOwner;
  index: number;
  /** Unix ms; infinite for a token that does not expire. */
  expiresAt: number;
  dueAt: number;
  /** Attempts in a row that failed. */
  failures: number;
  busy: boolean;
}

/** The part of its life after which a token is renewed, the earliest and the latest: tokens of one moment are not renewed in one moment. */
const RENEW_FROM = 0.6;
const RENEW_UNTIL = 0.8;

/** Spreads positions evenly over 0 to 1, however many there are. */
const GOLDEN = 0.618033988749895;

const AT_ONCE = 8;
const FIRST_RETRY_MS = 1_000;
const MOST_RETRY_MS = 30_000;
const REPORT_EVERY_MS = 10_000;

/** The longest time that a timer can wait for; tokens may last for years. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Renews tokens before they expire, so that a run outlives them: who reconnects in its last minute is let in as in its first. */
export class TokenKeeper {
  readonly #options: TokenKeeperOptions;
  readonly #clock: Clock;
  readonly #kept: Kept[] = [];
  readonly #stop = new AbortController();
  /** Renewed before there was anybody to give them to. */
  readonly #undelivered = new Map<number, string>();
  #receiver: TokenReceiver | undefined;
  /** Ends the sleep until the next token is due. */
  #sleep: AbortController | undefined;
  /** When that sleep is over. */
  #wakesAt = Number.POSITIVE_INFINITY;
  #busy = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #unreported = 0;

  constructor(options: TokenKeeperOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Keeps the token of one owner fresh from now on. @param index Its position among the users. */
  readonly keep = (owner: TokenOwner, index: number): void => {
    const kept: Kept = { owner, index, expiresAt: 0, dueAt: 0, failures: 0, busy: false };
    this.#schedule(kept);
    this.#kept.push(kept);
    if (kept.dueAt < this.#wakesAt) this.#wake();
  };

  /** Gives fresh tokens to `receiver` from now on, and those at once that were renewed before. */
  deliverTo(receiver: TokenReceiver): void {
    this.#receiver = receiver;
    if (this.#undelivered.size > 0) receiver([...this.#undelivered]);
    this.#undelivered.clear();
  }

  /** Renews nothing any more. */
  stop(): void {
    this.#stop.abort();
    this.#wake();
    this.#kept.length = 0;
  }

  #schedule(kept: Kept): void {
    const now = this.#clock.now();
    const { exp } = claimsOf(kept.owner.token) ?? {};
    kept.expiresAt = exp === undefined ? Number.POSITIVE_INFINITY : exp * 1000;
    const life = kept.expiresAt - now;
    const share = RENEW_FROM + (RENEW_UNTIL - RENEW_FROM) * ((kept.index * GOLDEN) % 1);
    kept.dueAt = now + life * share;
    if (life > 0) return;
    // By this machine's clock it is over, and the target has just issued it.
    kept.dueAt = now + MOST_RETRY_MS;
    this.#report(
      `the token of ${kept.owner.name} expired ${Math.round(-life / 1000)} s ago when it came: the clocks of this machine and the target differ`,
    );
  }

  /** Starts what is due, then sleeps until the next is. */
  #wake(): void {
    this.#sleep?.abort();
    if (this.#stop.signal.aborted) return;
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const kept of this.#kept) {
      if (kept.busy) continue;
      if (kept.dueAt > now) next = Math.min(next, kept.dueAt);
      else if (this.#busy < AT_ONCE) void this.#renew(kept);
    }
    this.#wakesAt = next;
    if (next < Number.POSITIVE_INFINITY) this.#wakeAfter(next - now);
  }

  #wakeAfter(ms: number): void {
    const sleep = new AbortController();
    this.#sleep = sleep;
    this.#clock.sleep(Math.min(ms, MAX_TIMER_MS), sleep.signal).then(
      () => this.#wake(),
      () => {}, // Woken early: whoever did that has looked at what is due.
    );
  }

  async #renew(kept: Kept): Promise<void> {
    kept.busy = true;
    this.#busy++;
    try {
      const token = await kept.owner.renew(this.#stop.signal);
      this.#options.onSecret(token);
      kept.owner.token = token;
      kept.failures = 0;
      this.#schedule(kept);
      this.#deliver(kept.index, token);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#failed(kept, error);
    } finally {
      kept.busy = false;
      this.#busy--;
      this.#wake();
    }
  }

  #failed(kept: Kept, error: unknown): void {
    const now = this.#clock.now();
    kept.dueAt = now + Math.min(MOST_RETRY_MS, FIRST_RETRY_MS * 2 ** kept.failures++);
    // One line for each outage of each owner: the attempts that follow say the same again.
    if (kept.failures > 1) return;
    const left = Math.round((kept.expiresAt - now) / 1000);
    const when = left > 0 ? `expires in ${left} s` : `expired ${-left} s ago`;
    this.#report(`the token of ${kept.owner.name} ${when} and could not be renewed: ${messageOf(error)}`);
  }

  #report(message: string): void {
    const now = this.#clock.now();
    if (now - this.#reportedAt < REPORT_EVERY_MS) {
      this.#unreported++;
      return;
    }
    const more = this.#unreported === 0 ? '' : `; ${this.#unreported} more since the last line`;
    this.#reportedAt = now;
    this.#unreported = 0;
    this.#options.onError(`${message}${more}`);
  }

  #deliver(index: number, token: string): void {
    if (this.#receiver) this.#receiver([[index, token]]);
    else this.#undelivered.set(index, token);
  }
}
