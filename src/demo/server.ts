import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Redis } from 'ioredis';
import { WebSocketServer } from 'ws';
import { messageOf } from '../errors.js';
import { admit } from './admission.js';
import type { Auth } from './auth.js';
import { failed, type Reply, readBody, sendReply } from './http.js';
import { type Replica, serveSocket } from './socket-session.js';
import type { Tokens } from './tokens.js';

const MAX_FRAME_BYTES = 16 * 1024 * 1024;
/** A ramp of a thousand users must never meet a full queue of the kernel's. */
const BACKLOG = 2048;

/** The parts behind the replica's one port. */
export interface ServerParts extends Replica {
  auth: Auth;
  tokens: Tokens;
  redis: Redis;
}

/** Listens for HTTP and WebSockets; resolves with the port once it does. */
export function listen(host: string, port: number, parts: ServerParts): Promise<number> {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false, clientTracking: false });
  const server = createServer(async (request, response) => sendReply(response, await answer(request, parts)));
  server.on('upgrade', (request, socket, head) => void upgrade(sockets, request, socket, head, parts));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: BACKLOG }, () => resolve((server.address() as AddressInfo).port));
  });
}

async function answer(request: IncomingMessage, parts: ServerParts): Promise<Reply> {
  try {
    return await route(request, parts);
  } catch (error) {
    parts.log('ERROR', `요청 처리 오류: ${messageOf(error)}`);
    return failed(503, '서비스를 사용할 수 없습니다');
  }
}

async function route(request: IncomingMessage, parts: ServerParts): Promise<Reply> {
  const [path] = (request.url ?? '/').split('?');
  const body = await readBody(request);
  if (body === undefined) return failed(413, 'Request Entity Too Large');
  switch (`${request.method} ${path}`) {
    case 'POST /api/v1/auth/login':
      return parts.auth.login(body);
    case 'POST /api/v1/auth/refresh':
      return parts.auth.refresh(body);
    case 'POST /api/v1/auth/register':
      return parts.auth.register(body);
    case 'GET /api/v1/auth/me':
      return parts.auth.me(request.headers.authorization);
    case 'GET /health':
      return health(parts);
    default:
      return failed(404, 'Not Found');
  }
}

/** Asks Redis and nothing else: a dead Pub/Sub listener is not seen here, as it is not on the target. */
async function health({ redis, connections }: ServerParts): Promise<Reply> {
  try {
    await redis.ping();
    return { status: 200, body: { status: 'healthy', redis: 'connected', connections: connections.size } };
  } catch (error) {
    return { status: 503, body: { status: 'unhealthy', redis: messageOf(error), connections: connections.size } };
  }
}

async function upgrade(
  sockets: WebSocketServer,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  parts: ServerParts,
): Promise<void> {
  const { connections, log } = parts;
  const admission = await admit(request.url ?? '/', request.headers.authorization, parts.tokens);
  if (!admission.admitted) {
    log('WARNING', admission.reason);
    return refuse(socket, 403);
  }
  const { userId, guest } = admission;
  if (!connections.hasRoomFor(userId)) {
    log('WARNING', `연결 거부(한계 도달): ${userId}, 현재 ${connections.size}/${connections.limit}`);
    return refuse(socket, 403);
  }
  if (guest) log('INFO', `게스트 연결 허용: ${userId}`);
  sockets.handleUpgrade(request, socket, head, (opened) => serveSocket(userId, opened, parts));
}

function refuse(socket: Duplex, status: number): void {
  // The client may be gone already; there is nobody left to tell.
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
