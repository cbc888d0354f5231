import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { keepAlive } from '../../src/demo/keepalive.js';

const servers: WebSocketServer[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    for (const socket of server.clients) socket.terminate();
    server.close();
  }
});

async function connect(autoPong: boolean): Promise<WebSocket> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  servers.push(server);
  server.on('connection', (socket) => keepAlive(socket, { intervalMs: 20, timeoutMs: 500 }));
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { autoPong });
  await once(client, 'open');
  return client;
}

describe('keepAlive', () => {
  it('pings again and again while the client answers', async () => {
    const client = await connect(true);
    for (let ping = 0; ping < 5; ping++) await once(client, 'ping');
    expect(client.readyState).toBe(WebSocket.OPEN);
  });

  it('drops a client that does not answer with 1011', async () => {
    const client = await connect(false);
    const [code] = await once(client, 'close');
    expect(code).toBe(1011);
  });
});
