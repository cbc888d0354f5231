import type { ToPage } from '../../../dashboard/protocol.js';

/** `ended`: the run has, and there is nothing more to come. */
export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'ended';

export interface ConnectionOptions {
  /** Address of the WebSocket. */
  url: string;
  /** A throw is a page that has lost track: it joins anew. */
  onMessage(message: ToPage): void;
  onState(state: ConnectionState): void;
  /** Makes the socket; the browser's own where it is left out. */
  open?: (url: string) => WebSocket;
  /** 0 to 1: how much of the wait is cut off, so that many pages do not come back at the same time. */
  random?: () => number;
}

const FIRST_WAIT_MS = 500;
const MOST_WAIT_MS = 15_000;

/** How long to wait before the next attempt, the first being 0. @param random 0 to 1. */
export const backoffMs = (attempt: number, random: number): number =>
  Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt) * (1 - random * 0.3);

/** One page's line to the server. Comes back by itself until the run has ended or it is closed; the server then tells the whole run anew. */
export class Connection {
  readonly #options: ConnectionOptions;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #state: ConnectionState = 'connecting';
  #hasEnded = false;
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#open();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** There is nothing more to come: when the server goes now, nobody comes back. */
  end(): void {
    this.#hasEnded = true;
    this.#set('ended');
  }

  /** Tries at once, if there is no line: as when the network is back, or somebody looks again. */
  retryNow(): void {
    if (this.#timer === undefined || this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#attempt = 0;
    this.#open();
  }

  /** Lets go of the line until {@link retryNow}: for a page that the browser puts to sleep. */
  pause(): void {
    if (this.#isClosed || this.#hasEnded) return;
    this.#drop();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(), MOST_WAIT_MS);
    this.#set('reconnecting');
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drop();
  }

  #open(): void {
    this.#timer = undefined;
    const open = this.#options.open ?? ((url: string) => new WebSocket(url));
    const socket = open(this.#options.url);
    this.#socket = socket;
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      if (this.#socket !== socket) return;
      this.#attempt = 0;
      if (!this.#hasEnded) this.#set('connected');
      try {
        this.#options.onMessage(JSON.parse(data) as ToPage);
      } catch {
        // What came does not fit what was there: the whole run told anew does.
        this.#lose();
      }
    };
    // A failed connect closes, too.
    socket.onclose = () => {
      if (this.#socket === socket) this.#lose();
    };
  }

  #lose(): void {
    this.#drop();
    if (this.#isClosed || this.#hasEnded) return;
    const wait = backoffMs(this.#attempt++, (this.#options.random ?? Math.random)());
    this.#timer = setTimeout(() => this.#open(), wait);
    this.#set('reconnecting');
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #set(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onState(state);
  }
}
