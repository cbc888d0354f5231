import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';
import { until } from '../helpers/until.js';

const PATIENCE_MS = 15_000;

export interface Received {
  type: string;
  [key: string]: unknown;
}

/** A WebSocket client that keeps every frame it gets. */
export class Client {
  readonly frames: Received[] = [];
  closeCode: number | undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => this.frames.push(JSON.parse(data.toString())));
    socket.on('close', (code) => {
      this.closeCode = code;
    });
    // A replica that crashes resets its sockets; the close code says so.
    socket.on('error', () => undefined);
  }

  /** Rejects with `Unexpected server response: 403` and the like. */
  static async open(url: string, options: ClientOptions = {}): Promise<Client> {
    const client = new Client(new WebSocket(url, { perMessageDeflate: false, ...options }));
    await once(client.socket, 'open');
    await client.next('connected');
    return client;
  }

  /** Takes the first frame of this type out of those received, once it is there. */
  async next(type: string): Promise<Received> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const at = this.frames.findIndex((frame) => frame.type === type);
      const [frame] = at < 0 ? [] : this.frames.splice(at, 1);
      if (frame !== undefined) return frame;
      // The listener of the constructor comes first: the frame is kept by the time this goes on.
      await once(this.socket, 'message', { signal });
    }
  }

  async ask(message: object, reply: string): Promise<Received> {
    this.socket.send(JSON.stringify(message));
    return this.next(reply);
  }

  async closed(): Promise<number> {
    return until('the close', () => this.closeCode);
  }

  async close(): Promise<void> {
    this.socket.close(1000);
    await this.closed();
  }
}
