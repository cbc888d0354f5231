import { messageOf } from '../errors.js';
import type { ComponentIdentity, Emit } from '../journal/event.js';
import { keepFile, type SaveFile } from './keep-file.js';
import type { Reading, Sampler, SamplerContext } from './sampler.js';

export interface SamplerRunnerOptions {
  samplers: readonly Sampler[];
  /** Milliseconds between two readings of one sampler. */
  intervalMs: number;
  /** Milliseconds until a reading is given up; the interval when left out, but at least 1,000. */
  deadlineMs?: number;
  emit: Emit;
  /** May reject: then the file is told as missing. */
  save: SaveFile;
}

export interface SamplerRunner {
  /** Settles when every sampler has made its first attempt to start, well or not. Never rejects. */
  started: Promise<void>;
  /** Takes one last reading of each sampler and stops it. Takes a few deadlines at most, and never rejects. @param patience What is told late is waited for until it is aborted; left out: not at all. */
  stop(patience?: AbortSignal): Promise<void>;
}

/** What is looked at once before and once after the load is worth waiting for. */
const SNAPSHOT_DEADLINE_MS = 15_000;

/**
 * Reads each sampler on a grid of its own, at 0, 1, 2, … intervals after the start. Samplers do not wait for one another, and what
 * one does wrong (throw, hang, fail to start) is told as `sampler.error` events and touches no other. Before the first and after the
 * last reading every sampler says what its components are and gives its snapshot.
 */
export function startSamplers({ samplers, intervalMs, deadlineMs, emit, save }: SamplerRunnerOptions): SamplerRunner {
  const loops = samplers.map((sampler) => {
    const own = sampler.intervalMs ?? intervalMs;
    return startLoop(sampler, { intervalMs: own, deadlineMs: deadlineMs ?? Math.max(own, 1_000), emit, save });
  });
  const all = async <T>(what: (loop: Loop) => Promise<T>): Promise<T[]> => await Promise.all(loops.map(what));
  const identities = async (phase: 'start' | 'end'): Promise<void> => {
    const components = (await all((loop) => loop.identify())).flat();
    if (components.length > 0) emit({ type: 'target.identity', phase, components });
  };
  let stopping: Promise<void> | undefined;
  const stop = async (patience: AbortSignal): Promise<void> => {
    await all((loop) => loop.finish());
    // What is told late also belongs into the last picture of its source, and holds up no other's.
    const snapshots = all(async (loop) => {
      await loop.settle(patience);
      await loop.snapshot('after');
    });
    await Promise.all([identities('end'), snapshots]);
    await all((loop) => loop.stop());
  };
  return {
    started: all((loop) => loop.started).then(async () => {
      await Promise.all([identities('start'), all((loop) => loop.snapshot('before'))]);
    }),
    stop(patience = AbortSignal.abort()) {
      stopping ??= stop(patience);
      return stopping;
    },
  };
}

interface LoopOptions {
  intervalMs: number;
  deadlineMs: number;
  emit: Emit;
  save: SaveFile;
}

