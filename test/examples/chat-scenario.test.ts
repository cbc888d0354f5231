import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { LoadSecond, NewEvent } from '../../src/journal/event.js';
import { Engine, type EnginePlan } from '../../src/load/engine.js';
import { probe } from '../../src/load/probe.js';
import type { Scenario } from '../../src/load/scenario.js';
import { loadScenarioFile } from '../../src/load/scenario-file.js';
import { type Chat, startChat } from './chat-server.js';

const FILE = fileURLToPath(new URL('../../examples/chat-scenario.js', import.meta.url));

let chat: Chat;
afterEach(() => chat.target.close());

const identityOf = (index: number) => ({ index, id: `user ${index}`, token: () => undefined, localAddress: undefined, seed: index + 1 });

async function scenarioOf(url: string): Promise<Scenario> {
  return await loadScenarioFile(FILE, { target: url, tasks: {}, env: {} });
}

/** Runs three users until the server has seen this many requests. */
async function run(rhythm: EnginePlan['rhythm'], thinkTimeMs: [number, number], requests: number): Promise<LoadSecond[]> {
  chat = await startChat();
  const events: NewEvent[] = [];
  const plan: EnginePlan = {
    stages: [{ name: 'one', users: 3, spawnRate: 1000, untilSeconds: 60 }],
    rhythm,
    thinkTimeMs,
    backoff: { firstMs: 1000, mostMs: 1000, attempts: 1 },
    tls: undefined,
    connectTimeoutMs: 5000,
    stopTimeoutMs: 5000,
    worker: 0,
    workers: 1,
    identityOf,
  };
  const engine = new Engine(plan, await scenarioOf(chat.target.url), (event) => events.push(event));
  const seen = () => Object.values(chat.calls).reduce((sum, count) => sum + count, 0);
  const watch = setInterval(() => seen() >= requests && void engine.stop(), 5);
  await engine.run();
  clearInterval(watch);
  return events.filter((event) => event.type === 'load.second') as LoadSecond[];
}

/** Sums of one kind of count over all seconds. */
function sum(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const record of records) for (const [key, count] of Object.entries(record)) total[key] = (total[key] ?? 0) + count;
  return total;
}

const tasksOf = (seconds: readonly LoadSecond[], name: string) => seconds.flatMap((second) => second.tasks[name] ?? []);

describe.each([
  ['closed', [0, 4], 1],
  ['paced', [15, 15], 2],
] as const)('the chat example in %s rhythm', (rhythm, thinkTimeMs, inFlight) => {
  it('pairs every reply with its request, counts pushes apart and errors by their code', async () => {
    const seconds = await run(rhythm, [...thinkTimeMs], 60);
    const requests: Record<string, number> = {};
    for (const [method, name] of Object.entries({ 'room.join': 'join', 'room.send': 'send', 'room.history': 'history' })) {
      const task = tasksOf(seconds, name);
      requests[method] = task.reduce((all, one) => all + one.requests, 0);
      expect(sum(task.map((one) => one.failures))).toEqual(name === 'send' ? { 'error -32001': chat.refused } : {});
    }
    expect(requests).toEqual(chat.calls);
    expect(chat.refused).toBeGreaterThan(0);
    expect(requests['room.send']).toBeGreaterThan(requests['room.history'] ?? 0);
    expect(sum(seconds.map((second) => second.pushes))).toEqual({ 'room.message': Object.values(requests).reduce((a, b) => a + b, 0) });
    expect(sum(seconds.map((second) => second.exceptions))).toEqual({});
    expect(sum(seconds.map((second) => second.closes))).toEqual({ '1000 client': 3 });
    // A closed user waits for its reply; a paced one has sent the next by then, and gets that one's first.
    expect(Math.max(1, chat.mostInFlight)).toBe(inFlight);
    for (const room of chat.rooms) expect(room).toMatch(/^room-\d$/);
  });
});

describe('the chat example', () => {
  it('can be probed before the load', async () => {
    chat = await startChat();
    const results = await probe(await scenarioOf(chat.target.url), identityOf(0), { timeoutMs: 5000 }, new AbortController().signal);
    expect(results.map(({ task, ok, detail }) => [task, ok, detail])).toEqual([
      ['join', true, 'result'],
      ['send', true, 'result'],
      ['history', true, 'result'],
    ]);
  });

  it('asks for its sub-protocol, and sends a key that only the environment knows', async () => {
    chat = await startChat();
    const scenario = await loadScenarioFile(FILE, { target: 'ws://h', tasks: {}, env: { CHAT_API_KEY: 'k' } });
    const user = { index: 0, id: 'a b', token: undefined, random: () => 0, state: scenario.createState() };
    expect(scenario.connect(user)).toEqual({ url: 'ws://h/chat?user=a%20b', protocols: ['chat.v1'], headers: { 'x-api-key': 'k' } });
  });
});
