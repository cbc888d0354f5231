import { afterEach, describe, expect, it } from 'vitest';
import type { LoadSecond, NewEvent, Stage } from '../../src/journal/event.js';
import { Engine, type EnginePlan } from '../../src/load/engine.js';
import { CanaryMailbox } from '../../src/load/mailbox.js';
import type { Scenario } from '../../src/load/scenario.js';
import { startWsTarget, type WsTarget, type WsTargetOptions } from '../helpers/ws-target.js';

let target: WsTarget | undefined;
afterEach(() => target?.close());

const TIMEOUT_MS = 150;

/** Two kinds of questions; replies carry no id. */
function echoScenario(url: string, changes: Partial<Scenario> = {}): Scenario {
  const task = (name: string, weight: number) => ({
    name,
    weight,
    timeoutMs: TIMEOUT_MS,
    message: () => ({ type: name }),
    isReply: (message: { type: string }) => message.type === `${name} reply` || message.type === 'error',
    failure: (message: { type: string; code?: unknown }) => (message.type === 'error' ? `error ${message.code}` : undefined),
  });
  return {
    name: 'echo',
    createState: () => ({}),
    connect: () => ({ url: `${url}/ws` }),
    tasks: [task('ask', 0), task('move', 1)],
    first: 'ask',
    resync: { message: () => ({ type: 'ping' }), isReply: (message) => message.type === 'pong' },
    ...changes,
  };
}

interface Totals {
  tasks: Record<string, { requests: number; failures: Record<string, number>; replies: Record<string, number>; late: number }>;
  pushes: Record<string, number>;
  closes: Record<string, number>;
  drops: Record<string, number>;
  exceptions: Record<string, number>;
  unsent: number;
  seconds: LoadSecond[];
  stages: string[];
}

function total(events: NewEvent[]): Totals {
  const seconds = events.filter((event) => event.type === 'load.second') as LoadSecond[];
  const sum: Totals = { tasks: {}, pushes: {}, closes: {}, drops: {}, exceptions: {}, unsent: 0, seconds, stages: [] };
  const add = (into: Record<string, number>, counts: Record<string, number>) => {
    for (const [label, count] of Object.entries(counts)) into[label] = (into[label] ?? 0) + count;
  };
  for (const second of seconds) {
    for (const key of ['pushes', 'closes', 'drops', 'exceptions'] as const) add(sum[key], second[key]);
    sum.unsent += second.unsent;
    for (const [name, task] of Object.entries(second.tasks)) {
      sum.tasks[name] ??= { requests: 0, failures: {}, replies: {}, late: 0 };
      const into = sum.tasks[name];
      into.requests += task.requests;
      into.late += task.late;
      add(into.failures, task.failures);
      add(into.replies, task.replies);
    }
  }
  sum.stages = events.flatMap((event) => (event.type === 'stage.start' ? [event.name] : []));
  return sum;
}

const oneStage = (users: number, seconds: number): Stage[] => [{ name: 'one', users, spawnRate: 1000, untilSeconds: seconds }];

async function load(
  options: WsTargetOptions,
  {
    plan = {},
    scenario = {},
    stopWhen,
    mailbox,
  }: { plan?: Partial<EnginePlan>; scenario?: Partial<Scenario>; stopWhen?: (engine: Engine) => void; mailbox?: CanaryMailbox } = {},
): Promise<Totals> {
  target = await startWsTarget(options);
  const events: NewEvent[] = [];
  const engine = new Engine(
    {
      stages: oneStage(3, 0.6),
      rhythm: 'closed',
      thinkTimeMs: [10, 20],
      backoff: { firstMs: 1_000, mostMs: 1_000, attempts: Number.POSITIVE_INFINITY },
      tls: undefined,
      connectTimeoutMs: 300,
      stopTimeoutMs: 1000,
      worker: 0,
      workers: 1,
      identityOf: (index) => ({ index, id: `user-${index}`, token: () => undefined, localAddress: undefined, seed: index }),
      ...plan,
    },
    echoScenario(target.url, scenario),
    (event) => events.push(event),
    mailbox,
  );
  stopWhen?.(engine);
  await engine.run();
  return total(events);
}

const reply = (socket: { send(text: string): void }, type: string, more = {}) => socket.send(JSON.stringify({ type, ...more }));

