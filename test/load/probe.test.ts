import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { messageOf } from '../../src/errors.js';
import { probe } from '../../src/load/probe.js';
import type { Message, Scenario } from '../../src/load/scenario.js';
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
    const results = await probe(scenarioOf(target.url), identity, { timeoutMs: 500 }, never);
    expect(results).toMatchObject([
      { task: 'first', ok: true, detail: 'first reply' },
      { task: 'second', ok: false, detail: 'error E' },
    ]);
    expect(await closed).toBe(1000);
  });

  it('stops at a timeout, since the next reply could not be attributed', async () => {
    target = await startWsTarget({});
    expect(await probe(scenarioOf(target.url), identity, { timeoutMs: 500 }, never)).toMatchObject([
      { task: 'first', ok: false, detail: 'timeout' },
    ]);
  });

  it('pairs replies by their id where the scenario has one', async () => {
    target = await startWsTarget({
      onMessage({ id }, socket) {
        socket.send(JSON.stringify({ id: `not ${id}`, what: 'push' }));
        socket.send(JSON.stringify({ id, what: 'result' }));
      },
    });
    const id = (message: Message) => message.id as string;
    const task = (name: string) => ({ name, weight: 1, timeoutMs: 1000, message: () => JSON.stringify({ id: name }) });
    const scenario: Scenario = {
      ...scenarioOf(target.url),
      tasks: [task('first'), task('second')],
      correlation: { requestId: id, replyId: id },
      typeOf: (message) => String(message.what),
    };
    expect(await probe(scenario, identity, { timeoutMs: 500 }, never)).toMatchObject([
      { task: 'first', ok: true, detail: 'result' },
      { task: 'second', ok: true, detail: 'result' },
    ]);
  });

  it.each(['message', 'failure'] as const)('says what the %s of the scenario throws', async (member) => {
    target = await startWsTarget({ onMessage: ({ type }, socket) => socket.send(JSON.stringify({ type: `${type} reply` })) });
    const scenario = scenarioOf(target.url);
    const broken = () => {
      throw new TypeError('no origin');
    };
    const tasks = scenario.tasks.map((task) => ({ ...task, [member]: broken }));
    const results = probe({ ...scenario, tasks }, identity, { timeoutMs: 500 }, never);
    await expect(results.catch((error: unknown) => Promise.reject(new Error(messageOf(error))))).rejects.toThrow(
      'the scenario throws: no origin',
    );
  });

  it('says why there is no socket', async () => {
    target = await startWsTarget({ onUpgrade: () => 403 });
    await expect(probe(scenarioOf(target.url), identity, { timeoutMs: 500 }, never)).rejects.toThrow('http 403');
  });

  it('ends with its signal', async () => {
    target = await startWsTarget({ onUpgrade: () => 'hang' });
    await expect(probe(scenarioOf(target.url), identity, { timeoutMs: 5000 }, AbortSignal.timeout(50))).rejects.toThrow(/timeout/);
  });
});
