import { messageOf } from '../errors.js';
import type { CanaryNews, Recipient, Recipients } from '../recipients.js';
import { allRead } from './canary-clerk.js';
import type { CanaryMark } from './canary-mark.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { CanaryMailbox, type Slot } from './mailbox.js';
import { parseMessage } from './message.js';
import { createRandom } from './random.js';
import type { Scenario } from './scenario.js';
import { timeOfDay } from './shared-clock.js';
import type { UserIdentity } from './virtual-user.js';

/** A few users of the run who are connected and say nothing: for canaries while there is no load. */
export interface Listeners {
  /** How many are connected. */
  readonly count: number;
  /** Why others are not: each kind once, e.g. `http 403`. */
  readonly problems: readonly string[];
  readonly recipients: Recipients;
  /** Closes their sockets (1000), and resolves when they are closed. */
  close(): Promise<void>;
}

export interface ListenersOptions extends Pick<ConnectionOptions, 'timeoutMs' | 'tls'> {
  scenario: Scenario;
  identities: readonly UserIdentity[];
  mark: CanaryMark;
}

/** A target that does not speak first is taken to know who is connected after this time. */
const SILENCE_MS = 1_000;

/** How long a close may take. */
const CLOSE_MS = 2_000;

/**
 * The first users of the run who differ in their id and in their source address; where the system chooses the address, in their id alone.
 *
 * @param users How many users the run has.
 */
export function chooseListeners(identityOf: (index: number) => UserIdentity, users: number, most: number): UserIdentity[] {
  const chosen: UserIdentity[] = [];
  const ids = new Set<string>();
  const addresses = new Set<string>();
  for (let index = 0; index < users && chosen.length < most; index++) {
    const identity = identityOf(index);
    const { id, localAddress } = identity;
    if (ids.has(id) || (localAddress !== undefined && addresses.has(localAddress))) continue;
    ids.add(id);
    if (localAddress !== undefined) addresses.add(localAddress);
    chosen.push(identity);
  }
  return chosen;
}

/** Connects listeners. Those that cannot be connected are problems, not a rejection; when `signal` is aborted all are cut off. */
export async function openListeners({ identities, mark, ...options }: ListenersOptions, signal: AbortSignal): Promise<Listeners> {
  const recipients = new LocalRecipients(mark);
  const all = identities.map((identity) => new Listener(identity, recipients.mailbox, options));
  const cutOff = (): void => {
    for (const listener of all) listener.cutOff();
  };
  if (signal.aborted) cutOff();
  else signal.addEventListener('abort', cutOff, { once: true });
  const problems = await Promise.all(all.map((listener) => listener.ready));
  return {
    count: problems.filter((problem) => problem === undefined).length,
    problems: [...new Set(problems.filter((problem) => problem !== undefined))],
    recipients,
    async close() {
      await Promise.all(all.map((listener) => listener.close()));
      signal.removeEventListener('abort', cutOff);
    },
  };
}

/** The users that are connected from this very thread. */
class LocalRecipients implements Recipients {
  readonly mailbox: CanaryMailbox;
  #news: CanaryNews | undefined;

  constructor(mark: CanaryMark) {
    this.mailbox = new CanaryMailbox(mark, {
      arrived: (seq, at) => this.#news?.arrived(seq, timeOfDay(at)),
      gone: (seqs) => this.#news?.gone(seqs),
    });
  }

  expect(seqs: readonly number[]): Promise<Recipient | undefined> {
    return Promise.resolve(this.mailbox.expect(seqs));
  }

  async missing(seqs: readonly number[]): Promise<readonly number[]> {
    await allRead();
    return this.mailbox.missing(seqs);
  }

  follow(news: CanaryNews): void {
    this.#news = news;
  }
}

/** One user who is connected and says nothing. */
class Listener {
  /** Resolves when canaries can be addressed to it, or with the reason why none can. */
  readonly ready: Promise<string | undefined>;
  readonly #identity: UserIdentity;
  readonly #mailbox: CanaryMailbox;
  readonly #closed: Promise<void>;
  #connection: Connection | undefined;
  #slot: Slot | undefined;
  #silence: NodeJS.Timeout | undefined;
  #onReady: (problem: string | undefined) => void = () => {};
  #onClosed: () => void = () => {};

  constructor(identity: UserIdentity, mailbox: CanaryMailbox, options: Omit<ListenersOptions, 'identities' | 'mark'>) {
    this.#identity = identity;
    this.#mailbox = mailbox;
    this.ready = new Promise((resolve) => {
      this.#onReady = resolve;
    });
    this.#closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
    try {
      this.#connection = this.#connect(options);
    } catch (error) {
      this.#end(`the scenario throws: ${messageOf(error)}`);
    }
  }

  #connect({ scenario, timeoutMs, tls }: Omit<ListenersOptions, 'identities' | 'mark'>): Connection {
    const { token, seed, localAddress } = this.#identity;
    const user = { ...this.#identity, token: token(), random: createRandom(seed), state: scenario.createState() };
    return new Connection(
      scenario.connect(user),
      { timeoutMs, tls, localAddress },
      {
        onOpen: () => {
          this.#silence = setTimeout(() => this.#begin(), SILENCE_MS);
        },
        onRefused: (kind) => this.#end(kind),
        onMessage: (bytes, start, end) => {
          this.#begin();
          const message = parseMessage(bytes, start, end);
          if (message) this.#mailbox.take(message, this.#slot);
        },
        onClose: (code) => this.#end(`close ${code}`),
      },
    );
  }

  #begin(): void {
    clearTimeout(this.#silence);
    this.#slot ??= this.#mailbox.open(this.#identity);
    this.#onReady(undefined);
  }

  #end(reason: string): void {
    clearTimeout(this.#silence);
    if (this.#slot) this.#mailbox.close(this.#slot);
    this.#onReady(reason);
    this.#onClosed();
  }

  cutOff(): void {
    this.#connection?.terminate();
  }

  /** Resolves when the socket is closed, which it may be already. */
  async close(): Promise<void> {
    if (this.#slot) this.#mailbox.leave(this.#slot);
    this.#connection?.close();
    const deadline = setTimeout(() => this.cutOff(), CLOSE_MS);
    await this.#closed;
    clearTimeout(deadline);
  }
}