describe('Engine', () => {
  it('connects every user, does the first task first and then by weight, and closes cleanly', async () => {
    const order = new Map<unknown, string[]>();
    const totals = await load({
      onSocket: (socket) => reply(socket, 'connected'),
      onMessage(message, socket) {
        order.set(socket, [...(order.get(socket) ?? []), message.type]);
        reply(socket, `${message.type} reply`);
      },
    });
    expect(totals.tasks.connect).toMatchObject({ requests: 3, failures: {} });
    expect(totals.tasks.ask).toMatchObject({ requests: 3, failures: {}, replies: { 'ask reply': 3 } });
    expect(totals.tasks.move?.requests).toBeGreaterThan(3);
    expect(totals.tasks.move?.replies).toEqual({ 'move reply': totals.tasks.move?.requests });
    expect(totals.pushes).toEqual({ connected: 3 });
    expect(totals.closes).toEqual({ '1000 client': 3 });
    expect(totals.drops).toEqual({});
    for (const types of order.values()) expect(types.findIndex((type) => type !== 'ask')).toBe(1);
  });

  it('names the stages as they begin and brings users up and down with them', async () => {
    const open: number[] = [];
    const totals = await load(
      {
        onSocket: () => open.push(target?.sockets.size ?? 0),
        onMessage: (message, socket) => reply(socket, `${message.type} reply`),
      },
      {
        plan: {
          stages: [
            { name: 'up', users: 5, spawnRate: 1000, untilSeconds: 0.3 },
            { name: 'down', users: 2, spawnRate: 1000, untilSeconds: 0.9 },
          ],
        },
      },
    );
    expect(totals.stages).toEqual(['up', 'down']);
    expect(Math.max(...open)).toBe(5);
    expect(totals.closes).toEqual({ '1000 client': 5 });
  });

  it('counts a late reply as late and never takes it for the next one', async () => {
    let asked = 0;
    const totals = await load(
      {
        onMessage(message, socket) {
          if (message.type === 'ping') return;
          // The first answer of the one user comes after its timeout, while the next question is waiting for its own.
          if (asked++ === 0) setTimeout(() => reply(socket, 'move reply', { n: 1 }), TIMEOUT_MS + 60);
          else setTimeout(() => reply(socket, 'move reply'), 100);
        },
      },
      { plan: { stages: oneStage(1, 0.9) }, scenario: { first: 'move' } },
    );
    expect(totals.tasks.move?.late).toBe(1);
    expect(totals.tasks.move?.failures).toEqual({ timeout: 1 });
    const latencies = totals.seconds.flatMap((second) => second.tasks.move?.latency ?? []).filter((_, index) => index % 2 === 0);
    expect(Math.min(...latencies)).toBeGreaterThan(90_000);
  });

  it('is not put off by one for ever when a reply is lost', async () => {
    let asked = 0;
    const totals = await load(
      {
        onMessage(message, socket) {
          if (message.type === 'ping') reply(socket, 'pong');
          else if (asked++ > 0) reply(socket, 'move reply');
        },
      },
      { plan: { stages: oneStage(1, 0.8) }, scenario: { first: 'move' } },
    );
    expect(totals.tasks.move?.failures).toEqual({ timeout: 1 });
    expect(totals.tasks.move?.late).toBe(0);
    expect(totals.tasks.move?.requests).toBeGreaterThan(3);
    expect(totals.pushes).toEqual({});
  });

  it('ends the session at a timeout when the scenario has no resync, and starts another', async () => {
    let sockets = 0;
    const totals = await load(
      { onSocket: () => sockets++, onMessage: (message, socket) => sockets > 1 && reply(socket, `${message.type} reply`) },
      { plan: { stages: oneStage(1, 1.8) }, scenario: { resync: undefined } as unknown as Partial<Scenario> },
    );
    expect(totals.tasks.ask?.failures).toEqual({ timeout: 1 });
    expect(totals.tasks.connect?.requests).toBe(2);
    expect(totals.drops).toEqual({});
    expect(totals.tasks.move?.requests).toBeGreaterThan(0);
  });

  it('counts an error reply as a failure of its task, by its code', async () => {
    const totals = await load(
      { onMessage: (_, socket) => reply(socket, 'error', { code: 'NO_ACTIVE_SESSION' }) },
      { plan: { stages: oneStage(1, 0.3) } },
    );
    expect(totals.tasks.ask).toMatchObject({ requests: 1, failures: { 'error NO_ACTIVE_SESSION': 1 }, replies: { error: 1 } });
  });

  it('counts frames that answer nothing by their type, and those that have none', async () => {
    const totals = await load(
      {
        onSocket(socket) {
          reply(socket, 'connected');
          socket.send('not json');
          socket.send('[1]');
          reply(socket, 'move reply');
        },
      },
      { plan: { stages: oneStage(1, 0.3) }, scenario: { resync: undefined } as unknown as Partial<Scenario> },
    );
    expect(totals.pushes).toEqual({ connected: 1, '(untyped)': 2, 'move reply': 1 });
  });

  it('counts a refused upgrade by its status and comes back later', async () => {
    let tries = 0;
    const totals = await load(
      { onUpgrade: () => (tries++ === 0 ? 403 : undefined), onMessage: (message, socket) => reply(socket, `${message.type} reply`) },
      { plan: { stages: oneStage(1, 1.8) } },
    );
    expect(totals.tasks.connect).toMatchObject({ requests: 2, failures: { 'http 403': 1 } });
    expect(totals.tasks.ask?.requests).toBe(1);
  });

  it('gives up a handshake that is never answered', async () => {
    const totals = await load({ onUpgrade: () => 'hang' }, { plan: { stages: oneStage(2, 0.6) } });
    expect(totals.tasks.connect).toMatchObject({ requests: 2, failures: { timeout: 2 } });
  });

  it('tells what the generator lacks from what the target refuses', async () => {
    const identityOf = (index: number) => ({ index, id: 'user', token: () => undefined, localAddress: '192.0.2.1', seed: 1 });
    const totals = await load({}, { plan: { stages: oneStage(1, 0.2), identityOf } });
    expect(totals.tasks.connect?.failures).toEqual({ 'generator EADDRNOTAVAIL': 1 });
  });

  it('counts a dropped socket at once, with the task that was waiting on it, reconnects, and times all of it', async () => {
    let sockets = 0;
    const totals = await load(
      {
        onSocket: () => sockets++,
        onMessage(message, socket) {
          if (sockets === 1) socket.terminate();
          else reply(socket, `${message.type} reply`);
        },
      },
      { plan: { stages: oneStage(1, 1.8) } },
    );
    expect(totals.drops).toEqual({ 'close 1006': 1 });
    expect(totals.closes).toEqual({ '1006 server': 1, '1000 client': 1 });
    expect(totals.tasks.ask?.failures).toEqual({ 'close 1006': 1 });
    expect(totals.tasks.connect?.requests).toBe(2);
    const timings = totals.seconds.flatMap((second) => Object.entries(second.timings));
    const pairsOf = (name: string) => timings.filter(([key]) => key === name).flatMap(([, pairs]) => pairs);
    const counted = ['handshake.tcp', 'handshake.upgrade', 'handshake.tls', 'reconnect'].map((name) =>
      pairsOf(name).reduce((sum, value, index) => (index % 2 === 1 ? sum + value : sum), 0),
    );
    expect(counted).toEqual([2, 2, 0, 1]);
    // The backoff of a second, of which half at most is left out.
    expect(pairsOf('reconnect')[0]).toBeGreaterThanOrEqual(500_000);
  });

  it('counts a task that was due on a socket that is gone as not sent', async () => {
    const totals = await load(
      {
        onMessage(message, socket) {
          reply(socket, `${message.type} reply`);
          socket.close(1012);
        },
      },
      { plan: { stages: oneStage(1, 0.4), thinkTimeMs: [200, 200] } },
    );
    expect(totals.unsent).toBe(1);
    expect(totals.drops).toEqual({ 'close 1012': 1 });
  });

  it('goes on when the scenario throws, and says what it threw', async () => {
    const broken = () => {
      throw new TypeError('no origin');
    };
    const totals = await load({}, { plan: { stages: oneStage(1, 0.2) }, scenario: { connect: broken } });
    expect(totals.exceptions).toEqual({ 'TypeError: no origin': 1 });
    expect(totals.tasks.connect?.failures).toEqual({ exception: 1 });
  });

  it('finishes the task under way when it is stopped early', async () => {
    const totals = await load(
      { onMessage: (message, socket) => setTimeout(() => reply(socket, `${message.type} reply`), 100) },
      { plan: { stages: oneStage(2, 60), thinkTimeMs: [5000, 5000] }, stopWhen: (engine) => setTimeout(() => void engine.stop(), 60) },
    );
    expect(totals.tasks.ask).toMatchObject({ requests: 2, failures: {} });
    expect(totals.closes).toEqual({ '1000 client': 2 });
  });

  it('ends the users that do not close within the deadline', async () => {
    const totals = await load(
      // A paused socket never answers the closing handshake.
      { onSocket: (socket) => socket.pause(), onMessage: () => {} },
      { plan: { stages: oneStage(2, 0.1), stopTimeoutMs: 100 } },
    );
    expect(totals.tasks.connect?.requests).toBe(2);
  });

  describe('in the paced rhythm', () => {
    it('sends on time whether or not the last message was answered, and pairs the replies in their order', async () => {
      const waiting: (() => void)[] = [];
      const totals = await load(
        {
          onMessage(message, socket) {
            waiting.push(() => reply(socket, `${message.type} reply`));
            // Three at a time, long after the second and third were sent.
            if (waiting.length === 3) for (const answer of waiting.splice(0)) answer();
          },
        },
        { plan: { stages: oneStage(1, 0.85), rhythm: 'paced', thinkTimeMs: [40, 40] }, scenario: { first: 'move' } },
      );
      const { requests = 0, failures, replies } = totals.tasks.move ?? {};
      expect(requests).toBeGreaterThanOrEqual(9);
      expect(replies).toEqual({ 'move reply': requests - (failures?.timeout ?? 0) });
      const latencies = totals.seconds.flatMap((second) => second.tasks.move?.latency ?? []).filter((_, index) => index % 2 === 0);
      expect(Math.max(...latencies)).toBeGreaterThan(70_000);
    });

    it('counts what was due while there was no connection as not sent', async () => {
      const totals = await load(
        { onMessage: (_, socket) => socket.terminate() },
        {
          plan: {
            stages: oneStage(1, 0.55),
            rhythm: 'paced',
            thinkTimeMs: [50, 50],
            backoff: { firstMs: 60_000, mostMs: 60_000, attempts: 9 },
          },
        },
      );
      expect(totals.tasks.ask?.failures).toEqual({ 'close 1006': 1 });
      expect(totals.unsent).toBeGreaterThanOrEqual(5);
      expect(totals.unsent).toBeLessThanOrEqual(11);
    });
  });

  it('lets a user give up after so many failures in a row, and starts nobody in its stead', async () => {
    const totals = await load(
      { onUpgrade: () => 503 },
      { plan: { stages: oneStage(2, 0.9), backoff: { firstMs: 100, mostMs: 100, attempts: 2 } } },
    );
    expect(totals.tasks.connect?.failures).toEqual({ 'http 503': 6 });
    expect(totals.seconds.at(-1)?.users.active).toBe(0);
  });
});

