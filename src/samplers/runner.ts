import { messageOf } from '../errors.js';
import type { Emit } from '../journal/event.js';
import type { Reading, Sampler, SamplerContext } from './sampler.js';

export interface SamplerRunnerOptions {
  samplers: readonly Sampler[];
  /** Milliseconds between two readings of one sampler. */
  intervalMs: number;
  /** Milliseconds until a reading is given up; the interval when left out, but at least 1,000. */
  deadlineMs?: number;
  emit: Emit;
}

export interface SamplerRunner {
  /** Settles when every sampler has made its first attempt to start, well or not. Never rejects. */
  started: Promise<void>;
  /** Takes one last reading of each sampler and stops it. Takes a few deadlines at most, and never rejects. */
  stop(): Promise<void>;
}

/**
 * Reads each sampler on a grid of its own, at 0, 1, 2, … intervals after the start. Samplers do not wait for one another, and what
 * one does wrong (throw, hang, fail to start) is told as `sampler.error` events and touches no other.
 */
export function startSamplers({
  samplers,
  intervalMs,
  deadlineMs = Math.max(intervalMs, 1_000),
  emit,
}: SamplerRunnerOptions): SamplerRunner {
  const loops = samplers.map((sampler) => startLoop(sampler, intervalMs, deadlineMs, emit));
  let stopping: Promise<void> | undefined;
  return {
    started: Promise.all(loops.map((loop) => loop.started)).then(() => undefined),
    stop() {
      stopping ??= Promise.all(loops.map((loop) => loop.stop())).then(() => undefined);
      return stopping;
    },
  };
}

function startLoop(sampler: Sampler, intervalMs: number, deadlineMs: number, emit: Emit): SamplerRunner {
  const begin = performance.now();
  let timer: NodeJS.Timeout | undefined;
  /** Number of the next point on the grid. */
  let slot = 0;
  let isStarted = false;
  let stopped = false;
  /** The call that runs now, settled only when the sampler itself is done: readings never overlap, also not with one that was given up. */
  let running: Promise<unknown> | undefined;

  const problem = (message: string) => emit({ type: 'sampler.error', sampler: sampler.id, message });

  /** Runs one call of the sampler. Settles at the deadline at the latest; undefined when there is no result. */
  async function attempt<T>(what: string, call: (ctx: SamplerContext) => Promise<T>) {
    const controller = new AbortController();
    let timeout: NodeJS.Timeout | undefined;
    let isOver = false;
    const deadline = new Promise<never>((_, reject) => {
      timeout = setTimeout(() => {
        reject(new Error('it took too long'));
        controller.abort(new Error(`not done within ${deadlineMs} ms`));
      }, deadlineMs);
    });
    // What a reading that was given up still says is about a time that is over.
    const ctx: SamplerContext = {
      signal: controller.signal,
      problem: (message) => {
        if (!isOver) problem(message);
      },
    };
    // Called inside an async function, so that a throw before the first await is a rejection too.
    const work = (async () => call(ctx))();
    const settled = work.then(noop, noop);
    running = settled;
    void settled.then(() => {
      if (running === settled) running = undefined;
    });
    try {
      return { value: await Promise.race([work, deadline]) };
    } catch (error) {
      problem(controller.signal.aborted ? `${what} was given up after ${deadlineMs} ms` : `${what} failed: ${messageOf(error)}`);
      return undefined;
    } finally {
      isOver = true;
      clearTimeout(timeout);
    }
  }

  async function start(): Promise<void> {
    const done = sampler.start === undefined ? {} : await attempt('the start', (ctx) => sampler.start?.(ctx) ?? Promise.resolve());
    isStarted = done !== undefined;
  }

  async function read(): Promise<void> {
    const result = await attempt('the reading', (ctx) => sampler.sample(ctx));
    if (result === undefined) return;
    const samples = result.value.filter((reading) => Number.isFinite(reading.value));
    for (const reading of result.value.filter((one) => !Number.isFinite(one.value))) problem(`${nameOf(reading)} is not a number`);
    if (samples.length > 0) emit({ type: 'sample', sampler: sampler.id, samples });
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
  /** The turn that is under way, which stop() lets finish. It is bounded by the deadlines. */
  let turn = started.then(() => (isStarted && !stopped ? read() : undefined));
  schedule();

  return {
    started,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await turn;
      if (running !== undefined) problem('the last reading was left out: the call before still runs');
      else if (isStarted) await read();
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
