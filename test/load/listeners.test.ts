import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { chooseListeners, openListeners } from '../../src/load/listeners.js';
import type { Scenario } from '../../src/load/scenario.js';
import { until } from '../helpers/until.js';
import { startWsTarget, type WsTarget } from '../helpers/ws-target.js';

let target: WsTarget;
afterEach(() => target?.close());

const identity = (index: number, localAddress?: string, id = `user-${index}`) => ({
  index,
  id,
  token: () => undefined,
  localAddress,
  seed: index,
});
const mark = { run: 'r', phase: 'before' as const, at: 'canary' };
const never = new AbortController().signal;
const scenario = (connect: Scenario['connect'] = ({ id }) => ({ url: `${target.url}/${id}` })): Scenario => ({
  name: 'none',
  createState: () => ({}),
  connect,
  tasks: [],
});
const canary = (seq: number) => JSON.stringify({ type: 'canary', canary: { run: 'r', phase: 'before', seq } });

describe('chooseListeners', () => {
  it('takes users of different ids and different source addresses', () => {
    const accounts = ['a', 'b', 'c'];
    const choose = (addresses: (string | undefined)[], most: number) =>
      chooseListeners((index) => identity(index, addresses[index % addresses.length], accounts[index % 3]), 100, most).map(
        ({ index }) => index,
      );
    expect(choose([undefined], 10)).toEqual([0, 1, 2]);
    expect(choose([undefined], 2)).toEqual([0, 1]);
    expect(choose(['x'], 10)).toEqual([0]);
    expect(choose(['x', 'y'], 10)).toEqual([0, 1]);
  });
});

describe('openListeners', () => {
  it('connects users, tells what comes for them, and closes them in order', async () => {
    const codes: Promise<number>[] = [];
    target = await startWsTarget({
      onSocket(socket) {
        socket.send('{"type":"connected"}');
        codes.push(once(socket, 'close').then(([code]) => code));
      },
    });
    const identities = [identity(0, '127.0.0.2'), identity(1, '127.0.0.3')];
    const listeners = await openListeners({ scenario: scenario(), identities, mark, timeoutMs: 1_000 }, never);
    expect(listeners).toMatchObject({ count: 2, problems: [] });
    const arrived: [number, number][] = [];
    listeners.recipients.follow({ arrived: (seq, at) => arrived.push([seq, at]), gone: () => {} });
    const first = await listeners.recipients.expect([1, 2]);
    expect(first).toMatchObject({ user: expect.stringMatching(/^user-[01]$/), address: expect.stringMatching(/^127\.0\.0\.[23]$/) });
    const before = performance.timeOrigin + performance.now();
    for (const socket of target.sockets) socket.send(canary(1));
    await until('its arrival', () => arrived.length > 0);
    expect(arrived).toEqual([[1, expect.any(Number)]]);
    // The clock of arrivals is told in fractions of a µs.
    expect(arrived[0]?.[1]).toBeGreaterThan(before - 1);
    expect(arrived[0]?.[1]).toBeLessThan(performance.timeOrigin + performance.now() + 1);
    expect(await listeners.recipients.missing([1, 2])).toEqual([2]);
    await listeners.close();
    expect(await Promise.all(codes)).toEqual([1000, 1000]);
    expect(await listeners.recipients.expect([3])).toBeUndefined();
  });

  it('takes a target that does not speak first as ready after a while', async () => {
    target = await startWsTarget({});
    const listeners = await openListeners({ scenario: scenario(), identities: [identity(0)], mark, timeoutMs: 1_000 }, never);
    expect(await listeners.recipients.expect([0])).toMatchObject({ user: 'user-0', address: 'default' });
    await listeners.close();
  });

  it('withdraws what was on its way when a socket is lost', async () => {
    target = await startWsTarget({ onSocket: (socket) => socket.send('{"type":"connected"}') });
    const listeners = await openListeners({ scenario: scenario(), identities: [identity(0)], mark, timeoutMs: 1_000 }, never);
    const gone: number[] = [];
    listeners.recipients.follow({ arrived: () => {}, gone: (seqs) => gone.push(...seqs) });
    await listeners.recipients.expect([4, 5]);
    for (const socket of target.sockets) socket.terminate();
    await until('the withdrawal', () => gone.length > 0);
    expect(gone).toEqual([4, 5]);
    expect(await listeners.recipients.missing([4, 5])).toEqual([]);
    await listeners.close();
  });

  it('says why some cannot be connected, and goes on with the others', async () => {
    target = await startWsTarget({
      onSocket: (socket) => socket.send('{"type":"connected"}'),
      onUpgrade: ({ url }) => (url === '/user-1' ? undefined : 403),
    });
    const connect: Scenario['connect'] = ({ id }) => {
      if (id === 'user-3') throw new Error('no such user');
      return { url: `${target.url}/${id}` };
    };
    const identities = [0, 1, 2, 3].map((index) => identity(index));
    const listeners = await openListeners({ scenario: scenario(connect), identities, mark, timeoutMs: 1_000 }, never);
    expect(listeners).toMatchObject({ count: 1, problems: ['http 403', 'the scenario throws: no such user'] });
    await listeners.close();
  });

  it('is cut off by its signal, connected or not', async () => {
    target = await startWsTarget({
      onSocket: (socket) => socket.send('{"type":"connected"}'),
      onUpgrade: ({ url }) => (url === '/user-1' ? 'hang' : undefined),
    });
    const abort = new AbortController();
    const opening = openListeners({ scenario: scenario(), identities: [identity(0), identity(1)], mark, timeoutMs: 60_000 }, abort.signal);
    await until('a socket', () => target.sockets.size === 1);
    abort.abort();
    const listeners = await opening;
    expect(listeners.problems.length).toBeGreaterThan(0);
    await until('no socket', () => target.sockets.size === 0);
    await listeners.close();
    expect(await listeners.recipients.expect([0])).toBeUndefined();
  });
});
