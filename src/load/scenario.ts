import type { TaskConfig } from '../config/config.js';

/** A frame from the target: one JSON object. */
export interface Message {
  [key: string]: unknown;
}

/** What a scenario may know and remember of one virtual user. */
export interface User<State = unknown> {
  /** Position among all users of the run, from 0. */
  readonly index: number;
  /** The id under which the target knows the user. */
  readonly id: string;
  /** A secret; undefined for guests. It may change between two connects. */
  readonly token: string | undefined;
  /** Uniform in [0, 1): the user's own generator of random numbers, repeatable by the run's seed. */
  random(): number;
  /** The scenario's own state, made by {@link Scenario.createState}. */
  state: State;
}

/** How to open a user's WebSocket. */
export interface Connect {
  /** Full ws:// or wss:// URL. It may hold a token, so it is never written anywhere. */
  url: string;
  headers?: Record<string, string>;
  protocols?: string[];
}

/** One kind of message and its reply. */
export interface Task<State = unknown> {
  name: string;
  /** Share among all tasks; 0 is never chosen. */
  weight: number;
  timeoutMs: number;
  /** The message to send now: an object, sent as JSON, or the text itself. */
  message(user: User<State>): Message | string;
  /**
   * Whether this frame answers this task. Frames that answer no task that is waiting are pushes. Left out where the scenario
   * pairs replies by id.
   */
  isReply?(message: Message, user: User<State>): boolean;
  /** The kind of failure that this reply stands for, e.g. `error NO_ACTIVE_SESSION`; undefined for success. */
  failure?(message: Message): string | undefined;
  /** What a successful reply changes in the user. */
  onReply?(message: Message, user: User<State>): void;
}

/** A question that the target answers in order with all others on the socket: whatever was asked before and is unanswered by then never will be. */
export interface Resync<State = unknown> {
  message(user: User<State>): Message;
  isReply(message: Message): boolean;
}

/** Pairs each reply with its request by an id that both carry, so that many can be in flight in any order. */
export interface Correlation {
  /** The id in a message that is about to be sent; texts are given parsed. */
  requestId(message: Message): string | number | undefined;
  /** The id in a frame; undefined for one that is no reply. */
  replyId(message: Message): string | number | undefined;
}

/** What virtual users do. */
export interface Scenario<State = unknown> {
  name: string;
  createState(): State;
  connect(user: User<State>): Connect;
  tasks: readonly Task<State>[];
  /** Name of the task that every user does first; left out: by weight. */
  first?: string;
  /** The name under which a frame is counted; left out: its `type`. */
  typeOf?(message: Message): string | undefined;
  correlation?: Correlation;
  /**
   * Sent after a timeout, so that a late reply is told from a lost one. Without it, and without correlation, a timeout ends the
   * user's session, since no later reply could be attributed.
   */
  resync?: Resync<State>;
}

/** What a module can make its scenario from. */
export interface ScenarioOptions {
  /** ws:// or wss:// origin of the target. */
  target: string;
  /** What `message_types` says, by task; it is laid over the scenario's own weights and timeouts in any case. */
  tasks: Readonly<Record<string, Partial<TaskConfig>>>;
  /** For what should stand in no file. */
  env: Readonly<Record<string, string | undefined>>;
}

/** What a module exports, as `scenario` or as its default. */
export type ScenarioModule<State = unknown> = Scenario<State> | ((options: ScenarioOptions) => Scenario<State> | Promise<Scenario<State>>);
