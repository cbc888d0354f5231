import { Worker } from 'node:worker_threads';
import { messageOf } from '../errors.js';
import type { Emit } from '../journal/event.js';
import type { Identities } from './identities.js';
import type { LoadConfig } from './plan.js';
import type { FromWorker, ToWorker, WorkerData } from './worker.js';

/** A load under way. */
export interface Load {
  /** Resolves after `load.end` was emitted: `error` when a worker died. */
  readonly ended: Promise<'completed' | 'stopped' | 'error'>;
  /** Lets users finish and close. Safe to call more than once. */
  stop(): void;
  /** Adds users to the plan for the rest of the run, or takes some away. */
  adjust(users: number): void;
  /** Gives users fresh tokens for their next connect: `[position in identities.users, token]`. */
  renew(tokens: readonly (readonly [number, string])[]): void;
}

/** Runs the plan in worker threads, so that sampling and reporting do not disturb it. */
export function startLoad(config: LoadConfig, identities: Identities, seed: number, emit: Emit): Load {
  const workers = 1;
  let stopped = false;
  emit({ type: 'load.start' });
  const threads = Array.from({ length: workers }, (_, worker) => {
    // URLs of sockets hold tokens, so a worker gets its data by message and never by its arguments or environment.
    const data: WorkerData = { config, identities, seed, worker, workers };
    return new Worker(new URL('./worker.js', import.meta.url), { workerData: data });
  });
  const tell = (message: ToWorker): void => {
    for (const thread of threads) thread.postMessage(message);
  };
  const stop = (): void => {
    stopped = true;
    tell({ type: 'stop' });
  };
  let adjustment = 0;
  const adjust = (users: number): void => {
    adjustment += users;
    emit({ type: 'load.adjust', users: adjustment });
    tell({ type: 'adjust', users: adjustment });
  };
  const ended = Promise.all(threads.map((thread) => finished(thread, emit))).then(
    () => {
      const reason = stopped ? 'stopped' : 'completed';
      emit({ type: 'load.end', reason });
      return reason;
    },
    async (error: unknown) => {
      await Promise.all(threads.map((thread) => thread.terminate()));
      emit({ type: 'load.end', reason: 'error', message: messageOf(error) });
      return 'error' as const;
    },
  );
  return { ended, stop, adjust, renew: (tokens) => tell({ type: 'tokens', tokens }) };
}

/** Passes a worker's events on until it says that it is done. */
function finished(thread: Worker, emit: Emit): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.on('message', (message: FromWorker) => {
      if ('event' in message) emit(message.event);
      else resolve();
    });
    thread.on('error', reject);
    thread.on('exit', (code) => reject(new Error(`a load worker ended with code ${code} before it was done`)));
  });
}
