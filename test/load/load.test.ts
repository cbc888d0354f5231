import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import type { LoadSecond, NewEvent, Stage } from '../../src/journal/event.js';
import type { Layout } from '../../src/load/capacity.js';
import type { Identities } from '../../src/load/identities.js';
import type { LoadConfig } from '../../src/load/plan.js';
import { type KindmapTarget, startKindmapTarget } from '../helpers/kindmap-target.js';
import { descendants, isRunning } from '../helpers/processes.js';
import { until } from '../helpers/until.js';

// Workers run what was built.
const BUILT = new URL('../../dist/src/load/load.js', import.meta.url).href;
const { startLoad } = (await import(BUILT)) as typeof import('../../src/load/load.js');

let target: KindmapTarget;
beforeEach(async () => {
  target = await startKindmapTarget();
});
const scripts: ChildProcess[] = [];
afterEach(async () => {
  for (const script of scripts.splice(0)) script.kill('SIGKILL');
  await target.close();
});

const KINDS = ['threads', 'processes'] as const;
const layoutOf = (kind: Layout['kind'], workers = 2, mostUsers = 1000): Layout => ({ kind, workers, mostUsers });
const oneStage = (users: number, untilSeconds: number): Stage[] => [{ name: 'one', users, spawnRate: 1000, untilSeconds }];
const guests: Identities = { kind: 'guests', prefix: 'guest_' };

function configOf(stages: Stage[], changes: Partial<LoadConfig> = {}): LoadConfig {
  const { config } = loadConfig({ flags: {}, env: {}, base: { target: target.url } });
  return { ...config, stages, thinkTimeSeconds: [0.02, 0.05], reconnect: { firstSeconds: 0.1, mostSeconds: 0.1 }, ...changes };
}

const secondsOf = (events: readonly NewEvent[]): LoadSecond[] => events.filter((event) => event.type === 'load.second') as LoadSecond[];
const requestsOf = (seconds: readonly LoadSecond[], task: string): number =>
  seconds.reduce((sum, { tasks }) => sum + (tasks[task]?.requests ?? 0), 0);
const indexOf = (path: string): number => Number(/guest_(\d+)/.exec(path)?.[1]);