/** One sampler's own course. Nothing here ever rejects. */
interface Loop {
  started: Promise<void>;
  identify(): Promise<ComponentIdentity[]>;
  snapshot(when: 'before' | 'after'): Promise<void>;
  /** Takes the last reading. */
  finish(): Promise<void>;
  settle(patience: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

function startLoop(sampler: Sampler, { intervalMs, deadlineMs, emit, save }: LoopOptions): Loop {
  const begin = performance.now();
  let timer: NodeJS.Timeout | undefined;
  /** Number of the next point on the grid. */
  let slot = 0;
  let isStarted = false;
  let stopped = false;
  /** The call that runs now, settled only when the sampler itself is done: readings never overlap, also not with one that was given up. */
  let running: Promise<void> | undefined;

  const problem = (message: string) => emit({ type: 'sampler.error', sampler: sampler.id, message });

  /** Runs one call of the sampler. Settles at the deadline at the latest; undefined when there is no result. */
  async function attempt<T>(
    what: string,
    call: (ctx: SamplerContext) => Promise<T>,
    { withinMs = deadlineMs, onBegun = noop }: { withinMs?: number | undefined; onBegun?(settled: Promise<void>): void } = {},
  ) {
    const controller = new AbortController();
    let timeout: NodeJS.Timeout | undefined;
    let isOver = false;
    const deadline = new Promise<never>((_, reject) => {
      timeout = setTimeout(() => {
        reject(new Error('it took too long'));
        controller.abort(new Error(`not done within ${withinMs} ms`));
      }, withinMs);
    });
    /** Lets a sampler tell something for as long as it is its turn: what a call that was given up still says is about a time that is over. */
    const tell =
      <A>(how: (told: A) => void) =>
      (told: A) => {
        if (!isOver) how(told);
      };
    const ctx: SamplerContext = {
      signal: controller.signal,
      problem: tell(problem),
      note: tell((note) => emit({ type: 'target.event', sampler: sampler.id, ...note })),
      clock: tell((reading) => emit({ type: 'clock.offset', ...reading })),
      example: tell((example) => emit({ type: 'log.example', ...example })),
    };
    // Called inside an async function, so that a throw before the first await is a rejection too.
    const work = (async () => call(ctx))();
    onBegun(work.then(noop, noop));
    try {
      return { value: await Promise.race([work, deadline]) };
    } catch (error) {
      problem(controller.signal.aborted ? `${what} was given up after ${withinMs} ms` : `${what} failed: ${messageOf(error)}`);
      return undefined;
    } finally {
      isOver = true;
      clearTimeout(timeout);
    }
  }

  /** Has later readings wait for this call. A snapshot is none of theirs. */
  function onBegun(settled: Promise<void>): void {
    running = settled;
    void settled.then(() => {
      if (running === settled) running = undefined;
    });
  }

  async function start(): Promise<void> {
    const call = (ctx: SamplerContext) => sampler.start?.(ctx) ?? Promise.resolve();
    const done = sampler.start === undefined ? {} : await attempt('the start', call, { onBegun });
    isStarted = done !== undefined;
  }

  async function read(): Promise<void> {
    const result = await attempt('the reading', (ctx) => sampler.sample(ctx), { onBegun });
    if (result !== undefined) emitReadings(result.value);
  }

  /** One event for each moment that the readings are of. */
  function emitReadings(readings: readonly Reading[]): void {
    const byTime = new Map<number | undefined, Reading[]>();
    for (const reading of readings) {
      if (!Number.isFinite(reading.value)) problem(`${nameOf(reading)} is not a number`);
      else byTime.set(reading.t, [...(byTime.get(reading.t) ?? []), reading]);
    }
    for (const [t, some] of byTime) {
      emit({
        type: 'sample',
        ...(t !== undefined && { t }),
        sampler: sampler.id,
        ...(sampler.intervalMs !== undefined && { intervalMs: sampler.intervalMs }),
        samples: some.map(({ t: _, ...sample }) => sample),
      });
    }
  }

  async function tick(): Promise<void> {
    if (!isStarted) await start();
    if (isStarted && !stopped) await read();
  }

  function schedule(): void {
    if (stopped) return;
    const elapsed = performance.now() - begin;
    // A timer can be a fraction of a millisecond early: that must not make the same slot due twice.
    slot = Math.max(slot, Math.floor(elapsed / intervalMs)) + 1;
    timer = setTimeout(onTime, slot * intervalMs - elapsed);
  }

  function onTime(): void {
    if (running === undefined) turn = tick();
    else problem('the reading was left out: the call before still runs');
    schedule();
  }

  const started = start();
  /** The turn that is under way, which finish() lets end. It is bounded by the deadlines. */
  let turn = started.then(() => (isStarted && !stopped ? read() : undefined));
  schedule();

  return {
    started,
    async identify() {
      if (sampler.identify === undefined) return [];
      const call = (ctx: SamplerContext) => sampler.identify?.(ctx) ?? Promise.resolve([]);
      return (await attempt('the look at what runs', call, { withinMs: SNAPSHOT_DEADLINE_MS }))?.value ?? [];
    },
    async snapshot(when) {
      if (sampler.snapshot === undefined) return;
      const call = (ctx: SamplerContext) => sampler.snapshot?.(when, ctx) ?? Promise.resolve([]);
      const files = await attempt(`the snapshot ${when} the load`, call, { withinMs: SNAPSHOT_DEADLINE_MS });
      for (const file of files?.value ?? []) emit(await keepFile(file, sampler.id, save));
    },
    async finish() {
      stopped = true;
      clearTimeout(timer);
      await turn;
      if (running !== undefined) problem('the last reading was left out: the call before still runs');
      else if (isStarted) await read();
    },
    async settle(patience) {
      if (sampler.settle === undefined || !isStarted || patience.aborted) return;
      const call = (ctx: SamplerContext) =>
        sampler.settle?.({ ...ctx, signal: AbortSignal.any([ctx.signal, patience]) }) ?? Promise.resolve([]);
      const late = await attempt('the wait for late readings', call, { withinMs: sampler.settleMs });
      if (late !== undefined) emitReadings(late.value);
    },
    async stop() {
      // Also after a failed start, which may have left something open.
      await attempt('the stop', async () => sampler.stop?.());
    },
  };
}

function noop(): void {
  // Only waits: what the call brought or threw is looked at elsewhere.
}

function nameOf({ name, attributes }: Reading): string {
  const values = Object.values(attributes ?? {});
  return values.length === 0 ? name : `${name} (${values.join(', ')})`;
}
