import { WebSocket } from 'ws';
import type { ToPage } from './protocol.js';

/** A viewer to whom more than this is still on its way gets nothing more until all of it is there. */
const MOST_BUFFERED = 1 << 20;

/** A viewer that has not answered by the next time is dropped. */
const PING_MS = 15_000;

/** A message as it goes to every viewer alike. */
export type Frame = Buffer;

export const frameOf = (message: ToPage): Frame => Buffer.from(JSON.stringify(message));

interface Viewer {
  socket: WebSocket;
  /** Whether it has a model to which the next batch can be added. */
  hasModel: boolean;
  answered: boolean;
}

/** Everybody who looks at one run. What they are sent is made once for all; one who is slow costs nobody else anything. */
export class Viewers {
  readonly #viewers = new Set<Viewer>();
  readonly #model: () => Frame | undefined;
  readonly #pings: NodeJS.Timeout;

  /**
   * @param model The whole model as it stands; undefined while there is none. Asked for only when somebody needs it.
   * @param pingMs How often viewers are asked whether they are still there.
   */
  constructor(model: () => Frame | undefined, pingMs = PING_MS) {
    this.#model = model;
    this.#pings = setInterval(() => this.#ping(), pingMs);
    this.#pings.unref();
  }

  get count(): number {
    return this.#viewers.size;
  }

  /** Adds a viewer, who is told `first` and the model if there is one. @param onGone is called once, when it has gone. */
  add(socket: WebSocket, first: Frame, onGone: () => void): void {
    const viewer: Viewer = { socket, hasModel: false, answered: true };
    this.#viewers.add(viewer);
    socket.on('pong', () => {
      viewer.answered = true;
    });
    // A broken connection closes, too.
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#viewers.delete(viewer)) onGone();
    });
    send(socket, first);
    this.#sendModel(viewer);
  }

  /** To everybody who has the model that it changes; to others who can take one, the model. */
  batch(frame: Frame): void {
    for (const viewer of this.#viewers) {
      if (viewer.hasModel && viewer.socket.bufferedAmount > MOST_BUFFERED) viewer.hasModel = false;
      if (viewer.hasModel) send(viewer.socket, frame);
      else this.#sendModel(viewer);
    }
  }

  /** Tells everybody the whole model anew. */
  model(): void {
    for (const viewer of this.#viewers) {
      viewer.hasModel = false;
      this.#sendModel(viewer);
    }
  }

  /** To everybody who keeps up. */
  tell(frame: Frame): void {
    for (const viewer of this.#viewers) {
      if (!viewer.hasModel) this.#sendModel(viewer);
      if (viewer.socket.bufferedAmount <= MOST_BUFFERED) send(viewer.socket, frame);
    }
  }

  close(): void {
    clearInterval(this.#pings);
    for (const { socket } of this.#viewers) socket.close(1001);
  }

  #sendModel(viewer: Viewer): void {
    // Behind what it has not got yet a model would be old before it arrives.
    if (viewer.socket.bufferedAmount > MOST_BUFFERED) return;
    const frame = this.#model();
    if (frame === undefined) return;
    viewer.hasModel = true;
    send(viewer.socket, frame);
  }

  #ping(): void {
    for (const viewer of this.#viewers) {
      if (!viewer.answered) {
        viewer.socket.terminate();
        continue;
      }
      viewer.answered = false;
      viewer.socket.ping();
    }
  }
}

/** As text. Of one that is closing meanwhile nothing more is wanted. */
function send(socket: WebSocket, frame: Frame): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(frame, { binary: false });
}