describe('Engine with canaries', () => {
  const mark = { run: 'r', phase: 'load' as const, at: 'canary' };
  const canary = (seq: number) => ({ canary: { run: 'r', phase: 'load', seq } });

  it('takes them for no reply and no push, and leaves every other frame as it is', async () => {
    const arrived: number[] = [];
    const mailbox = new CanaryMailbox(mark, { arrived: (seq) => arrived.push(seq), gone: () => {} });
    const sent: number[] = [];
    const anything = { name: 'any', weight: 1, timeoutMs: TIMEOUT_MS, message: () => ({ type: 'any' }), isReply: () => true };
    const totals = await load(
      {
        onMessage(_message, socket) {
          const seq = sent.length;
          // The first user has been heard by now; without a recipient there is no canary.
          if (mailbox.expect([seq])) {
            sent.push(seq);
            for (const each of target?.sockets ?? []) reply(each, 'canary', canary(seq));
          }
          reply(socket, 'reply', { canary: 'none' });
        },
      },
      {
        mailbox,
        plan: { stages: oneStage(3, 0.5), thinkTimeMs: [10, 20] },
        scenario: { tasks: [anything], first: 'any' },
      },
    );
    expect(sent.length).toBeGreaterThan(5);
    expect(arrived.toSorted((a, b) => a - b)).toEqual(sent);
    expect(totals.tasks.any?.replies).toEqual({ reply: totals.tasks.any?.requests });
    expect(totals.tasks.any?.failures).toEqual({});
    expect(totals.pushes).toEqual({});
  });

  it('chooses users from the first frame that they receive, and withdraws what a lost connection waits for', async () => {
    const gone: number[] = [];
    const mailbox = new CanaryMailbox(mark, { arrived: () => {}, gone: (seqs) => gone.push(...seqs) });
    let connected = 0;
    let heard = false;
    await load(
      {
        onSocket() {
          if (connected++ === 0) expect(mailbox.expect([0])).toBeUndefined();
        },
        onMessage(message, socket) {
          if (heard) expect(mailbox.expect([connected])).toMatchObject({ user: 'user-0', index: 0, address: 'default' });
          if (heard) socket.terminate();
          else reply(socket, `${message.type} reply`);
          heard = !heard;
        },
      },
      { mailbox, plan: { stages: oneStage(1, 0.6), backoff: { firstMs: 20, mostMs: 20, attempts: 100 } } },
    );
    expect(connected).toBeGreaterThan(1);
    expect(gone.slice(0, connected - 1)).toEqual(Array.from({ length: connected - 1 }, (_, index) => index + 1));
    expect(mailbox.expect([99])).toBeUndefined();
  });
});
