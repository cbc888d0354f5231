import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { createPlan, createScenario, tasksOf } from '../../src/load/plan.js';

const folder = mkdtempSync(join(tmpdir(), 'loadwitness-plan-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, 'class.mjs');
writeFileSync(
  file,
  `class Ask {
    name = 'ask'; weight = 1; timeoutMs = 10;
    message() { return { type: this.name, weight: this.weight }; }
    isReply() { return true; }
  }
  class Own {
    name = 'own';
    tasks = [new Ask(), Object.assign(new Ask(), { name: 'tell' })];
    createState() { return 0; }
    connect() { return { url: 'ws://127.0.0.1/' + this.name }; }
  }
  export default new Own();`,
);

const guests = { kind: 'guests', prefix: 'temp_' } as const;
const configOf = (base: object) => loadConfig({ flags: { target: 'ws://127.0.0.1', scenario: file }, env: {}, base }).config;

describe('createScenario', () => {
  it('loads a module and lays the configured weights and timeouts over its tasks', async () => {
    const scenario = await createScenario(configOf({ tasks: { ask: { weight: 5 }, tell: { timeoutSeconds: 2 } } }));
    expect(tasksOf(scenario)).toEqual({ ask: { weight: 5, timeoutSeconds: 0.01 }, tell: { weight: 1, timeoutSeconds: 2 } });
  });

  it('keeps the methods of a scenario and of tasks that are objects of a class', async () => {
    const scenario = await createScenario(configOf({ tasks: { ask: { weight: 5 } } }));
    const user = { index: 0, id: '', token: undefined, random: () => 0, state: scenario.createState() };
    expect(scenario.connect(user).url).toBe('ws://127.0.0.1/own');
    expect(scenario.tasks[0]?.message(user)).toEqual({ type: 'ask', weight: 5 });
    expect(scenario.tasks[1]?.message(user)).toEqual({ type: 'tell', weight: 1 });
  });

  it('changes nothing in the module, so that it can be loaded again', async () => {
    await createScenario(configOf({ tasks: { ask: { weight: 5 } } }));
    expect(tasksOf(await createScenario(configOf({})))).toMatchObject({ ask: { weight: 1 } });
  });
});

describe('createPlan', () => {
  it('passes rhythm, think time and backoff on in ms', () => {
    const config = configOf({ rhythm: 'paced', thinkTimeSeconds: [1, 2], reconnect: { firstSeconds: 0.5, mostSeconds: 8, attempts: 3 } });
    expect(createPlan(config, guests, 1, 0, 1)).toMatchObject({
      rhythm: 'paced',
      thinkTimeMs: [1000, 2000],
      backoff: { firstMs: 500, mostMs: 8000, attempts: 3 },
    });
  });

  it('has users come back for ever unless a limit is configured', () => {
    expect(createPlan(configOf({}), guests, 1, 0, 1).backoff.attempts).toBe(Number.POSITIVE_INFINITY);
  });

  it('gives each user of the run the same seed whichever worker it falls to, and deals out the addresses', () => {
    const config = configOf({ sourceAddresses: ['127.0.1.1', '127.0.1.2'] });
    const users = [0, 1].map((worker) => createPlan(config, guests, 40, worker, 2).identityOf(3));
    expect(users.map(({ id, seed, localAddress }) => ({ id, seed, localAddress }))).toEqual(
      Array(2).fill({ id: 'temp_3', seed: 43, localAddress: '127.0.1.2' }),
    );
  });
});
