import { Connection, type HandshakeTimes, type TlsOptions } from './connection.js';
import { InFlight, type Request } from './in-flight.js';
import type { CanaryMailbox, Slot } from './mailbox.js';
import { parseMessage, typeOf, UNTYPED } from './message.js';
import { createRandom } from './random.js';
import { CONNECT, type Recorder } from './recorder.js';
import type { Message, Scenario, Task, User } from './scenario.js';
import { Timeout } from './timeout.js';

/**
 * `closed`: the next task comes a think time after the reply to the last. `paced`: it comes a think time after the last one was
 * due, whether or not that was answered, as a GPS reports its fixes.
 */
export type Rhythm = 'closed' | 'paced';

/** How long users wait before they reconnect: `firstMs`, doubled with each failure in a row up to `mostMs`, of which a random half is left out. */
export interface Backoff {
  firstMs: number;
  mostMs: number;
  /** Failures in a row after which a user gives up for good. */
  attempts: number;
}

/** What all users of one engine share. */
export interface UserContext {
  scenario: Scenario;
  /** Picks a task by weight, given a uniform random number in [0, 1). */
  pickTask(random: number): Task;
  recorder: Recorder;
  /** Where canaries are waited for; undefined: there are none. */
  mailbox: CanaryMailbox | undefined;
  rhythm: Rhythm;
  thinkTimeMs: readonly [number, number];
  connectTimeoutMs: number;
  backoff: Backoff;
  tls: TlsOptions | undefined;
  /** Monotonic clock in ms. */
  now(): number;
  /** The user has stopped for good. */
  onEnded(user: VirtualUser): void;
}

/** Who a virtual user is. */
export interface UserIdentity {
  index: number;
  id: string;
  /** Asked before each connect, since tokens are refreshed while the load runs. */
  token(): string | undefined;
  localAddress: string | undefined;
  seed: number;
}

/** How long a user rests after its scenario has thrown. */
const AFTER_EXCEPTION_MS = 1_000;

/** One simulated person with one WebSocket: connects, does its tasks, reconnects when it is dropped. */
export class VirtualUser {
  readonly #context: UserContext;
  readonly #identity: UserIdentity;
  readonly #user: User;
  readonly #random: () => number;
  readonly #inFlight: InFlight;
  readonly #timeout: Timeout;
  #connection: Connection | undefined;
  #connected = false;
  /** The user's place in the mailbox, from the first frame on a connection to its end. */
  #slot: Slot | undefined;
  #connectStartedAt = 0;
  /** When the connection was lost that the user is trying to get back. */
  #droppedAt: number | undefined;
  #thinkTimer: NodeJS.Timeout | undefined;
  #backoffTimer: NodeJS.Timeout | undefined;
  #failedConnects = 0;
  #didFirst = false;
  #stopping = false;
  #ended = false;

