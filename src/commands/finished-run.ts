import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, UsageError } from '../errors.js';
import type { JournalEvent } from '../journal/event.js';
import { JournalError, readJournal } from '../journal/reader.js';
import { type CloudWatchTarget, seriesKey } from '../samplers/cloudwatch-plan.js';
import { BASIC_MS, missingPeriods, type Span } from '../samplers/cloudwatch-series.js';
import { CONFIG, JOURNAL } from './run-folder.js';

/** Id of the sampler whose readings are completed. */
export const SAMPLER = 'cloudwatch';

/** The part of a run's config.json that is needed. */
const saved = z.object({
  cloudwatch: z
    .object({
      region: z.string().optional(),
      endpoint: z.string().optional(),
      profile: z.string().optional(),
      instanceId: z.string().optional(),
      metrics: z.array(
        z.object({ namespace: z.string(), name: z.string(), statistic: z.string(), dimensions: z.record(z.string(), z.string()) }),
      ),
    })
    .optional(),
});

/** Whom to ask and for what. */
export interface CloudWatchOfRun extends CloudWatchTarget {
  endpoint?: string;
  profile?: string;
}

/** What was asked of CloudWatch. @throws UsageError when this is no run's folder or there was nothing to ask. */
export async function readCloudWatch(folder: string): Promise<CloudWatchOfRun> {
  const path = join(folder, CONFIG);
  let config: z.infer<typeof saved>;
  try {
    config = saved.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? `${error.issues[0]?.path.join('.')}: ${error.issues[0]?.message}` : messageOf(error);
    throw new UsageError(`${folder} is not the folder of a run: ${CONFIG}: ${why}`, { cause: error });
  }
  if (config.cloudwatch === undefined)
    throw new UsageError(`${folder}: this run had no CloudWatch (no "cloudwatch" in its ${CONFIG}): there is nothing to finalize`);
  // Where a key is left out, the SDK's own default counts: it must not be there as undefined.
  const { region, endpoint, profile, instanceId, metrics } = config.cloudwatch;
  return {
    metrics,
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    ...(instanceId !== undefined && { instanceId }),
  };
}

/** Spans that the journal has readings of, by series. */
export type Known = Map<string, Span[]>;

/**
 * The load's window (the whole run where there was no load) in Unix ms, and what the journal has of CloudWatch.
 *
 * @throws UsageError when the run has not finished, or its journal cannot be read.
 */
export function readRun(folder: string): { from: number; to: number; known: Known } {
  const begins: number[] = [];
  const ends: number[] = [];
  let start: number | undefined;
  let end: number | undefined;
  const known: Known = new Map();
  for (const event of eventsOf(folder)) {
    if (event.type === 'run.start') start = event.t;
    else if (event.type === 'run.end') end = event.t;
    else if (event.type === 'load.start' || event.type === 'external.start') begins.push(event.t);
    else if (event.type === 'load.end' || event.type === 'external.end') ends.push(event.t);
    else if (event.type === 'sample' && event.sampler === SAMPLER) {
      for (const sample of event.samples) remember(known, { ...sample, t: event.t });
    }
  }
  if (start === undefined) throw new UsageError(`${folder}: its journal has no run`);
  if (end === undefined) throw new UsageError(`${folder}: the run has not finished (or was killed): finalize it when it has`);
  return { from: begins[0] ?? start, to: ends.at(-1) ?? end, known };
}

function* eventsOf(folder: string): Generator<JournalEvent> {
  try {
    yield* readJournal(join(folder, JOURNAL));
  } catch (error) {
    if (error instanceof JournalError) throw new UsageError(error.message, { cause: error });
    if (error instanceof Error && 'code' in error)
      throw new UsageError(`${folder} is not the folder of a run: ${messageOf(error)}`, { cause: error });
    throw error;
  }
}

/** A reading as the sampler gives it and as the journal has it. */
interface Told {
  name: string;
  attributes?: Record<string, string> | undefined;
  t?: number;
}

/** Adds a reading to what is known. */
export function remember(known: Known, told: Told): void {
  const key = seriesKey(told);
  known.set(key, [...(known.get(key) ?? []), spanOf(told)]);
}

function spanOf({ t = 0, attributes = {} }: Told): Span {
  return { t, periodMs: Number(attributes.period) * 1000 || BASIC_MS };
}

/** Whether the journal has it: the same datapoint, or finer ones for all of its period. */
export function isKnown(reading: Told, period: number, known: Known): boolean {
  const spans = known.get(seriesKey(reading)) ?? [];
  const { t, periodMs } = spanOf(reading);
  if (spans.some((span) => span.t === t && span.periodMs >= period * 1000)) return true;
  return missingPeriods(spans, { from: t, to: t + periodMs }, 60_000, t) === 0;
}
