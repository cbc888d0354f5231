/** Of a line that does not end so much is held back at the most. */
const MOST_HELD = 256 * 1024;
/** How much of it stays when the rest must go. */
const STILL_HELD = 64 * 1024;
/** What is in front of a secret: a place at which nothing is cut. */
const BEFORE_SECRET = /(?:pass|pwd|secret|token|key|auth|cookie|credential|bearer|basic)[^\n]{0,80}$/i;
const MOST_TRIES = 200;

/** Takes secrets out of a text that comes in pieces: a line is given when it has come as a whole. */
export class RedactingStream {
  readonly #redact: (lines: string) => string;
  readonly #across: (text: string, at: number) => number | undefined;
  #held = '';

  constructor(redact: (lines: string) => string, across: (text: string, at: number) => number | undefined) {
    this.#redact = redact;
    this.#across = across;
  }

  /** @returns what may be written now */
  push(piece: string): string {
    const newline = piece.lastIndexOf('\n');
    if (newline < 0) {
      this.#held += piece;
      return this.#held.length > MOST_HELD ? this.#release() : '';
    }
    const whole = this.#held + piece.slice(0, newline + 1);
    this.#held = piece.slice(newline + 1);
    return this.#redact(whole);
  }

  /** @returns what was held back */
  end(): string {
    const rest = this.#held;
    this.#held = '';
    return rest === '' ? '' : this.#redact(rest);
  }

  /** Gives the beginning of a line that is too long to be waited for, up to a place at which nothing is cut in two. */
  #release(): string {
    let at = this.#held.length - STILL_HELD;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const gap = lastGap(this.#held, at);
      if (gap <= 0) break;
      at = this.#across(this.#held, gap) ?? gap;
      if (at === gap && !BEFORE_SECRET.test(this.#held.slice(Math.max(0, gap - 100), gap))) break;
      at -= 1;
    }
    at = this.#across(this.#held, at) ?? at;
    if (at <= 0) at = this.#held.length - STILL_HELD;
    const begun = this.#held.slice(0, at);
    this.#held = this.#held.slice(at);
    return this.#redact(begun);
  }
}

function lastGap(text: string, before: number): number {
  for (let at = before; at > 0; at--) if (/[\s,;{}]/.test(text.charAt(at))) return at;
  return 0;
}