describe.each(KINDS)('a load in %s', (kind) => {
  it('deals users evenly to its workers, each once, and loses nothing of what they tell', async () => {
    const events: NewEvent[] = [];
    const stages = [...oneStage(9, 0.5), { name: 'two', users: 9, spawnRate: 1000, untilSeconds: 1.2 }];
    const load = await startLoad(configOf(stages), guests, 1, layoutOf(kind, 3), (event) => events.push(event));
    expect(await load.ended).toBe('completed');
    expect(target.opened.map(indexOf).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(events[0]).toEqual({ type: 'load.start', seed: 1 });
    expect(events.at(-1)).toEqual({ type: 'load.end', reason: 'completed' });
    expect(events.flatMap((event) => (event.type === 'stage.start' ? [event.name] : []))).toEqual(['one', 'two']);
    const seconds = secondsOf(events);
    for (const worker of [0, 1, 2]) {
      const own = seconds.filter((second) => second.worker === worker);
      expect(requestsOf(own, 'connect')).toBe(3);
      expect(Math.max(...own.map(({ users }) => users.planned))).toBe(3);
    }
    expect(requestsOf(seconds, 'start_navigation') + requestsOf(seconds, 'location_update')).toBe(target.messages);
    expect(seconds.reduce((sum, { closes }) => sum + (closes['1000 client'] ?? 0), 0)).toBe(9);
  });

  it('is stopped in every worker', async () => {
    const events: NewEvent[] = [];
    const load = await startLoad(configOf(oneStage(4, 600)), guests, 1, layoutOf(kind), (event) => events.push(event));
    await until('four sockets', () => target.sockets.size === 4);
    load.stop();
    load.stop();
    expect(await load.ended).toBe('stopped');
    expect(events.at(-1)).toEqual({ type: 'load.end', reason: 'stopped' });
    await until('no socket', () => target.sockets.size === 0);
    expect(secondsOf(events).reduce((sum, { closes }) => sum + (closes['1000 client'] ?? 0), 0)).toBe(4);
  });

  it('gets more users or fewer while it runs, never more than the machine can hold', async () => {
    const events: NewEvent[] = [];
    const load = await startLoad(configOf(oneStage(2, 600)), guests, 1, layoutOf(kind, 2, 12), (event) => events.push(event));
    await until('two sockets', () => target.sockets.size === 2);
    expect(load.adjust(7)).toBe(7);
    await until('nine sockets', () => target.sockets.size === 9);
    expect(load.adjust(-8)).toBe(-1);
    await until('one socket', () => target.sockets.size === 1);
    expect(load.adjust(1000)).toBe(10);
    await until('twelve sockets', () => target.sockets.size === 12);
    expect(new Set(target.opened).size).toBe(target.opened.length);
    load.stop();
    await load.ended;
    expect(events.flatMap((event) => (event.type === 'load.adjust' ? [event.users] : []))).toEqual([7, -1, 10]);
  });

  it('gives users fresh tokens for their next connect, and shows them to nobody', async () => {
    const users = Array.from({ length: 4 }, (_, index) => ({ id: `user-${index}`, token: `old-secret-${index}` }));
    const load = await startLoad(configOf(oneStage(4, 600)), { kind: 'accounts', users }, 1, layoutOf(kind), () => {});
    await until('four sockets', () => target.sockets.size === 4);
    expect(new Set(target.opened)).toEqual(new Set(users.map(({ id, token }) => `/api/v1/ws/${id}?token=${token}`)));
    for (const pid of await descendants(process.pid)) {
      const shown = await Promise.all(['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')));
      expect(shown.join()).not.toContain('old-secret');
    }
    load.renew(users.map((_, index) => [index, `new-${index}`] as const));
    const fresh = users.map(({ id }, index) => `/api/v1/ws/${id}?token=new-${index}`);
    await until('reconnects with the new tokens', () => {
      for (const socket of target.sockets) socket.terminate();
      return fresh.every((path) => target.opened.includes(path));
    });
    load.stop();
    await load.ended;
  });

  it('has its users of all workers and addresses wait for canaries, and tells what becomes of those', async () => {
    const sourceAddresses = ['127.0.0.11', '127.0.0.12', '127.0.0.13'];
    const mark = { run: 'r', phase: 'load' as const, at: 'canary' };
    const load = await startLoad(configOf(oneStage(6, 600), { sourceAddresses }), guests, 1, layoutOf(kind), () => {}, mark);
    const { recipients } = load;
    const arrived: [number, number][] = [];
    const gone: number[] = [];
    recipients.follow({ arrived: (seq, at) => arrived.push([seq, at]), gone: (seqs) => gone.push(...seqs) });
    await until('all users', async () => {
      const chosen = await Promise.all(Array.from({ length: 12 }, (_, seq) => recipients.expect([seq])));
      const users = new Set(chosen.map((recipient) => recipient?.user));
      const addresses = new Set(chosen.map((recipient) => recipient?.address));
      return users.size === 6 && sourceAddresses.every((address) => addresses.has(address));
    });
    const chosen = await recipients.expect([100, 101]);
    const sentAt = performance.timeOrigin + performance.now();
    const frame = (seq: number) => JSON.stringify({ type: 'canary', canary: { run: 'r', phase: 'load', seq } });
    for (const socket of target.sockets) for (const seq of [100, 100]) socket.send(frame(seq));
    await until('both arrivals', () => arrived.length === 2);
    expect(arrived.map(([seq]) => seq)).toEqual([100, 100]);
    // One clock for all: a µs or two of rounding.
    for (const [, at] of arrived) expect(at - sentAt).toBeGreaterThan(-1);
    expect(await recipients.missing([100, 101, 102])).toEqual([101]);
    for (const socket of target.sockets) socket.terminate();
    await until('the withdrawal', () => gone.includes(101));
    expect(chosen?.user).toMatch(/^guest_[0-5]$/);
    expect(await recipients.missing([101])).toEqual([]);
    load.stop();
    await load.ended;
    expect(await recipients.expect([200])).toBeUndefined();
    expect(await recipients.missing([200])).toEqual([]);
  });

  it('does not begin when a worker cannot, and says why', async () => {
    const events: NewEvent[] = [];
    const config = configOf(oneStage(4, 600), { tls: { insecure: false, caFile: '/nowhere/ca.pem' } });
    await expect(startLoad(config, guests, 1, layoutOf(kind), (event) => events.push(event))).rejects.toThrow(
      /^load worker \d ended before it was done: tls: the CA \(\/nowhere\/ca\.pem\) cannot be used: ENOENT/,
    );
    expect(events).toEqual([]);
    expect(target.opened).toEqual([]);
  });

  it('leaves no process behind', async () => {
    const before = new Set(await descendants(process.pid));
    const load = await startLoad(configOf(oneStage(2, 0.1)), guests, 1, layoutOf(kind), () => {});
    await load.ended;
    await until('the end of its processes', async () => (await descendants(process.pid)).every((pid) => before.has(pid)));
  });
});

