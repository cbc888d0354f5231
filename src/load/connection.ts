import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import { messageOf } from '../errors.js';
import type { Connect } from './scenario.js';
import { CloseCode, encodeFrame, FrameReader, Opcode } from './websocket/frame.js';
import { createHandshake, type Handshake, readAnswer } from './websocket/handshake.js';

/** How long each step of opening a WebSocket took, in ms. A step that was not made (no name to resolve, no TLS) took 0. */
export interface HandshakeTimes {
  dns: number;
  tcp: number;
  tls: number;
  upgrade: number;
}

/** What a {@link Connection} tells its owner. Exactly one of `onOpen` and `onRefused` comes first; `onClose` follows `onOpen`, once. */
export interface ConnectionHandlers {
  onOpen(times: HandshakeTimes): void;
  /** @param kind Why there is no connection, e.g. `http 403`, `timeout`, `connect ECONNREFUSED`, `generator EMFILE`. */
  onRefused(kind: string): void;
  /** A message: `bytes` from `start` to `end`. They are the receiver's only until this returns. */
  onMessage(bytes: Buffer, start: number, end: number): void;
  onClose(code: number, by: 'client' | 'server'): void;
}

/** What a wss:// connection trusts and shows. */
export interface TlsOptions {
  secureContext: SecureContext;
  /** The name that the certificate must be for, where it is not the URL's. */
  serverName?: string;
  rejectUnauthorized: boolean;
}

export interface ConnectionOptions {
  timeoutMs: number;
  localAddress: string | undefined;
  tls?: TlsOptions | undefined;
}

/** How long a server may take to answer a close frame. */
const CLOSE_TIMEOUT_MS = 10_000;

/** What the generator's own machine lacks: never the target's fault. */
const GENERATOR_ERRORS = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'EADDRINUSE', 'ENOBUFS', 'ENOMEM', 'EACCES', 'EPERM']);

/**
 * All sockets of a thread are read into the same memory: each chunk is worked off before the next is read, so that ten thousand
 * sockets cost no more buffers than one.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

/** Names a failed connect by its error code; the message is only for errors that have none. */
function refusalKind(error: Error & { code?: string }): string {
  if (error.code === undefined) return `connect ${messageOf(error)}`;
  return `${GENERATOR_ERRORS.has(error.code) ? 'generator' : 'connect'} ${error.code}`;
}

/**
 * One WebSocket of a virtual user (RFC 6455), read all the time; pings are answered. It does what the `ws` client does for this
 * one purpose, on the bare socket, at about two thirds of the cost in CPU and memory.
 */
export class Connection {
  readonly #handlers: ConnectionHandlers;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  #handshake: Handshake | undefined;
  /** The beginning of the server's answer to the handshake, while it is not whole. */
  #head: Buffer | undefined;
  #state: 'connecting' | 'open' | 'closing' | 'ended' = 'connecting';
  #closedBy: 'client' | 'server' = 'server';
  #closeCode: number = CloseCode.abnormal;
  #timer: NodeJS.Timeout | undefined;

