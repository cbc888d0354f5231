/** A connected virtual user that canaries are addressed to. */
export interface Recipient {
  /** The id under which the target knows the user. */
  user: string;
  /** The user's position among all of the run: two that share an account are not the same. */
  index: number;
  /** The address that the user connected from; `default` where the system chose it. */
  address: string;
}

/** What becomes of canaries, as it is known. */
export interface CanaryNews {
  /** One was received by the user that it was addressed to; called again when it comes again. @param at Unix ms by this thread's own clock. */
  arrived(seq: number, at: number): void;
  /** Their recipient's socket closed before they came. */
  gone(seqs: readonly number[]): void;
}

/** The virtual users that are connected now, as canaries see them. */
export interface Recipients {
  /**
   * Chooses a user, round robin over source addresses and then over the users of one, who then waits for these canaries.
   * undefined: nobody is connected. Never rejects.
   */
  expect(seqs: readonly number[]): Promise<Recipient | undefined>;
  /**
   * Those of these canaries that have not come although their recipient's socket is open and everything that reached it was read.
   * What nobody can say that of (a worker is gone or does not answer) is left out. Never rejects.
   */
  missing(seqs: readonly number[]): Promise<readonly number[]>;
  /** Tells what happens from now on; there is one follower at a time. */
  follow(news: CanaryNews): void;
}
