import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type Frame, Viewers } from '../../src/dashboard/viewers.js';
import { until } from '../helpers/until.js';

const MIB = 1 << 20;

let server: WebSocketServer;
let viewers: Viewers | undefined;
let model: string;
let made: number;
const clients: WebSocket[] = [];

const frame = (text: string): Frame => Buffer.from(text);

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
  model = 'model';
  made = 0;
});

afterEach(() => {
  viewers?.close();
  for (const client of clients.splice(0)) client.terminate();
  server.close();
});

function open(pingMs?: number): Viewers {
  viewers = new Viewers(() => {
    made++;
    return frame(model);
  }, pingMs);
  return viewers;
}

/** A viewer: its own end, the server's, and what it was told, each message by its first letters. */
async function join(to: Viewers, onGone: () => void = () => {}) {
  const connected = once(server, 'connection') as Promise<[WebSocket]>;
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { autoPong: true });
  clients.push(client);
  const told: string[] = [];
  client.on('message', (data) => void told.push(String(data).slice(0, 20)));
  const [socket] = await connected;
  if (client.readyState !== WebSocket.OPEN) await once(client, 'open');
  to.add(socket, frame('state'), onGone);
  return { client, socket, told };
}

describe('viewers of a run', () => {
  it('are told where it stands and all of it, then what is new, each in its order', async () => {
    const all = open();
    const one = await join(all);
    all.batch(frame('batch 1'));
    const other = await join(all);
    all.batch(frame('batch 2'));
    all.tell(frame('state 2'));
    await until('all', () => one.told.length === 5 && other.told.length === 4);
    expect(one.told).toEqual(['state', 'model', 'batch 1', 'batch 2', 'state 2']);
    expect(other.told).toEqual(['state', 'model', 'batch 2', 'state 2']);
  });

  it('that stop reading are kept no more than a model and a little for, and get a fresh model when they read again', async () => {
    const all = open();
    const slow = await join(all);
    const fast = await join(all);
    await until('the begin', () => slow.told.length === 2);
    slow.client.pause();
    model = `model 2 ${'x'.repeat(3 * MIB)}`;
    for (let count = 0; count < 60; count++) {
      all.batch(frame(`batch ${count} ${'x'.repeat(MIB / 2)}`));
      await until('the one who reads', () => fast.told.length === 3 + count);
    }
    expect(slow.socket.bufferedAmount).toBeLessThan(2 * MIB);
    expect(made).toBe(2);
    slow.client.resume();
    await until('what was on its way', () => slow.socket.bufferedAmount === 0);
    all.batch(frame('batch 60'));
    all.batch(frame('batch 61'));
    await until('what comes after', () => slow.told.at(-1) === 'batch 61');
    const told = slow.told.slice(2).map((text) => text.slice(0, 8).trim());
    // No batch is missing before the model, and none between it and the last one.
    const batches = told.indexOf('model 2');
    expect(told).toEqual([...Array.from({ length: batches }, (_, index) => `batch ${index}`), 'model 2', 'batch 61']);
    expect(batches).toBeLessThan(60);
    expect(fast.told).toHaveLength(2 + 62);
  });

  it('that are gone without a word are dropped', async () => {
    const all = open(30);
    let gone = 0;
    const dead = await join(all, () => gone++);
    const alive = await join(all, () => gone++);
    dead.client.pause();
    await until('that it is dropped', () => gone === 1);
    expect(all.count).toBe(1);
    expect(alive.client.readyState).toBe(WebSocket.OPEN);
  });

  it('are let go when there is nothing more to come', async () => {
    const all = open();
    const one = await join(all);
    const closed = once(one.client, 'close');
    all.tell(frame('last'));
    all.close();
    expect((await closed)[0]).toBe(1001);
    expect(one.told.at(-1)).toBe('last');
  });
});
