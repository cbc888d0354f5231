import type { Clock } from './clock.js';

/** Hands out turns, so many a second and never several at once. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  #nextAt = 0;

  constructor(perSecond: number, clock: Clock) {
    this.#intervalMs = 1000 / perSecond;
    this.#clock = clock;
  }

  /** Waits for a turn; those who wait get theirs in the order in which they asked. Rejects with the signal's reason when that is aborted. */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const now = this.#clock.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + this.#intervalMs;
    if (at > now) await this.#clock.sleep(at - now, signal);
  }

  /** Gives no new turn before so many ms have passed. Those that were given already stand. */
  pause(ms: number): void {
    this.#nextAt = Math.max(this.#nextAt, this.#clock.now() + ms);
  }
}
