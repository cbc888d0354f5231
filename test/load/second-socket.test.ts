import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import type { Scenario } from '../../src/load/scenario.js';
import { openSecondSocket } from '../../src/load/second-socket.js';
import { startWsTarget, type WsTarget } from '../helpers/ws-target.js';

let target: WsTarget;
let opened: WebSocket[] = [];
afterEach(async () => {
  await target.close();
  opened = [];
});

const identity = { index: 0, id: 'one', token: () => undefined, localAddress: '127.0.0.1', seed: 1 };
const never = new AbortController().signal;
const scenarioOf = (url: string): Scenario => ({ name: 'none', createState: () => ({}), connect: () => ({ url }), tasks: [] });

/** A target that greets, and does something when there are two. */
async function start(
  onSecond: (first: WebSocket, second: WebSocket) => void,
  onUpgrade?: (request: IncomingMessage) => number | undefined,
) {
  target = await startWsTarget({
    onSocket(socket) {
      opened.push(socket);
      socket.send('{"type":"connected"}');
      const [first, second] = opened;
      if (first && second) onSecond(first, second);
    },
    ...(onUpgrade && { onUpgrade }),
  });
}

const open = (signal = never) => openSecondSocket(scenarioOf(target.url), identity, { timeoutMs: 5_000 }, signal);

describe('openSecondSocket', () => {
  it('tells that the first is closed for the second', async () => {
    await start((first) => first.close(1000));
    expect(await open()).toEqual({ outcome: 'evicts', detail: 'close 1000' });
  });

  it('tells that the second is closed for the first', async () => {
    await start((_, second) => second.close(1008));
    expect(await open()).toEqual({ outcome: 'refused', detail: 'close 1008' });
  });

  it('tells that the second is not let in', async () => {
    await start(
      () => undefined,
      () => (opened.length > 0 ? 403 : undefined),
    );
    expect(await open()).toEqual({ outcome: 'refused', detail: 'http 403' });
  });

  it('tells that both stay, and closes them', async () => {
    const most: number[] = [];
    await start(() => most.push(target.sockets.size));
    expect(await open()).toEqual({ outcome: 'both', detail: 'for 1 s' });
    expect(most).toEqual([2]);
    expect(target.sockets.size).toBe(0);
  });

  it('rejects when the first cannot be opened, or does not stay by itself', async () => {
    await start(
      () => undefined,
      () => 403,
    );
    await expect(open()).rejects.toThrow('http 403');
    await target.close();
    target = await startWsTarget({ onSocket: (socket) => socket.close(1013) });
    await expect(open()).rejects.toThrow('close 1013');
  });

  it('cuts its sockets off when it is stopped', async () => {
    const stop = new AbortController();
    await start(() => stop.abort(new Error('enough')));
    await expect(open(stop.signal)).rejects.toThrow('enough');
    await expect(open(stop.signal)).rejects.toThrow('enough');
    expect(opened).toHaveLength(2);
  });
});
