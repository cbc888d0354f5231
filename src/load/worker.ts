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
export type ToWorker = 'stop';

const port = parentPort as MessagePort;
const { config, identities, seed, worker, workers } = workerData as WorkerData;
const post = (message: FromWorker): void => port.postMessage(message);

const engine = new Engine(createPlan(config, identities, seed, worker, workers), createScenario(config), (event) => post({ event }));
port.on('message', (message: ToWorker) => {
  if (message === 'stop') void engine.stop();
});
await engine.run();
post({ done: true });
port.close();
