/** One line of a log, without its newline. */
export interface LogLine {
  text: string;
  /** Where it was written to, where that is known. */
  stream?: 'stdout' | 'stderr';
  /** When, by the source's clock: RFC 3339 in UTC with nanoseconds, where the source says it. */
  time?: string;
}

/** Takes the lines as they are read. */
export interface LogSink {
  line(line: LogLine): void;
  /** What a source waits for before it reads on, so that memory stays bounded where lines come faster than they can be kept. Never rejects. */
  ready?(): Promise<void> | undefined;
}

/** Hears what else there is to tell of a log. */
export interface LogTeller {
  /** Lines may be missing, or have been read twice. */
  gap(message: string): void;
  /** Something happened that lost nothing. */
  note(what: string, detail?: string): void;
}

/** Reads one log from the moment of its start on and gives each line to its sink once. */
export interface LogSource {
  /** Takes the place from which on lines count. Never rejects for a log that cannot be read now: catchUp() says so. */
  start(signal: AbortSignal): Promise<void>;
  /**
   * Takes in what the log holds by now. True: every line since the start has been given, but for those of which it told a gap.
   * False: not yet, and nothing is lost so far. @throws when the log cannot be read; a later call goes on from the same place
   */
  catchUp(tell: LogTeller, signal: AbortSignal): Promise<boolean>;
  /** Ends what it started. Gives no line afterwards. */
  close(): Promise<void>;
}

/** The Docker Engine does not answer. That is no fault of one log: all that it keeps wait, and lose nothing. */
export class EngineLostError extends Error {
  override name = 'EngineLostError';
}
