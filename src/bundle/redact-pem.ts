import { isToken } from './redact-token.js';

const MARK = 'PRIVATE KEY';
const WITHIN_LINE = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.{0,20000}?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/g;
const BEGIN = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*/;
const END = /[A-Za-z0-9+/=]*-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/;
/** The end of a line, whatever a log has put before it: base64 comes in fours. */
const BODY = /(?<![A-Za-z0-9+/=])(?:[A-Za-z0-9+/=]{4})+(?=\s*$)/;

/** A key is no longer than so many lines: what never ends was none. */
const MOST_LINES = 400;
const MOST_OTHER_LINES = 3;

/** Private keys in PEM, over as many lines as they take, with a time or a stream before each line. It remembers a key that has not ended. */
export class PemRedactor {
  #linesLeft = 0;
  #others = 0;

  /** @param text whole lines */
  redact(text: string, hide: (secret: string) => string): string {
    if (this.#linesLeft === 0 && !text.includes(MARK)) return text;
    return text
      .split('\n')
      .map((line) => this.#line(line, hide))
      .join('\n');
  }

  #line(line: string, hide: (secret: string) => string): string {
    if (this.#linesLeft > 0 && !BEGIN.test(line)) return this.#within(line, hide);
    const whole = line.replace(WITHIN_LINE, (key) => hide(key));
    return whole.replace(BEGIN, (begin) => {
      this.#linesLeft = MOST_LINES;
      this.#others = 0;
      return hide(begin);
    });
  }

  #within(line: string, hide: (secret: string) => string): string {
    if (END.test(line)) {
      this.#linesLeft = 0;
      return line.replace(END, (end) => hide(end));
    }
    const isBody = BODY.test(line);
    // Headers within it, and lines of others in between.
    this.#others = isBody || isToken(line.trim()) ? 0 : this.#others + 1;
    this.#linesLeft = this.#others > MOST_OTHER_LINES ? 0 : this.#linesLeft - 1;
    return line.replace(BODY, (body) => hide(body));
  }
}
