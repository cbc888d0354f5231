import { Connection } from './connection.js';
import { parseMessage, typeOf, UNTYPED } from './message.js';
import { createRandom } from './random.js';
import type { Scenario, Task, User } from './scenario.js';
import type { UserIdentity } from './virtual-user.js';

/** One task, done once. */
export interface ProbeResult {
  task: string;
  ok: boolean;
  latencyMs: number;
  /** The reply's type, or the kind of the failure. */
  detail: string;
}

/**
 * Opens one socket, does each task of the scenario once, the first one first, and closes it. A timeout ends it early, since
 * the next reply could not be attributed.
 *
 * Rejects with the kind of the failure, e.g. `http 403`, when the socket cannot be opened or is lost.
 */
export function probe(scenario: Scenario, identity: UserIdentity, timeoutMs: number, signal: AbortSignal): Promise<ProbeResult[]> {
  const user: User = { ...identity, token: identity.token(), random: createRandom(identity.seed), state: scenario.createState() };
  const queue = firstTaskFirst(scenario);
  const results: ProbeResult[] = [];
  return new Promise((resolve, reject) => {
    let waiting: { task: Task; sentAt: number; timer: NodeJS.Timeout } | undefined;
    const perform = (): void => {
      const task = queue.shift();
      if (!task) return leave();
      const timer = setTimeout(() => {
        finish(false, 'timeout');
        leave();
      }, task.timeoutMs);
      const message = task.message(user);
      waiting = { task, sentAt: performance.now(), timer };
      connection.send(typeof message === 'string' ? message : JSON.stringify(message));
    };
    const finish = (ok: boolean, detail: string): void => {
      if (!waiting) return;
      clearTimeout(waiting.timer);
      results.push({ task: waiting.task.name, ok, latencyMs: performance.now() - waiting.sentAt, detail });
      waiting = undefined;
    };
    const leave = (): void => {
      signal.removeEventListener('abort', abort);
      connection.close();
      resolve(results);
    };
    const fail = (reason: unknown): void => {
      clearTimeout(waiting?.timer);
      signal.removeEventListener('abort', abort);
      reject(reason);
    };
    const abort = (): void => {
      connection.terminate();
      fail(signal.reason);
    };
    const connection = new Connection(
      scenario.connect(user),
      { timeoutMs, localAddress: identity.localAddress },
      {
        onOpen: perform,
        onRefused: (kind) => fail(new Error(kind)),
        onMessage(data) {
          const message = parseMessage(data);
          if (!message || !waiting?.task.isReply?.(message, user)) return;
          const { task } = waiting;
          const failure = task.failure?.(message);
          finish(failure === undefined, failure ?? typeOf(message) ?? UNTYPED);
          if (failure === undefined) task.onReply?.(message, user);
          perform();
        },
        onClose: (code) => fail(new Error(`close ${code}`)),
      },
    );
    signal.addEventListener('abort', abort, { once: true });
  });
}

function firstTaskFirst({ tasks, first }: Scenario): Task[] {
  return [...tasks].sort((a, b) => Number(b.name === first) - Number(a.name === first));
}