describe('a load in processes', () => {
  it('ends also when a worker hangs', async () => {
    const before = new Set(await descendants(process.pid));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const load = await startLoad(configOf(oneStage(4, 600)), guests, 1, layoutOf('processes'), () => {});
      await until('four sockets', () => target.sockets.size === 4);
      for (const pid of await descendants(process.pid)) if (!before.has(pid)) process.kill(pid, 'SIGSTOP');
      load.stop();
      vi.advanceTimersByTime(120_000);
      expect(await load.ended).toBe('error');
    } finally {
      vi.useRealTimers();
    }
    await until('no socket', () => target.sockets.size === 0);
  });

  it('ends when one of them dies, and names it', async () => {
    const before = new Set(await descendants(process.pid));
    const events: NewEvent[] = [];
    const load = await startLoad(configOf(oneStage(4, 600)), guests, 1, layoutOf('processes'), (event) => events.push(event));
    await until('four sockets', () => target.sockets.size === 4);
    const workers = (await descendants(process.pid)).filter((pid) => !before.has(pid));
    expect(workers).toHaveLength(2);
    process.kill(workers[0] as number, 'SIGKILL');
    expect(await load.ended).toBe('error');
    expect(events.at(-1)).toEqual({
      type: 'load.end',
      reason: 'error',
      message: expect.stringMatching(/^load worker [01] ended before it was done: SIGKILL$/),
    });
    await until('the end of the other', async () => !(await isRunning(workers[1] as number)));
    await until('no socket', () => target.sockets.size === 0);
  });

  it('says nothing of canaries for users of one that hangs, and chooses those of the others', async () => {
    const before = new Set(await descendants(process.pid));
    const mark = { run: 'r', phase: 'load' as const, at: 'canary' };
    const load = await startLoad(configOf(oneStage(4, 600)), guests, 1, layoutOf('processes'), () => {}, mark);
    const { recipients } = load;
    const users = new Map<number, number>();
    await until('users of both', async () => {
      for (const seq of [users.size * 2, users.size * 2 + 1]) users.set(seq, (await recipients.expect([seq]))?.index ?? -1);
      return new Set([...users.values()].map((index) => index % 2)).has(1) && [...users.values()].includes(0);
    });
    const [first] = (await descendants(process.pid)).filter((pid) => !before.has(pid));
    process.kill(first as number, 'SIGSTOP');
    const indexes = [(await recipients.expect([1000]))?.index, (await recipients.expect([1001]))?.index];
    expect(new Set(indexes.map((index) => (index ?? -1) % 2)).size).toBe(1);
    const missing = await recipients.missing([...users.keys()].filter((seq) => users.get(seq) !== -1));
    expect(new Set(missing.map((seq) => (users.get(seq) ?? -1) % 2))).toEqual(new Set([(indexes[0] ?? -1) % 2]));
    process.kill(first as number, 'SIGCONT');
    load.stop();
    expect(await load.ended).toBe('stopped');
  });

  it('ends with the process that started it', async () => {
    const parent = startScript({ stages: oneStage(4, 600), layout: layoutOf('processes') });
    await until('four sockets', () => target.sockets.size === 4);
    const workers = await descendants(parent.child.pid as number);
    expect(workers).toHaveLength(2);
    parent.child.kill('SIGKILL');
    for (const pid of workers) await until('its end', async () => !(await isRunning(pid)));
  });

  it('is left alone by a Ctrl-C that reaches all of them: it means what the parent says', async () => {
    const before = new Set(await descendants(process.pid));
    const load = await startLoad(configOf(oneStage(4, 600)), guests, 1, layoutOf('processes'), () => {});
    await until('four sockets', () => target.sockets.size === 4);
    for (const pid of await descendants(process.pid)) if (!before.has(pid)) process.kill(pid, 'SIGINT');
    const { messages } = target;
    await until('messages', () => target.messages > messages + 20);
    load.stop();
    expect(await load.ended).toBe('stopped');
  });

  it('holds more users than one process may have open files', async () => {
    const { child, output } = startScript({ stages: oneStage(400, 600), stopAt: 400 }, 'ulimit -n 300');
    await until('400 sockets', () => target.sockets.size === 400);
    await once(child, 'exit');
    const { layout, reason, connects, failures } = JSON.parse(output());
    expect(layout).toMatchObject({ kind: 'processes', workers: 2 });
    expect({ reason, connects, failures }).toEqual({ reason: 'stopped', connects: 400, failures: [] });
    expect(new Set(target.opened).size).toBe(400);
    expect(target.most).toBe(400);
  });
});

