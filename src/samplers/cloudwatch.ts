import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudWatchClient } from '../clients/cloudwatch.js';
import { type Asked, CloudWatchAsker } from './cloudwatch-asker.js';
import { type CloudWatchTarget, titleOf } from './cloudwatch-plan.js';
import { snapshotOf } from './cloudwatch-snapshot.js';
import type { Reading, Sampler, SamplerContext } from './sampler.js';

const MINUTE_MS = 60_000;

/** How far back the first question goes: enough datapoints to see how often each metric is told, also with basic monitoring. */
export const LOOK_BACK_MS = 60 * MINUTE_MS;

/** How far each window goes back behind the last answer: datapoints come late, and those that are there may still change. */
const OVERLAP_MS = 15 * MINUTE_MS;

/** How long a wait for late datapoints pauses between two questions. */
const SETTLE_PAUSE_MS = 15_000;

/** What the last questions of a wait may take on top of it. */
const SETTLE_MARGIN_MS = 30_000;

export interface CloudWatchSamplerOptions {
  client: CloudWatchClient;
  config: CloudWatchTarget & { settleSeconds: number };
  /** Between two questions. */
  intervalMs?: number;
  /** Unix ms. */
  now?(): number;
  wait?(ms: number, signal: AbortSignal): Promise<unknown>;
}

/**
 * Reads the instance's metrics, those of its CloudWatch agent and the configured ones.
 *
 * - Datapoints are asked for with a period of 60 s. Where they are five minutes apart the instance has basic monitoring: the distance of
 *   the latest datapoints is a reading's attribute `period`, in seconds.
 * - A reading's `t` is the datapoint's timestamp: the begin of its period. It is given once, 60 s after its period is over.
 * - What keeps CloudWatch from answering is told once, not every minute, and the other samplers go on.
 */
export function cloudwatchSampler({
  client,
  config,
  intervalMs = MINUTE_MS,
  now = Date.now,
  wait = (ms, signal) => sleep(ms, undefined, { signal }),
}: CloudWatchSamplerOptions): Sampler {
  const asker = new CloudWatchAsker(client, config);
  /** From the start to the last reading: the load is within. */
  const run = { from: now(), to: now() };
  let lastAnswer: number | undefined;

  async function ask(ctx: SamplerContext, sinceMs?: number): Promise<Asked> {
    const asked = now();
    const since = sinceMs ?? (lastAnswer === undefined ? run.from - LOOK_BACK_MS : lastAnswer - OVERLAP_MS);
    // On whole periods of five minutes, as CloudWatch keeps them.
    const window = { from: floor(since), to: asked };
    const how = await asker.ask(window, 60, ctx);
    if (how === 'answered') lastAnswer = asked;
    return how;
  }

  const take = (): Reading[] => asker.series.flatMap((one) => one.take(run, now()));
  const missing = (): [string, number][] =>
    asker.series.flatMap((one): [string, number][] => {
      const count = one.missing(run, now());
      return count === 0 ? [] : [[titleOf(one.metric), count]];
    });

  return {
    id: 'cloudwatch',
    intervalMs,
    settleMs: config.settleSeconds * 1000 + SETTLE_MARGIN_MS,
    async start(ctx) {
      run.from = now();
      await ask(ctx);
    },
    async sample(ctx) {
      run.to = now();
      await ask(ctx);
      return take();
    },
    async snapshot(when, { signal }) {
      const from = when === 'before' ? run.from - 3 * LOOK_BACK_MS : floor(run.from - OVERLAP_MS);
      return await snapshotOf(client, { when, series: asker.series, window: { from: floor(from), to: now() }, period: 60, signal });
    },
    async settle(ctx) {
      const deadline = now() + config.settleSeconds * 1000;
      const readings: Reading[] = [];
      let how = await ask(ctx, run.from - LOOK_BACK_MS);
      readings.push(...take());
      while (how !== 'refused' && (how === 'failed' || missing().length > 0) && now() < deadline) {
        await wait(Math.min(SETTLE_PAUSE_MS, deadline - now()), ctx.signal);
        how = await ask(ctx, run.from - LOOK_BACK_MS);
        readings.push(...take());
      }
      const late = missing().map(([title, count]) => `${count} of ${title}`);
      // What refused was told when it did so.
      if (late.length > 0 || how === 'failed') ctx.problem(incomplete(late, config.settleSeconds));
      return readings;
    },
    async stop() {
      client.close();
    },
  };
}

function incomplete(late: readonly string[], seconds: number): string {
  const what = late.length > 0 ? `datapoints of the load's window are missing (${late.join(', ')})` : 'CloudWatch could not be read';
  return `${what} ${seconds} s after the load: use loadwitness finalize <run folder> to complete the run later`;
}

function floor(t: number): number {
  return Math.floor(t / (5 * MINUTE_MS)) * 5 * MINUTE_MS;
}
