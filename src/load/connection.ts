import type { ClientRequest, IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { messageOf } from '../errors.js';
import type { Connect } from './scenario.js';

/** What a {@link Connection} tells its owner. Exactly one of `onOpen` and `onRefused` comes first; `onClose` follows `onOpen`, once. */
export interface ConnectionHandlers {
  onOpen(): void;
  /** @param kind Why there is no connection, e.g. `http 403`, `timeout`, `connect ECONNREFUSED`, `generator EMFILE`. */
  onRefused(kind: string): void;
  onMessage(data: Buffer): void;
  onClose(code: number, by: 'client' | 'server'): void;
}

export interface ConnectionOptions {
  timeoutMs: number;
  localAddress: string | undefined;
}

/** What the generator's own machine lacks: never the target's fault. */
const GENERATOR_ERRORS = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'EADDRINUSE', 'ENOBUFS', 'ENOMEM', 'EACCES', 'EPERM']);

/** Names a failed handshake by its error code. The message is left out where there is a code: it may hold the URL. */
function refusalKind(error: Error & { code?: string }): string {
  if (error.message === 'Opening handshake has timed out') return 'timeout';
  if (error.code === undefined) return `connect ${messageOf(error)}`;
  return `${GENERATOR_ERRORS.has(error.code) ? 'generator' : 'connect'} ${error.code}`;
}

/** One WebSocket, read all the time; pings are answered by the library. */
export class Connection {
  readonly #socket: WebSocket;
  #closing = false;

  constructor(connect: Connect, options: ConnectionOptions, handlers: ConnectionHandlers) {
    const socket = new WebSocket(connect.url, connect.protocols ?? [], {
      perMessageDeflate: false,
      handshakeTimeout: options.timeoutMs,
      ...(connect.headers && { headers: connect.headers }),
      ...(options.localAddress !== undefined && { localAddress: options.localAddress }),
    });
    this.#socket = socket;
    let opened = false;
    let refused = false;
    const refuse = (kind: string): void => {
      if (opened || refused) return;
      refused = true;
      handlers.onRefused(kind);
    };
    socket.on('open', () => {
      opened = true;
      handlers.onOpen();
    });
    socket.on('message', (data) => handlers.onMessage(data as Buffer));
    socket.on('unexpected-response', (request: ClientRequest, response: IncomingMessage) => {
      refuse(`http ${response.statusCode}`);
      request.destroy();
    });
    // After the handshake an error is always followed by `close`, which is where it counts.
    socket.on('error', (error) => refuse(refusalKind(error)));
    socket.on('close', (code) => {
      if (opened) handlers.onClose(code, this.#closing ? 'client' : 'server');
    });
  }

  /** Sends one text frame. */
  send(text: string): void {
    // ws masks a buffer into one chunk and a string into two, and two cost a writev.
    this.#socket.send(Buffer.from(text), { binary: false });
  }

  /** Starts the closing handshake; `onClose` follows. */
  close(): void {
    this.#closing = true;
    this.#socket.close(1000);
  }

  /** Ends the connection at once; `onClose` follows when it was open. */
  terminate(): void {
    this.#closing = true;
    this.#socket.terminate();
  }
}