interface Script {
  stages: Stage[];
  /** Left out: as this process plans it. */
  layout?: Layout;
  /** Stops when so many users are connected. */
  stopAt?: number;
}

/** Runs a load in a process of its own, and after a shell command such as `ulimit -n 300`. Prints what came of it. */
function startScript({ stages, layout, stopAt }: Script, limit = 'true') {
  const order = { config: configOf(stages, { thinkTimeSeconds: [1, 2] }), layout, stopAt };
  const script = `
    import { planLayout } from ${JSON.stringify(new URL('./capacity.js', BUILT).href)};
    import { startLoad } from ${JSON.stringify(BUILT)};
    const { config, stopAt, layout = (await planLayout(config)).layout } = ${JSON.stringify(order)};
    const connected = new Map();
    const failures = new Set();
    let connects = 0;
    const load = await startLoad(config, { kind: 'guests', prefix: 'guest_' }, 1, layout, (event) => {
      if (event.type !== 'load.second') return;
      connected.set(event.worker, event.users.connected);
      connects += event.tasks.connect?.requests ?? 0;
      for (const task of Object.values(event.tasks)) for (const kind of Object.keys(task.failures)) failures.add(kind);
      if ([...connected.values()].reduce((sum, users) => sum + users, 0) === stopAt) load.stop();
    });
    const reason = await load.ended;
    process.stdout.write(JSON.stringify({ layout, reason, connects, failures: [...failures] }));`;
  const node = [process.execPath, '--input-type=module', '-e', script];
  const child = spawn('sh', ['-c', `${limit}; exec "$@"`, 'sh', ...node], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  scripts.push(child);
  let text = '';
  child.stdout.on('data', (data) => {
    text += data;
  });
  return { child, output: () => text };
}
