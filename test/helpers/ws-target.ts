import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** A real WebSocket server on loopback whose behaviour a test decides. */
export interface WsTarget {
  url: string;
  sockets: Set<WebSocket>;
  close(): Promise<void>;
}

export interface WsTargetOptions {
  onSocket?(socket: WebSocket, request: IncomingMessage): void;
  /** Answers a message with the frames to send back. */
  onMessage?(message: { type: string; [key: string]: unknown }, socket: WebSocket): void;
  /** A status refuses the upgrade; `hang` never answers it. */
  onUpgrade?(request: IncomingMessage): number | 'hang' | undefined;
}

export async function startWsTarget({ onSocket, onMessage, onUpgrade }: WsTargetOptions): Promise<WsTarget> {
  const wss = new WebSocketServer({ noServer: true });
  const http = createServer();
  const hanging = new Set<Duplex>();
  http.on('upgrade', (request, socket, head) => {
    const answer = onUpgrade?.(request);
    if (answer === 'hang') return void hanging.add(socket);
    if (answer !== undefined) return void socket.end(`HTTP/1.1 ${answer} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    wss.handleUpgrade(request, socket, head, (ws) => {
      onSocket?.(ws, request);
      ws.on('message', (data, isBinary) => {
        if (isBinary) ws.close(1003, 'text only');
        else onMessage?.(JSON.parse(String(data)), ws);
      });
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    sockets: wss.clients as Set<WebSocket>,
    async close() {
      for (const socket of wss.clients) socket.terminate();
      for (const socket of hanging) socket.destroy();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
