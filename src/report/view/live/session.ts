import type { Command } from '../../../dashboard/protocol.js';
import { api, liveUrl } from './api.js';
import { Connection, type ConnectionState } from './connection.js';
import { type LiveView, NOTHING_YET, receive } from './live-view.js';

/** A run as a page sees it now. */
export interface Seen {
  view: LiveView;
  connection: ConnectionState;
}

export const UNSEEN: Seen = { view: NOTHING_YET, connection: 'connecting' };

/**
 * Follows one run. What comes is taken in as it comes, which is little work; it is shown with the next frame that the browser draws, and a page
 * that nobody sees draws none: however long it was away, there is one thing to draw when it is back.
 */
export class Session {
  readonly #id: string;
  readonly #show: (seen: Seen) => void;
  readonly #onNews: (view: LiveView) => void;
  readonly #connection: Connection;
  readonly #listeners = new AbortController();
  #seen: Seen = UNSEEN;
  #frame: number | undefined;

  /** @param show Called with a frame, and so not while nobody looks. @param onNews Called at once, for what is seen of a page in the background. */
  constructor(id: string, show: (seen: Seen) => void, onNews: (view: LiveView) => void) {
    this.#id = id;
    this.#show = show;
    this.#onNews = onNews;
    this.#connection = new Connection({
      url: liveUrl(id, location),
      onMessage: (message) => {
        const view = receive(this.#seen.view, message, Date.now());
        this.#set({ ...this.#seen, view });
        if (view.run?.state === 'finished' && view.model?.kind === 'report') this.#connection.end();
        this.#onNews(view);
      },
      onState: (connection) => this.#set({ ...this.#seen, connection }),
    });
    const { signal } = this.#listeners;
    const retry = (): void => this.#connection.retryNow();
    addEventListener('online', retry, { signal });
    addEventListener('pageshow', retry, { signal });
    document.addEventListener('visibilitychange', () => document.hidden || retry(), { signal });
    document.addEventListener('resume', retry, { signal });
    // A page that the browser puts to sleep takes nothing more in: the server is not to wait for it.
    document.addEventListener('freeze', () => this.#connection.pause(), { signal });
  }

  retry(): void {
    this.#connection.retryNow();
  }

  /** @throws ApiError */
  async command(command: Command): Promise<void> {
    await api.command(this.#id, command);
  }

  close(): void {
    this.#listeners.abort();
    this.#connection.close();
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
  }

  #set(seen: Seen): void {
    this.#seen = seen;
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#show(this.#seen);
    });
  }
}
