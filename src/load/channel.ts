import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../errors.js';
import type { FromWorker, ToWorker } from './protocol.js';

/** The way to a worker, be it a thread of this process or a process of its own. */
export interface Channel {
  post(message: ToWorker): void;
  /** Lets a worker that has said that it is done go. */
  release(): void;
  /** Ends the worker at once, and resolves when it is gone. */
  kill(): Promise<void>;
}

export interface ChannelHandlers {
  onMessage(message: FromWorker): void;
  /** The worker is gone. Comes after all of its messages. @param how e.g. `SIGKILL`, `exit code 1`, the message of what it threw. */
  onGone(how: string): void;
}

const ENTRY = new URL('./worker.js', import.meta.url);

/** Starts a worker. */
export function openChannel(kind: 'threads' | 'processes', handlers: ChannelHandlers): Channel {
  return kind === 'threads' ? openThread(handlers) : openProcess(handlers);
}

function openThread({ onMessage, onGone }: ChannelHandlers): Channel {
  const thread = new Worker(ENTRY);
  thread.on('message', onMessage);
  thread.on('error', (error) => onGone(messageOf(error)));
  thread.on('exit', (code) => onGone(`exit code ${code}`));
  return {
    post: (message) => thread.postMessage(message),
    // Its port is closed from its own side, and with that it ends.
    release: () => {},
    async kill() {
      await thread.terminate();
    },
  };
}

function openProcess({ onMessage, onGone }: ChannelHandlers): Channel {
  const child = fork(fileURLToPath(ENTRY), [], {
    // Flags such as --eval or --inspect=<port> are the parent's alone; NODE_OPTIONS is passed on.
    execArgv: [],
    // Data is copied in the same way as to a thread: an undefined stays one.
    serialization: 'advanced',
    // stdout is the report's alone.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  // What the child said last may still be on its way when the child itself is gone.
  const silent = once(child, 'disconnect');
  child.on('message', (message) => onMessage(message as FromWorker));
  child.on('error', (error) => onGone(messageOf(error)));
  Promise.all([exited, silent]).then(
    ([[code, signal]]) => onGone(signal ?? `exit code ${code}`),
    () => {}, // It could not be started, which the listener for errors above has told.
  );
  return {
    post: (message) => {
      if (child.connected) child.send(message);
    },
    release: () => {
      if (child.connected) child.disconnect();
    },
    async kill() {
      if (child.kill('SIGKILL')) await exited;
    },
  };
}
