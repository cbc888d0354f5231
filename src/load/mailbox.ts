import type { CanaryNews, Recipient } from '../recipients.js';
import { CanaryFinder, type CanaryMark } from './canary-mark.js';
import { Rotation } from './rotation.js';
import type { Message } from './scenario.js';
import { sharedNow } from './shared-clock.js';

/** Who can be chosen. */
export interface Addressee {
  index: number;
  id: string;
  localAddress: string | undefined;
}

/** One open connection of a user. A user who reconnects gets another. */
export interface Slot {
  readonly addressee: Addressee;
  readonly address: string;
  /** Canaries that have not come yet. */
  readonly pending: Set<number>;
}

/** The name of the address where the system chose it. */
const DEFAULT_ADDRESS = 'default';

/** So many canaries are remembered, so that one that comes again is known. */
const REMEMBERED = 10_000;

/** The users of one thread who are connected, and the canaries that they wait for. */
export class CanaryMailbox {
  readonly #finder: CanaryFinder;
  readonly #news: CanaryNews;
  readonly #byAddress = new Map<string, Rotation<Slot>>();
  readonly #addresses = new Rotation<string>();
  /** To whom canaries are addressed, oldest first. */
  readonly #expected = new Map<number, Slot>();

  /** @param news Its times are those of {@link sharedNow}. */
  constructor(mark: CanaryMark, news: CanaryNews) {
    this.#finder = new CanaryFinder(mark);
    this.#news = news;
  }

  /**
   * A user can be chosen from now on. To be told with the first frame that the target sends on a connection and no earlier: an open socket
   * does not mean that the target already knows whose it is.
   */
  open(addressee: Addressee): Slot {
    const address = addressee.localAddress ?? DEFAULT_ADDRESS;
    const slot = { addressee, address, pending: new Set<number>() };
    const users = this.#byAddress.get(address) ?? new Rotation<Slot>();
    this.#byAddress.set(address, users);
    users.add(slot);
    this.#addresses.add(address);
    return slot;
  }

  /** A user is about to leave and is chosen no more. */
  leave(slot: Slot): void {
    const users = this.#byAddress.get(slot.address);
    users?.delete(slot);
    if (users?.size === 0) this.#addresses.delete(slot.address);
  }

  /** The connection is gone, and what it waited for is with it. */
  close(slot: Slot): void {
    this.leave(slot);
    if (slot.pending.size === 0) return;
    this.#news.gone([...slot.pending]);
    slot.pending.clear();
  }

  /** Chooses a user who then waits for these canaries; undefined: nobody is connected. */
  expect(seqs: readonly number[]): Recipient | undefined {
    const address = this.#addresses.next();
    const slot = address === undefined ? undefined : this.#byAddress.get(address)?.next();
    if (slot === undefined) return undefined;
    for (const seq of seqs) {
      this.#expected.set(seq, slot);
      slot.pending.add(seq);
    }
    while (this.#expected.size > REMEMBERED) this.#forgetOldest();
    return { user: slot.addressee.id, index: slot.addressee.index, address: slot.address };
  }

  /** Those of these canaries that an open connection still waits for. */
  missing(seqs: readonly number[]): number[] {
    return seqs.filter((seq) => this.#expected.get(seq)?.pending.has(seq));
  }

  /**
   * Takes a canary out of what a connection receives; false when the frame is none.
   *
   * One that is not addressed to this connection is taken and not told: users who share an account get each other's, and one that went to
   * the wrong user has not arrived.
   */
  take(message: Message, slot: Slot | undefined): boolean {
    const seq = this.#finder.seqIn(message);
    if (seq === undefined) return false;
    if (slot !== undefined && this.#expected.get(seq) === slot) {
      slot.pending.delete(seq);
      this.#news.arrived(seq, sharedNow());
    }
    return true;
  }

  #forgetOldest(): void {
    const [oldest] = this.#expected;
    if (oldest === undefined) return;
    const [seq, slot] = oldest;
    slot.pending.delete(seq);
    this.#expected.delete(seq);
  }
}
