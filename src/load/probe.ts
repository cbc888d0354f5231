import { Connection, type ConnectionOptions } from './connection.js';
import { InFlight } from './in-flight.js';
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
 * Rejects with the kind of the failure, e.g. `http 403`, when the socket cannot be opened or is lost, and with what the scenario throws.
 */
export function probe(
  scenario: Scenario,
  identity: UserIdentity,
  { timeoutMs, tls }: Pick<ConnectionOptions, 'timeoutMs' | 'tls'>,
  signal: AbortSignal,
): Promise<ProbeResult[]> {
  const user: User = { ...identity, token: identity.token(), random: createRandom(identity.seed), state: scenario.createState() };
  const queue = firstTaskFirst(scenario);
  const results: ProbeResult[] = [];
  const inFlight = new InFlight(scenario);
  return new Promise((resolve, reject) => {
    let waiting: { task: Task; sentAt: number; timer: NodeJS.Timeout } | undefined;
    const perform = (): void => {
      const task = queue.shift();
      if (!task) return leave();
      const message = task.message(user);
      const id = scenario.correlation?.requestId(typeof message === 'string' ? JSON.parse(message) : message);
      const timer = setTimeout(() => {
        finish(false, 'timeout');
        leave();
      }, task.timeoutMs);
      const sentAt = performance.now();
      waiting = { task, sentAt, timer };
      inFlight.add({ task, id, sentAt, intendedAt: sentAt, expired: false });
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
    const receive = (bytes: Buffer, start: number, end: number): void => {
      const message = parseMessage(bytes, start, end);
      const task = message && inFlight.match(message, user)?.task;
      if (!message || !task) return;
      const failure = task.failure?.(message);
      finish(failure === undefined, failure ?? (scenario.typeOf ?? typeOf)(message) ?? UNTYPED);
      if (failure === undefined) task.onReply?.(message, user);
      perform();
    };
    /** Calls the scenario's code, which may throw what would otherwise end the process. */
    const attempt = (call: () => void): void => {
      try {
        call();
      } catch (error) {
        connection.terminate();
        fail(new Error('the scenario throws', { cause: error }));
      }
    };
    const connection = new Connection(
      scenario.connect(user),
      { timeoutMs, tls, localAddress: identity.localAddress },
      {
        onOpen: () => attempt(perform),
        onRefused: (kind) => fail(new Error(kind)),
        onMessage: (bytes, start, end) => attempt(() => receive(bytes, start, end)),
        onClose: (code) => fail(new Error(`close ${code}`)),
      },
    );
    signal.addEventListener('abort', abort, { once: true });
  });
}

function firstTaskFirst({ tasks, first }: Scenario): Task[] {
  return [...tasks].sort((a, b) => Number(b.name === first) - Number(a.name === first));
}
