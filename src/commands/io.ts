import type { Block } from './screen.js';

/** What a command may use of the process it runs in. */
export interface Io {
  /** Writes to stdout: one document at most. */
  out(text: string): void;
  /** Writes one line to stderr. */
  say(line: string): void;
  /** Writes a line to stderr that the next call replaces; on something that is no terminal it is an ordinary line, and rarer. */
  progress(line: string): void;
  /**
   * Shows lines on stderr below everything else, in place of those that it showed before; what is said meanwhile goes above them. On
   * something that is no terminal it does nothing.
   */
  block(lines: Block): void;
  /** Tells of each key that is pressed while this lasts; returns a function that ends it. Does nothing where there is no keyboard. */
  keys(listener: (key: string) => void): () => void;
  env: NodeJS.ProcessEnv;
  /** Whether stderr is a terminal. */
  isTerminal: boolean;
  /** Whether stdout is one. */
  outIsTerminal: boolean;
  /** Whether stdout takes colours. */
  colour: boolean;
  /** Aborted by SIGINT or SIGTERM, with the signal's name as its reason. */
  signal: AbortSignal;
}
