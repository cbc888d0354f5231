import { WebSocket } from 'ws';

export interface KeepaliveOptions {
  /** Milliseconds from one pong to the next ping. */
  intervalMs: number;
  /** Milliseconds that a pong may take. */
  timeoutMs: number;
}

/** Pings a client again and again, and drops it with 1011 when it does not answer in time. */
export function keepAlive(socket: WebSocket, { intervalMs, timeoutMs }: KeepaliveOptions): void {
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    if (socket.readyState !== WebSocket.OPEN) return;
    clearTimeout(timer);
    timer = setTimeout(ping, intervalMs);
  };
  const ping = (): void => {
    socket.ping();
    timer = setTimeout(drop, timeoutMs);
  };
  const drop = (): void => {
    socket.close(1011, 'keepalive ping timeout');
    // A client that does not read never answers the close either.
    timer = setTimeout(() => socket.terminate(), 1000);
  };
  socket.on('pong', wait);
  socket.on('close', () => clearTimeout(timer));
  wait();
}
