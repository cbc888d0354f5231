import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { probe } from '../../src/load/probe.js';
import type { Scenario } from '../../src/load/scenario.js';
import { startWsTarget, type WsTarget } from '../helpers/ws-target.js';

let target: WsTarget;
afterEach(() => target.close());

const identity = { index: 0, id: 'probe', token: () => undefined, localAddress: undefined, seed: 1 };
const never = new AbortController().signal;

function scenarioOf(url: string): Scenario {
  const task = (name: string) => ({
    name,
    weight: 1,
    timeoutMs: 150,
    message: () => ({ type: name }),
    isReply: (message: { type: string }) => message.type === `${name} reply` || message.type === 'error',
    failure: (message: { type: string }) => (message.type === 'error' ? 'error E' : undefined),
  });
  return { name: 'two', createState: () => ({}), connect: () => ({ url }), tasks: [task('second'), task('first')], first: 'first' };
}

describe('probe', () => {
  it('does each task once, the first one first, on one socket, and closes it', async () => {
    let closed: Promise<unknown> | undefined;
    target = await startWsTarget({
      onSocket(socket) {
        socket.send('{"type":"connected"}');
        closed = once(socket, 'close').then(([code]) => code);
      },
      onMessage: ({ type }, socket) => socket.send(JSON.stringify({ type: type === 'second' ? 'error' : `${type} reply` })),
    });
    const results = await probe(scenarioOf(target.url), identity, 500, never);
    expect(results).toMatchObject([
      { task: 'first', ok: true, detail: 'first reply' },
      { task: 'second', ok: false, detail: 'error E' },
    ]);
    expect(await closed).toBe(1000);
  });

  it('stops at a timeout, since the next reply could not be attributed', async () => {
    target = await startWsTarget({});
    expect(await probe(scenarioOf(target.url), identity, 500, never)).toMatchObject([{ task: 'first', ok: false, detail: 'timeout' }]);
  });

  it('says why there is no socket', async () => {
    target = await startWsTarget({ onUpgrade: () => 403 });
    await expect(probe(scenarioOf(target.url), identity, 500, never)).rejects.toThrow('http 403');
  });

  it('ends with its signal', async () => {
    target = await startWsTarget({ onUpgrade: () => 'hang' });
    await expect(probe(scenarioOf(target.url), identity, 5000, AbortSignal.timeout(50))).rejects.toThrow(/timeout/);
  });
});
