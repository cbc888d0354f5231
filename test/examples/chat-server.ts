import type { WebSocket } from 'ws';
import { startWsTarget, type WsTarget } from '../helpers/ws-target.js';

/** What a chat server saw. */
export interface Chat {
  target: WsTarget;
  /** Requests by method. */
  calls: Record<string, number>;
  /** Messages that were refused. */
  refused: number;
  /** The most requests of one socket that were unanswered at a time. */
  mostInFlight: number;
  rooms: Set<unknown>;
}

interface Request {
  id: number;
  method: string;
  params: Record<string, unknown>;
}

/**
 * A chat over JSON-RPC that answers each second request of a socket before the first, pushes a message before each reply, and refuses
 * messages whose id ends with 0.
 */
export async function startChat(): Promise<Chat> {
  const held = new Map<WebSocket, Request>();
  const chat = { calls: {} as Record<string, number>, refused: 0, mostInFlight: 0, rooms: new Set<unknown>() };
  const answer = (socket: WebSocket, { id, method, params }: Request): void => {
    socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'room.message', params: { text: 'hello' } }));
    const isRefused = method === 'room.send' && id % 10 === 0;
    if (isRefused) chat.refused++;
    const outcome = isRefused ? { error: { code: -32001, message: 'too fast' } } : { result: resultOf(method, params, id) };
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...outcome }));
  };
  const target = await startWsTarget({
    onMessage(message, socket) {
      const request = message as unknown as Request;
      chat.calls[request.method] = (chat.calls[request.method] ?? 0) + 1;
      chat.rooms.add(request.params.room);
      const earlier = held.get(socket);
      if (earlier) {
        chat.mostInFlight = Math.max(chat.mostInFlight, 2);
        held.delete(socket);
        answer(socket, request);
        answer(socket, earlier);
        return;
      }
      held.set(socket, request);
      // Nothing may come after it: then it is answered alone.
      setTimeout(() => {
        if (held.get(socket) !== request) return;
        held.delete(socket);
        answer(socket, request);
      }, 60);
    },
  });
  return Object.assign(chat, { target });
}

function resultOf(method: string, params: Record<string, unknown>, id: number): object {
  if (method === 'room.join') return { room: params.room };
  return method === 'room.send' ? { messageId: `m${id}` } : { messages: [] };
}
