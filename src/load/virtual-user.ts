import { Connection } from './connection.js';
import { InFlight, type Request } from './in-flight.js';
import { parseMessage } from './message.js';
import { createRandom, pickWeighted } from './random.js';
import { CONNECT, type Recorder, type TaskRecorder } from './recorder.js';
import type { Scenario, Task, User } from './scenario.js';

/** What all users of one engine share. */
export interface UserContext {
  scenario: Scenario;
  recorder: Recorder;
  thinkTimeMs: readonly [number, number];
  connectTimeoutMs: number;
  /** Monotonic clock in ms. */
  now(): number;
  /** The user has stopped for good. */
  onEnded(user: VirtualUser): void;
}

/** Who a virtual user is. */
export interface UserIdentity {
  index: number;
  id: string;
  token: string | undefined;
  localAddress: string | undefined;
  seed: number;
}

/** Waits before a reconnect: 1 s, doubled with each failure in a row up to 30 s, of which a random half is left out. */
const BACKOFF_MS = { first: 1_000, most: 30_000 };

/** The type under which frames are counted that are not a JSON object with a `type`. */
const UNTYPED = '(untyped)';

/** One simulated person with one WebSocket: connects, does its tasks one at a time with think time in between, reconnects when it is dropped. */
export class VirtualUser {
  readonly #context: UserContext;
  readonly #localAddress: string | undefined;
  readonly #user: User;
  readonly #random: () => number;
  readonly #inFlight = new InFlight();
  #connection: Connection | undefined;
  #connectStartedAt = 0;
  #connected = false;
  /** The request that the user waits for; undefined while it thinks. */
  #waiting: Request | undefined;
  /** Whichever of think time, task timeout and backoff is running: never two of them. */
  #timer: NodeJS.Timeout | undefined;
  #failedConnects = 0;
  #didFirst = false;
  #stopping = false;
  #ended = false;

  constructor(identity: UserIdentity, context: UserContext) {
    this.#context = context;
    this.#localAddress = identity.localAddress;
    this.#random = createRandom(identity.seed);
    this.#user = {
      index: identity.index,
      id: identity.id,
      token: identity.token,
      random: this.#random,
      state: context.scenario.createState(),
    };
  }

  get connected(): boolean {
    return this.#connected;
  }

  start(): void {
    this.#connect();
  }

  /** Finishes the task under way, closes and ends. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    if (!this.#waiting) this.#leave();
  }

  /** Ends at once, without a closing handshake. */
  kill(): void {
    this.#stopping = true;
    clearTimeout(this.#timer);
    if (this.#connection) this.#connection.terminate();
    this.#end();
  }

  #leave(): void {
    clearTimeout(this.#timer);
    if (this.#connected) this.#connection?.close();
    else if (this.#connection) this.kill();
    else this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#context.onEnded(this);
  }

  #connect(): void {
    const { scenario, connectTimeoutMs, now } = this.#context;
    this.#connectStartedAt = now();
    this.#connection = this.#attempt(
      () =>
        new Connection(
          scenario.connect(this.#user),
          { timeoutMs: connectTimeoutMs, localAddress: this.#localAddress },
          {
            onOpen: () => this.#onOpen(),
            onRefused: (kind) => this.#onRefused(kind),
            onMessage: (data) => this.#onMessage(data),
            onClose: (code, by) => this.#onClose(code, by),
          },
        ),
    );
    if (!this.#connection) this.#onRefused('exception');
  }

  #onOpen(): void {
    this.#recordConnect(undefined);
    this.#connected = true;
    this.#failedConnects = 0;
    if (this.#stopping) this.#leave();
    else this.#perform(this.#nextTask(), this.#context.now());
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
    const wait = Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** this.#failedConnects++);
    this.#timer = setTimeout(() => this.#connect(), wait * (0.5 + this.#random() / 2));
  }

  #onClose(code: number, by: 'client' | 'server'): void {
    const { recorder, now } = this.#context;
    clearTimeout(this.#timer);
    this.#connected = false;
    this.#connection = undefined;
    recorder.closed(code, by);
    if (!this.#waiting && !this.#stopping) recorder.unsent();
    this.#waiting = undefined;
    for (const request of this.#inFlight.clear()) this.#record(request, now(), `close ${code}`);
    if (this.#stopping) return this.#end();
    if (by === 'server') recorder.dropped(code);
    this.#reconnect();
  }

  #nextTask(): Task {
    const { scenario } = this.#context;
    const first = this.#didFirst ? undefined : scenario.tasks.find((task) => task.name === scenario.first);
    this.#didFirst = true;
    return first ?? pickWeighted(scenario.tasks, this.#random());
  }

  #perform(task: Task, intendedAt: number): void {
    const text = this.#attempt(() => JSON.stringify(task.message(this.#user)));
    if (text === undefined) return this.#think();
    const sentAt = this.#context.now();
    // Node's timers count whole milliseconds and can fire a fraction early.
    const request: Request = { task, sentAt, intendedAt: Math.min(intendedAt, sentAt), expired: false };
    this.#waiting = request;
    this.#inFlight.add(request);
    this.#timer = setTimeout(() => this.#onTimeout(request), task.timeoutMs);
    this.#connection?.send(text);
  }

  #think(): void {
    this.#waiting = undefined;
    if (this.#stopping) return this.#leave();
    const { thinkTimeMs, now } = this.#context;
    const [least, greatest] = thinkTimeMs;
    const wait = least + this.#random() * (greatest - least);
    const intendedAt = now() + wait;
    this.#timer = setTimeout(() => this.#perform(this.#nextTask(), intendedAt), wait);
  }

  #onTimeout(request: Request): void {
    const { scenario, now } = this.#context;
    request.expired = true;
    this.#record(request, now(), 'timeout');
    const resync = scenario.resync;
    if (!resync) {
      // No later reply could be attributed to its request any more.
      this.#connection?.terminate();
      return;
    }
    const text = this.#attempt(() => JSON.stringify(resync.message(this.#user)));
    if (text !== undefined) {
      this.#inFlight.add({ task: undefined, sentAt: now(), intendedAt: now(), expired: false });
      this.#connection?.send(text);
    }
    this.#think();
  }

  #onMessage(data: Buffer): void {
    const { scenario, recorder, now } = this.#context;
    const receivedAt = now();
    const message = parseMessage(data);
    const request = message && this.#attempt(() => this.#inFlight.match(message, this.#user, scenario.resync));
    if (!message || !request) return recorder.pushed(message?.type ?? UNTYPED);
    const task = request.task;
    if (!task) return;
    if (request.expired) return recorder.task(task.name).lateReply(message.type);
    clearTimeout(this.#timer);
    recorder.task(task.name).replied(message.type, data.length);
    const failure = this.#attempt(() => task.failure?.(message));
    this.#record(request, receivedAt, failure);
    if (failure === undefined) this.#attempt(() => task.onReply?.(message, this.#user));
    this.#think();
  }

  #record(request: Request, endedAt: number, failure: string | undefined): void {
    this.#taskRecorder(request)?.ended(endedAt - request.sentAt, endedAt - request.intendedAt, failure);
  }

  #taskRecorder(request: Request): TaskRecorder | undefined {
    return request.task && this.#context.recorder.task(request.task.name);
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
