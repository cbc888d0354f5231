import process from 'node:process';
import { parentPort } from 'node:worker_threads';
import { messageOf } from '../errors.js';
import type { FromWorker, ToWorker } from './protocol.js';

/** A worker's way to the process that started it. */
export interface ParentPort {
  post(message: FromWorker): void;
  listen(onMessage: (message: ToWorker) => Promise<void> | void): void;
  /** Nothing is posted or heard any more. */
  close(): void;
}

/** The port of this thread, or of this process when it is a worker of its own. */
export function openParentPort(): ParentPort {
  const port = parentPort;
  if (!port) return openProcessPort();
  return {
    post: (message) => port.postMessage(message),
    listen: (onMessage) => port.on('message', onMessage),
    close: () => port.close(),
  };
}

function openProcessPort(): ParentPort {
  const post = (message: FromWorker): void => {
    process.send?.(message);
  };
  // A terminal's Ctrl-C reaches every process in it: the parent decides what it means.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
  // Whoever wanted the load is done with it or gone, and nobody else would ever end it.
  process.on('disconnect', () => process.exit());
  process.on('uncaughtException', (error) => post({ type: 'failed', message: messageOf(error) }));
  return {
    post,
    listen: (onMessage) => process.on('message', (message) => onMessage(message as ToWorker)),
    // The parent closes the channel when it has read everything.
    close: () => {},
  };
}
