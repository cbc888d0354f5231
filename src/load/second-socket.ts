import { Connection, type ConnectionOptions } from './connection.js';
import { createRandom } from './random.js';
import type { Scenario, User } from './scenario.js';
import type { UserIdentity } from './virtual-user.js';

/** What became of two sockets of one user. */
export interface SecondSocketResult {
  /** `evicts`: the first is closed. `both`: both stay. `refused`: the second is not let in. */
  outcome: 'evicts' | 'both' | 'refused';
  /** Close code, or the kind of the refusal; says of `both` for how long they were watched. */
  detail: string;
}

/** A target that does not speak first is taken to know who is connected after this time. */
const SILENCE_MS = 1_000;

/** A target that keeps one socket a user closes the other as soon as it knows of two. */
const EVICTION_MS = 1_000;

/** How long a close may take. */
const CLOSE_MS = 2_000;

/**
 * Opens two sockets of one user from one address, sees whether both stay, and closes them.
 *
 * Rejects with the kind of the failure, e.g. `http 403`, when the first cannot be opened or does not stay by itself, and with the signal's
 * reason when that is aborted.
 */
export async function openSecondSocket(
  scenario: Scenario,
  identity: UserIdentity,
  options: Pick<ConnectionOptions, 'timeoutMs' | 'tls'>,
  signal: AbortSignal,
): Promise<SecondSocketResult> {
  signal.throwIfAborted();
  const user = (): User => ({
    ...identity,
    token: identity.token(),
    random: createRandom(identity.seed),
    state: scenario.createState(),
  });
  const sockets: Watched[] = [];
  const open = (): Watched => {
    const socket = new Watched(scenario, user(), { ...options, localAddress: identity.localAddress });
    sockets.push(socket);
    return socket;
  };
  const cutOff = (): void => {
    for (const socket of sockets) socket.cutOff();
  };
  signal.addEventListener('abort', cutOff, { once: true });
  try {
    const first = open();
    const refused = await first.opened;
    if (refused !== undefined) throw new Error(refused);
    const lost = await Promise.race([first.closed, first.heard, within(SILENCE_MS)]);
    if (lost !== undefined) throw new Error(lost);
    return await compare(first, open());
  } finally {
    await Promise.all(sockets.map((socket) => socket.close()));
    signal.removeEventListener('abort', cutOff);
    // What was seen of sockets that were cut off says nothing of the target.
    signal.throwIfAborted();
  }
}

async function compare(first: Watched, second: Watched): Promise<SecondSocketResult> {
  const refused = await second.opened;
  if (refused !== undefined) return { outcome: 'refused', detail: refused };
  const evicted = first.closed.then((detail): SecondSocketResult => ({ outcome: 'evicts', detail }));
  const thrownOut = second.closed.then((detail): SecondSocketResult => ({ outcome: 'refused', detail }));
  const stayed = within(EVICTION_MS).then((): SecondSocketResult => ({ outcome: 'both', detail: `for ${EVICTION_MS / 1000} s` }));
  return await Promise.race([evicted, thrownOut, stayed]);
}

/** Resolves after so many ms; does not keep the process. */
function within(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms).unref());
}

/** A promise and the way to keep it. */
function once<T>(): { promise: Promise<T>; resolve(value: T): void } {
  let keep: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    keep = resolve;
  });
  return { promise, resolve: keep };
}

/** One socket that says nothing. */
class Watched {
  /** Resolves when it is open, or with the reason why it is not. */
  readonly opened: Promise<string | undefined>;
  /** Resolves with the first frame. */
  readonly heard: Promise<undefined>;
  /** Resolves with `close <code>` when an open one closes. */
  readonly closed: Promise<string>;
  readonly #connection: Connection;

  constructor(scenario: Scenario, user: User, options: ConnectionOptions) {
    const opened = once<string | undefined>();
    const heard = once<undefined>();
    const closed = once<string>();
    this.opened = opened.promise;
    this.heard = heard.promise;
    this.closed = closed.promise;
    this.#connection = new Connection(scenario.connect(user), options, {
      onOpen: () => opened.resolve(undefined),
      onRefused: opened.resolve,
      onMessage: () => heard.resolve(undefined),
      onClose: (code) => closed.resolve(`close ${code}`),
    });
  }

  cutOff(): void {
    this.#connection.terminate();
  }

  /** Resolves when it is closed, which it may be already. */
  async close(): Promise<void> {
    this.#connection.close();
    const deadline = setTimeout(() => this.cutOff(), CLOSE_MS);
    // One that was never open does not close.
    if ((await this.opened) === undefined) await this.closed;
    clearTimeout(deadline);
  }
}
