import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { startWsTarget, type WsTarget } from './ws-target.js';

/** A real WebSocket server that answers the tasks of the KindMap scenario, and remembers who came. */
export interface KindmapTarget extends WsTarget {
  /** The path and query of each socket that was opened, in order. */
  opened: string[];
  /** Greatest number of sockets at a time. */
  most: number;
  /** How many messages came. */
  messages: number;
}

export async function startKindmapTarget(
  onSocket: (socket: WebSocket, request: IncomingMessage) => void = () => {},
): Promise<KindmapTarget> {
  const seen = { opened: [] as string[], most: 0, messages: 0 };
  const target = await startWsTarget({
    onSocket(socket, request) {
      seen.opened.push(request.url ?? '');
      seen.most = Math.max(seen.most, target.sockets.size);
      onSocket(socket, request);
    },
    onMessage(message, socket) {
      seen.messages++;
      const reply = message.type === 'start_navigation' ? { type: 'route_calculated', route_id: '1' } : { type: 'navigation_update' };
      socket.send(JSON.stringify(reply));
    },
  });
  return Object.assign(seen, target);
}
