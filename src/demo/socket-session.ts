import type { WebSocket } from 'ws';
import type { Connections } from './connections.js';
import { type KeepaliveOptions, keepAlive } from './keepalive.js';
import type { Log } from './log.js';
import type { Navigation } from './navigation.js';
import { errorFrame, type Frame, parseFrame } from './protocol.js';

export const SERVER_VERSION = '1.0.0';

/** What a socket needs of the replica it is on. */
export interface Replica {
  connections: Connections;
  navigation: Navigation;
  keepalive: KeepaliveOptions;
  /** Sends to a user wherever they are: on this replica, else through Redis. */
  send(userId: string, frame: Frame): Promise<void>;
  /** Told of each message of a user. */
  onMessage?(): void;
  log: Log;
}

/** Serves one user's socket from `connected` until it closes. Messages are answered one after the other, in their order. */
export function serveSocket(userId: string, socket: WebSocket, replica: Replica): void {
  let tail: Promise<void> = Promise.resolve();
  // The library closes the socket itself (1009 over the limit, 1002 for broken frames); without a listener it would end the process.
  socket.on('error', (error) => replica.log('WARNING', `WebSocket 오류: ${userId}, ${error.message}`));
  replica.connections.add(userId, socket);
  const greeting: Frame = {
    type: 'connected',
    user_id: userId,
    message: 'WebSocket 연결이 완료되었습니다',
    server_version: SERVER_VERSION,
  };
  socket.send(JSON.stringify(greeting));
  keepAlive(socket, replica.keepalive);
  socket.on('message', (data, isBinary) => {
    tail = tail.then(() => handle(userId, socket, isBinary ? undefined : data.toString(), replica));
  });
}

async function handle(userId: string, socket: WebSocket, data: string | undefined, replica: Replica): Promise<void> {
  // What came after a close or an eviction is nobody's question any more.
  if (socket.readyState !== socket.OPEN) return;
  const message = data === undefined ? undefined : parseFrame(data);
  if (message === undefined) {
    socket.send(JSON.stringify(errorFrame('INTERNAL_SERVER_ERROR', 'JSON 객체가 아닌 메시지입니다')));
    socket.close(1000);
    return;
  }
  replica.onMessage?.();
  const reply = await replica.navigation.answer(userId, message);
  if (reply !== undefined) await replica.send(userId, reply);
}
