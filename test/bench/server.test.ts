import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { encodeFrame, Opcode } from '../../src/load/websocket/frame.js';
import { until } from '../helpers/until.js';
import { type BenchServer, compileServer, type ServerOptions, type ServerProgram } from './server.js';
import { locationUpdate } from './workload.js';

// The benchmark itself says what is missing; a machine without a C compiler can still run every other test.
const hasCompiler = spawnSync('gcc', ['--version']).status === 0;

describe.skipIf(!hasCompiler)('the server of the benchmark', () => {
  let program: ServerProgram;
  let server: BenchServer | undefined;
  const sockets: (WebSocket | Socket)[] = [];

  beforeAll(async () => {
    program = await compileServer();
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket instanceof WebSocket ? socket.terminate() : socket.destroy();
    await server?.end();
    server = undefined;
  });

  afterAll(() => program.remove());

  async function start(options?: ServerOptions): Promise<BenchServer> {
    server = await program.start(options);
    return server;
  }

  async function open(port: number): Promise<WebSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
    sockets.push(socket);
    await once(socket, 'open');
    return socket;
  }

  async function answerTo(socket: WebSocket, message: object): Promise<string> {
    socket.send(JSON.stringify(message));
    const [data] = await once(socket, 'message');
    return String(data);
  }

  it('answers each message with a reply of the size that belongs to it, and counts what it did', async () => {
    const { port, stats } = await start();
    const socket = await open(port);
    const update = await answerTo(socket, locationUpdate(1));
    const route = await answerTo(socket, { type: 'start_navigation' });
    expect(JSON.parse(update).type).toBe('navigation_update');
    expect(update).toHaveLength(311);
    expect(JSON.parse(route).type).toBe('route_calculated');
    expect(route).toHaveLength(4001);
    const seen = await stats();
    expect(seen).toMatchObject({ roundTrips: 2, updates: 1, routes: 1, others: 0, upgraded: 1, live: 1, peak: 1, lateP99Ms: 0 });
    expect(seen.perSecond.reduce((sum, count) => sum + count, 0)).toBe(2);
  });

  it('answers a ping and a close frame, and counts the socket as gone', async () => {
    const { port, stats } = await start();
    const socket = await open(port);
    socket.ping('here');
    const [pong] = await once(socket, 'pong');
    expect(String(pong)).toBe('here');
    socket.close(4001);
    const [code] = await once(socket, 'close');
    expect(code).toBe(4001);
    await until('no socket is live', async () => (await stats()).live === 0);
  });

  it('puts a handshake and frames together that come byte by byte, and takes two frames at once', async () => {
    const { port } = await start();
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    sockets.push(socket);
    let received = Buffer.alloc(0);
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
    });
    const frame = encodeFrame(Opcode.text, JSON.stringify(locationUpdate(1)), 0x01020304);
    // The key and its answer of RFC 6455, section 1.3.
    const handshake = `GET / HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
    for (const byte of Buffer.concat([Buffer.from(handshake), frame])) {
      socket.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    socket.write(Buffer.concat([frame, frame]));
    const replies = () => received.toString('latin1').split('"navigation_update"').length - 1;
    await until('three replies', () => replies() === 3);
    expect(received.toString('latin1')).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n');
  });

  it('sends a delayed reply no earlier than its delay, in order, and forgets it when the socket is gone', async () => {
    const { port, stats } = await start({ delayMs: 40 });
    const leaver = await open(port);
    leaver.send(JSON.stringify(locationUpdate(1)));
    leaver.terminate();
    const socket = await open(port);
    const sentAt = performance.now();
    socket.send(JSON.stringify({ type: 'start_navigation' }));
    const replies: string[] = [];
    socket.on('message', (data) => replies.push(JSON.parse(String(data)).type));
    socket.send(JSON.stringify(locationUpdate(1)));
    await until('two replies', () => replies.length === 2);
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(40);
    expect(replies).toEqual(['route_calculated', 'navigation_update']);
    expect(await stats()).toMatchObject({ live: 1, upgraded: 2 });
  });

  it('stands still once, and then answers what has come meanwhile', async () => {
    const { port } = await start({ stall: { atSeconds: 0, ms: 300 } });
    const startedAt = performance.now();
    const socket = await open(port);
    await answerTo(socket, locationUpdate(1));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(300);
    expect(JSON.parse(await answerTo(socket, locationUpdate(2))).type).toBe('navigation_update');
  });
});
