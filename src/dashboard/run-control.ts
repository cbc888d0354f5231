import type { Command, NewRun } from './protocol.js';

/** What is known of a run beside its journal, by whoever started it. */
export interface Standing {
  controllable: boolean;
  /** Whether it was told to stop. */
  stopping: boolean;
  /** Null while it goes on. */
  exitCode: number | null;
  /** The last lines that it said. */
  said: string[];
}

/** What the server may do with runs: passed in by the command, since the server itself starts nothing. */
export interface RunControl {
  /** Undefined for a run that was not started here. */
  standingOf(id: string): Standing | undefined;
  /** @throws Refusal */
  command(id: string, command: Command): Promise<void>;
  /** Starts a run; left out where none can be started. @returns its id as soon as it has a folder. @throws Refusal */
  start?: ((run: NewRun) => Promise<string>) | undefined;
  /** Whether a process still writes to the run's folder. */
  isUnderWay(id: string): Promise<boolean>;
  /** Calls `listener` with the id of a run of which {@link standingOf} says something else now. Returns a function that ends it. */
  follow(listener: (id: string) => void): () => void;
}

/** Something that cannot be done as things are: for the page to show. */
export class Refusal extends Error {
  override name = 'Refusal';
  /** @param issues What is wrong with parts of what was asked, by their name. */
  constructor(
    message: string,
    readonly issues: Record<string, string> = {},
  ) {
    super(message);
  }
}