  constructor(identity: UserIdentity, context: UserContext) {
    this.#context = context;
    this.#identity = identity;
    this.#random = createRandom(identity.seed);
    this.#inFlight = new InFlight(context.scenario);
    this.#timeout = new Timeout(context.now, () => this.#onTimeout());
    this.#user = {
      index: identity.index,
      id: identity.id,
      get token() {
        return identity.token();
      },
      random: this.#random,
      state: context.scenario.createState(),
    };
  }

  /** Whether the user has stopped for good, told to or not. */
  get ended(): boolean {
    return this.#ended;
  }

  get connected(): boolean {
    return this.#connected;
  }

  start(): void {
    this.#connect();
  }

  /** Waits for the replies that are still to come, closes and ends. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    clearTimeout(this.#thinkTimer);
    if (this.#slot) this.#context.mailbox?.leave(this.#slot);
    if (this.#inFlight.waiting === 0) this.#leave();
  }

  /** Ends at once, without a closing handshake. */
  kill(): void {
    this.#stopping = true;
    this.#connection?.terminate();
    this.#end();
  }

  #leave(): void {
    if (this.#connected) this.#connection?.close();
    else if (this.#connection) this.kill();
    else this.#end();
  }

  #end(): void {
    clearTimeout(this.#thinkTimer);
    clearTimeout(this.#backoffTimer);
    this.#timeout.clear();
    if (this.#ended) return;
    this.#ended = true;
    this.#context.onEnded(this);
  }

  #connect(): void {
    const { scenario, connectTimeoutMs, tls, now } = this.#context;
    this.#connectStartedAt = now();
    this.#connection = this.#attempt(
      () =>
        new Connection(
          scenario.connect(this.#user),
          { timeoutMs: connectTimeoutMs, localAddress: this.#identity.localAddress, tls },
          {
            onOpen: (times) => this.#onOpen(times),
            onRefused: (kind) => this.#onRefused(kind),
            onMessage: (bytes, start, end) => this.#onMessage(bytes, start, end),
            onClose: (code, by) => this.#onClose(code, by),
          },
        ),
    );
    if (!this.#connection) this.#onRefused('exception');
  }

  #onOpen(times: HandshakeTimes): void {
    const { recorder, now } = this.#context;
    this.#recordConnect(undefined);
    recorder.handshake(times);
    if (this.#droppedAt !== undefined) recorder.reconnected(now() - this.#droppedAt);
    this.#droppedAt = undefined;
    this.#connected = true;
    this.#failedConnects = 0;
    if (this.#stopping) this.#leave();
    // A paced user's schedule goes on while it has no connection.
    else if (this.#thinkTimer === undefined) this.#perform(now());
  }

  #onRefused(kind: string): void {
    this.#connection = undefined;
    // A handshake that stop() itself broke off says nothing about the target.
    if (this.#stopping) return this.#end();
    this.#recordConnect(kind);
    this.#reconnect();
  }

  #recordConnect(failure: string | undefined): void {
    const elapsed = this.#context.now() - this.#connectStartedAt;
    this.#context.recorder.task(CONNECT).ended(elapsed, elapsed, failure);
  }

  #reconnect(): void {
    const { firstMs, mostMs, attempts } = this.#context.backoff;
    if (this.#failedConnects >= attempts) return this.#end();
    const wait = Math.min(mostMs, firstMs * 2 ** this.#failedConnects++);
    this.#backoffTimer = setTimeout(() => this.#connect(), wait * (0.5 + this.#random() / 2));
  }

  #onClose(code: number, by: 'client' | 'server'): void {
    const { recorder, mailbox, rhythm, now } = this.#context;
    const closedAt = now();
    if (this.#slot) mailbox?.close(this.#slot);
    this.#slot = undefined;
    this.#timeout.clear();
    this.#connected = false;
    this.#connection = undefined;
    recorder.closed(code, by);
    for (const request of this.#inFlight.clear()) this.#record(request, closedAt, `close ${code}`);
    if (this.#stopping) return this.#end();
    if (rhythm === 'closed' && this.#thinkTimer) {
      clearTimeout(this.#thinkTimer);
      this.#thinkTimer = undefined;
      recorder.unsent();
    }
    if (by === 'server') recorder.dropped(code);
    this.#droppedAt = closedAt;
    this.#reconnect();
  }

  #nextTask(): Task {
    const { scenario, pickTask } = this.#context;
    const first = this.#didFirst ? undefined : scenario.tasks.find((task) => task.name === scenario.first);
    this.#didFirst = true;
    return first ?? pickTask(this.#random());
  }

  #perform(intendedAt: number): void {
    const { scenario, recorder, rhythm, now } = this.#context;
    this.#thinkTimer = undefined;
    if (!this.#connected) {
      recorder.unsent();
      return this.#think(intendedAt);
    }
    const task = this.#nextTask();
    const request = this.#attempt(() => {
      const message = task.message(this.#user);
      const id = scenario.correlation?.requestId(typeof message === 'string' ? JSON.parse(message) : message);
      return { id, text: typeof message === 'string' ? message : JSON.stringify(message) };
    });
    const sentAt = now();
    // A scenario that throws each time must not keep the thread to itself.
    if (!request) return this.#wake(sentAt + AFTER_EXCEPTION_MS);
    // Node's timers count whole milliseconds and can fire a fraction early.
    this.#inFlight.add({ task, id: request.id, sentAt, intendedAt: Math.min(intendedAt, sentAt), expired: false });
    if (this.#inFlight.waiting === 1) this.#timeout.set(sentAt + task.timeoutMs);
    else this.#timeout.set(this.#inFlight.nextDeadline());
    this.#connection?.send(request.text);
    recorder.sent(sentAt - intendedAt);
    if (rhythm === 'paced') this.#think(intendedAt);
  }

  /** Has the next task come a think time after `since`. */
  #think(since: number): void {
    const [least, greatest] = this.#context.thinkTimeMs;
    // A user that does not think sends from where it received: a timer would make it wait for the next turn of the event loop.
    if (greatest === 0) this.#perform(since);
    else this.#wake(since + least + this.#random() * (greatest - least));
  }

  #wake(at: number): void {
    this.#thinkTimer = setTimeout(() => this.#perform(at), Math.max(0, at - this.#context.now()));
  }

  /** A request was answered, or its timeout has passed. */
  #settled(at: number): void {
    if (this.#stopping) {
      if (this.#inFlight.waiting === 0) this.#leave();
    } else if (this.#context.rhythm === 'closed') {
      this.#think(at);
    }
  }

  #onTimeout(): void {
    const { scenario, now } = this.#context;
    const at = now();
    const late = this.#inFlight.expire(at);
    this.#timeout.set(this.#inFlight.nextDeadline());
    if (late.length === 0) return;
    for (const request of late) this.#record(request, at, 'timeout');
    if (!scenario.correlation) {
      // No later reply could be attributed to its request any more.
      if (!scenario.resync) return this.#connection?.terminate();
      this.#resync(at);
    }
    this.#settled(at);
  }

  #resync(at: number): void {
    const { resync } = this.#context.scenario;
    const text = this.#attempt(() => JSON.stringify(resync?.message(this.#user)));
    if (text === undefined) return;
    this.#inFlight.add({ task: undefined, id: undefined, sentAt: at, intendedAt: at, expired: false });
    this.#connection?.send(text);
  }

  #onMessage(bytes: Buffer, start: number, end: number): void {
    const { scenario, recorder, mailbox, now } = this.#context;
    const receivedAt = now();
    const message = parseMessage(bytes, start, end);
    if (!message) return recorder.pushed(UNTYPED);
    // Before all else: to a scenario any frame may look like a reply.
    if (mailbox !== undefined && this.#isCanary(message, mailbox)) return;
    const type = (scenario.typeOf ?? typeOf)(message) ?? UNTYPED;
    const request = this.#attempt(() => this.#inFlight.match(message, this.#user));
    if (!request) return recorder.pushed(type);
    const task = request.task;
    if (!task) return;
    const record = recorder.task(task.name);
    if (request.expired) return record.lateReply(type);
    const failure = task.failure && this.#attempt(() => task.failure?.(message));
    record.replied(type, end - start);
    record.ended(receivedAt - request.sentAt, receivedAt - request.intendedAt, failure);
    if (failure === undefined && task.onReply) this.#attempt(() => task.onReply?.(message, this.#user));
    if (this.#inFlight.waiting > 0) this.#timeout.set(this.#inFlight.nextDeadline());
    this.#settled(receivedAt);
  }

  #isCanary(message: Message, mailbox: CanaryMailbox): boolean {
    if (this.#slot === undefined && !this.#stopping) this.#slot = mailbox.open(this.#identity);
    return mailbox.take(message, this.#slot);
  }

  #record({ task, sentAt, intendedAt }: Request, endedAt: number, failure: string | undefined): void {
    if (task) this.#context.recorder.task(task.name).ended(endedAt - sentAt, endedAt - intendedAt, failure);
  }

  /** Calls the scenario's code: what it throws is an exception of the run, not the end of it. */
  #attempt<T>(call: () => T): T | undefined {
    try {
      return call();
    } catch (error) {
      this.#context.recorder.exception(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
      return undefined;
    }
  }
}
