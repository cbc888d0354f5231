/** Entry of a worker thread: runs its share of the users and posts what happens. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { NewEvent } from '../journal/event.js';
import { Engine } from './engine.js';
import type { Identities } from './identities.js';
import { createPlan, createScenario, type LoadConfig } from './plan.js';

export interface WorkerData {
  config: LoadConfig;
  identities: Identities;
  seed: number;
  worker: number;
  workers: number;
}

/** What a worker posts: events, and at last that it is done. */
export type FromWorker = { event: NewEvent } | { done: true };

/** What a worker is told. */
export type ToWorker =
  | { type: 'stop' }
  /** Users on top of the plan, the sum of all adjustments so far. */
  | { type: 'adjust'; users: number }
  /** Fresh tokens: `[position in identities.users, token]`. */
  | { type: 'tokens'; tokens: readonly (readonly [number, string])[] };

const port = parentPort as MessagePort;
const { config, identities, seed, worker, workers } = workerData as WorkerData;
const post = (message: FromWorker): void => port.postMessage(message);

const engine = new Engine(createPlan(config, identities, seed, worker, workers), await createScenario(config), (event) => post({ event }));
port.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'stop':
      void engine.stop();
      break;
    case 'adjust':
      engine.adjust(message.users);
      break;
    case 'tokens':
      renew(identities, message.tokens);
      break;
  }
});
await engine.run();
post({ done: true });
port.close();

function renew(all: Identities, tokens: readonly (readonly [number, string])[]): void {
  if (all.kind === 'guests') return;
  for (const [index, token] of tokens) {
    const user = all.users[index];
    if (user) user.token = token;
  }
}
