/**
 * A deadline that moves much more often than it passes: instead of a timer for each request there is one that looks, when it
 * fires, whether the deadline has moved on meanwhile.
 */
export class Timeout {
  readonly #now: () => number;
  readonly #onPassed: () => void;
  #deadline = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #firesAt = Number.POSITIVE_INFINITY;

  /** @param onPassed Called once for each deadline that passes. */
  constructor(now: () => number, onPassed: () => void) {
    this.#now = now;
    this.#onPassed = onPassed;
  }

  /** Moves the deadline; Infinity for none. */
  set(deadline: number): void {
    this.#deadline = deadline;
    if (deadline < this.#firesAt) this.#arm();
  }

  clear(): void {
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#disarm();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#firesAt = this.#deadline;
    this.#timer = setTimeout(() => this.#look(), Math.max(1, Math.ceil(this.#deadline - this.#now())));
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#firesAt = Number.POSITIVE_INFINITY;
  }

  #look(): void {
    this.#disarm();
    if (this.#deadline === Number.POSITIVE_INFINITY) return;
    if (this.#now() < this.#deadline) return this.#arm();
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#onPassed();
  }
}
