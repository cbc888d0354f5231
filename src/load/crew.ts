import type { NewEvent } from '../journal/event.js';
import type { Layout } from './capacity.js';
import { type Channel, openChannel } from './channel.js';
import { CrewRecipients } from './crew-recipients.js';
import type { FromWorker, ToWorker, WorkerData } from './protocol.js';

interface Member {
  channel: Channel;
  ready: PromiseWithResolvers<void>;
  done: PromiseWithResolvers<void>;
}

/** All workers of a load. Nobody is told `start` before everybody is ready, so that they share one clock. */
export class Crew {
  readonly #members: readonly Member[];
  readonly #onEvent: (event: NewEvent) => void;
  /** The users of all workers. Nobody is connected where the workers were told of no canaries. */
  readonly recipients: CrewRecipients;
  /** Every worker could start; rejects naming the first that could not. */
  readonly ready: Promise<void>;
  /** Every worker has done its share; rejects naming the first that died before. */
  readonly done: Promise<void>;

  /** @param dataOf What a worker is given, by its number. */
  constructor({ kind, workers }: Layout, dataOf: (worker: number) => WorkerData, onEvent: (event: NewEvent) => void) {
    this.#onEvent = onEvent;
    this.recipients = new CrewRecipients(workers, (worker, order) => this.#members[worker]?.channel.post({ type: 'canary', order }));
    this.#members = Array.from({ length: workers }, (_, worker) => this.#open(kind, worker));
    this.ready = allOf(this.#members.map(({ ready }) => ready.promise));
    this.done = allOf(this.#members.map(({ done }) => done.promise));
    for (const [worker, { channel }] of this.#members.entries()) channel.post({ type: 'prepare', data: dataOf(worker) });
  }

  tell(message: ToWorker): void {
    for (const { channel } of this.#members) channel.post(message);
  }

  /** Ends every worker at once. */
  async kill(): Promise<void> {
    await Promise.all(this.#members.map(({ channel }) => channel.kill()));
  }

  #open(kind: Layout['kind'], worker: number): Member {
    const ready = withResolvers();
    const done = withResolvers();
    const fail = (how: string): void => {
      const error = new Error(`load worker ${worker} ended before it was done: ${how}`);
      this.recipients.ended(worker);
      ready.reject(error);
      done.reject(error);
    };
    const onMessage = (message: FromWorker): void => {
      if (message.type === 'event') this.#onEvent(message.event);
      else if (message.type === 'canary') this.recipients.hear(message.report);
      else if (message.type === 'ready') ready.resolve();
      else if (message.type === 'failed') fail(message.message);
      else {
        this.recipients.ended(worker);
        done.resolve();
        channel.release();
      }
    };
    const channel = openChannel(kind, { onMessage, onGone: fail });
    return { channel, ready, done };
  }
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(reason: unknown): void;
}

function withResolvers(): PromiseWithResolvers<void> {
  let resolve: () => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

async function allOf(promises: readonly Promise<void>[]): Promise<void> {
  await Promise.all(promises);
}