  /** @throws TypeError when the scenario's URL or headers cannot be used. */
  constructor(connect: Connect, options: ConnectionOptions, handlers: ConnectionHandlers) {
    const url = new URL(connect.url);
    this.#handlers = handlers;
    this.#handshake = createHandshake(url, connect.headers ?? {}, connect.protocols ?? []);
    this.#reader = new FrameReader({
      onMessage: (bytes, start, end) => handlers.onMessage(bytes, start, end),
      onPing: (payload) => this.#write(Opcode.pong, payload),
      onClose: (code) => this.#onCloseFrame(code),
      onViolation: (code) => this.#fail(code),
    });
    this.#socket = this.#open(url, options);
    this.#timer = setTimeout(() => this.#refuse('timeout'), options.timeoutMs);
  }

  #open(url: URL, { localAddress, tls }: ConnectionOptions): Socket {
    const times: HandshakeTimes = { dns: 0, tcp: 0, tls: 0, upgrade: 0 };
    let since = performance.now();
    const lap = (): number => {
      const now = performance.now();
      const elapsed = now - since;
      since = now;
      return elapsed;
    };
    const isSecure = url.protocol === 'wss:';
    // The brackets of an IPv6 address belong to the URL alone.
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const common = {
      host,
      port: Number(url.port || (isSecure ? 443 : 80)),
      noDelay: true,
      ...(localAddress !== undefined && { localAddress }),
      onread: { buffer: READ_BUFFER, callback: (size: number, buffer: Uint8Array) => this.#onBytes(buffer as Buffer, size, times, lap) },
    };
    const socket = isSecure ? connectTls({ ...common, ...tlsOptionsOf(host, tls) }) : connectTcp(common);
    socket.once('lookup', () => {
      times.dns = lap();
    });
    socket.once('connect', () => {
      times.tcp = lap();
      if (!isSecure) this.#sendHandshake();
    });
    if (isSecure) {
      (socket as TLSSocket).once('secureConnect', () => {
        times.tls = lap();
        this.#sendHandshake();
      });
    }
    // An error is always followed by `close`; before the connection is open it says why there will be none.
    socket.on('error', (error) => this.#refuse(refusalKind(error)));
    socket.on('end', () => socket.destroy());
    socket.on('close', () => this.#onSocketClose());
    return socket;
  }

  /** Sends one text frame. */
  send(text: string): void {
    if (this.#state === 'open') this.#write(Opcode.text, text);
  }

  /** Starts the closing handshake; `onClose` follows. */
  close(code: number = CloseCode.normal): void {
    if (this.#state !== 'open') return this.terminate();
    this.#state = 'closing';
    this.#closedBy = 'client';
    this.#writeClose(code);
    this.#timer = setTimeout(() => this.#socket.destroy(), CLOSE_TIMEOUT_MS);
  }

  /** Ends the connection at once; `onClose` follows when it was open. */
  terminate(): void {
    this.#closedBy = 'client';
    this.#socket.destroy();
  }

  #sendHandshake(): void {
    if (this.#handshake) this.#socket.write(this.#handshake.request, 'latin1');
  }

  /** Returns true: the socket goes on reading. */
  #onBytes(buffer: Buffer, size: number, times: HandshakeTimes, lap: () => number): boolean {
    if (this.#handshake === undefined) {
      this.#reader.read(buffer, size);
      return true;
    }
    const chunk = buffer.subarray(0, size);
    const bytes = this.#head === undefined ? chunk : Buffer.concat([this.#head, chunk]);
    const answer = readAnswer(bytes, this.#handshake);
    if (answer === undefined) {
      this.#head = Buffer.from(bytes);
    } else if (!answer.opened) {
      this.#refuse(answer.kind);
    } else if (this.#state === 'connecting') {
      clearTimeout(this.#timer);
      this.#handshake = undefined;
      this.#head = undefined;
      this.#state = 'open';
      times.upgrade = lap();
      this.#handlers.onOpen(times);
      if (answer.rest.length > 0) this.#reader.read(answer.rest);
    }
    return true;
  }

  #refuse(kind: string): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'ended';
    clearTimeout(this.#timer);
    this.#socket.destroy();
    this.#handlers.onRefused(kind);
  }

  #onCloseFrame(code: number): void {
    this.#closeCode = code;
    if (this.#state === 'open') {
      this.#state = 'closing';
      this.#writeClose(code === CloseCode.noStatus ? undefined : code);
    }
    this.#socket.end();
  }

  /** Closes the connection to a server that broke the protocol. */
  #fail(code: number): void {
    this.#closeCode = code;
    if (this.#state === 'open') this.#writeClose(code);
    this.#state = 'closing';
    this.#socket.destroySoon();
  }

  #onSocketClose(): void {
    clearTimeout(this.#timer);
    // terminate() before the connection was open.
    if (this.#state === 'connecting') return this.#refuse('closed before it was open');
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#handlers.onClose(this.#closeCode, this.#closedBy);
  }

  #writeClose(code: number | undefined): void {
    const payload = Buffer.alloc(code === undefined ? 0 : 2);
    if (code !== undefined) payload.writeUInt16BE(code);
    this.#write(Opcode.close, payload);
  }

  #write(opcode: number, payload: string | Uint8Array): void {
    this.#socket.write(encodeFrame(opcode, payload, Math.random() * 0x1_0000_0000));
  }
}

function tlsOptionsOf(host: string, tls: TlsOptions | undefined) {
  const serverName = tls?.serverName ?? host;
  return {
    // An address is no server name (RFC 6066, section 3).
    ...(/[a-z]/i.test(serverName) && !serverName.includes(':') && { servername: serverName }),
    ...(tls && { secureContext: tls.secureContext, rejectUnauthorized: tls.rejectUnauthorized }),
  };
}
