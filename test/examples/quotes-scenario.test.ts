import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { probe } from '../../src/load/probe.js';
import { loadScenarioFile } from '../../src/load/scenario-file.js';
import { startWsTarget, type WsTarget } from '../helpers/ws-target.js';

const FILE = fileURLToPath(new URL('../../examples/quotes-scenario.ts', import.meta.url));

let target: WsTarget;
afterEach(() => target.close());

describe('the quotes example', () => {
  it('is TypeScript, and gets the price that it asks for after a push', async () => {
    target = await startWsTarget({
      onMessage({ type, symbol }, socket) {
        socket.send(JSON.stringify({ type: 'news' }));
        socket.send(JSON.stringify({ type: type === 'quote' ? 'price' : 'error', symbol }));
      },
    });
    const scenario = await loadScenarioFile(FILE, { target: target.url, tasks: {}, env: {} });
    const identity = { index: 0, id: 'me', token: () => undefined, localAddress: undefined, seed: 1 };
    const results = await probe(scenario, identity, { timeoutMs: 5000 }, new AbortController().signal);
    expect(results).toMatchObject([{ task: 'quote', ok: true, detail: 'price' }]);
  });
});
