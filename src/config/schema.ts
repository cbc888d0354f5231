import { z } from 'zod';
import { readCriteria } from './criteria.js';
import { KINDMAP_DISABILITY_TYPES } from './profiles/kindmap.js';
import { canary } from './schema-canary.js';
import { customCriteria } from './schema-criteria.js';
import * as infrastructure from './schema-infrastructure.js';
import * as load from './schema-load.js';
import { offPeak } from './schema-off-peak.js';
import { choice, closed, list, positive, seconds, span, text, unknownKey, weight, wholeNumber, yesOrNo } from './schema-parts.js';
import { parseTarget } from './target.js';

/** Keys that describe a part of the file and change nothing. */
const DESCRIPTIVE = ['name', 'description', 'comment', '_comment', 'note', 'notes'];

const target = text().transform((value, ctx) => {
  const parsed = parseTarget(value);
  if (parsed.ok) return parsed.origin;
  ctx.addIssue({ code: 'custom', message: parsed.message });
  return z.NEVER;
});

/** A station's name; other facts about it are the target's business. */
const station = z.preprocess(
  (value) => (typeof value === 'string' ? { name: value } : value),
  z.looseObject({ name: text() }, { error: 'must be the name of a station or an object with its "name"' }),
);

const disabilityTypes = z.unknown().transform((value, ctx) => {
  const weights: Record<string, number> = {};
  const entries = disabilityEntries(value);
  if (entries === undefined) {
    ctx.addIssue({ code: 'custom', message: 'must be an object of weights, e.g. {"PHY": 1, "VIS": 1}, or a list of {"type", "weight"}' });
    return weights;
  }
  for (const { path, type, weight: raw } of entries) {
    const parsed = weight().safeParse(raw ?? 1);
    const known = KINDMAP_DISABILITY_TYPES.find((one) => one === type);
    if (known === undefined) ctx.addIssue({ code: 'custom', path, message: `must name one of ${KINDMAP_DISABILITY_TYPES.join(', ')}` });
    else if (!parsed.success) ctx.addIssue({ code: 'custom', path: [...path, 'weight'], message: 'must be a weight of 0 or more' });
    else weights[known] = (weights[known] ?? 0) + parsed.data;
  }
  const nobody = entries.length === 0 || (Object.keys(weights).length > 0 && Object.values(weights).every((one) => one === 0));
  if (nobody) ctx.addIssue({ code: 'custom', message: 'must give at least one type a weight above 0' });
  return weights;
});

interface DisabilityEntry {
  path: (string | number)[];
  type: unknown;
  weight: unknown;
}

function disabilityEntries(value: unknown): DisabilityEntry[] | undefined {
  if (Array.isArray(value)) return value.map((item: unknown, index) => ({ path: [index], ...typeAndWeight(item) }));
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).map(([type, item]) => ({ path: [type], type, weight: isMap(item) ? item.weight : item }));
}

function typeAndWeight(item: unknown): { type: unknown; weight: unknown } {
  return isMap(item) ? { type: item.type ?? item.code ?? item.name, weight: item.weight } : { type: item, weight: undefined };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** In the guide's table the last stage has no rate, since nobody is started in it. */
const noRate = (value: unknown) => (value === null || value === '-' || value === '' || value === 0 || value === '0' ? undefined : value);

const stage = closed(
  {
    name: text().optional(),
    duration_seconds: seconds(),
    target_users: wholeNumber(),
    spawn_rate: z.preprocess(noRate, positive().optional()),
  },
  DESCRIPTIVE.slice(1),
);

const stages = list(stage).superRefine(
  (value, ctx) => {
    if (!Array.isArray(value)) return;
    if (value.length === 0) ctx.addIssue({ code: 'custom', message: 'must hold at least one stage' });
    let users = 0;
    value.forEach((one: unknown, index) => {
      const before: unknown = value[index - 1];
      checkOrder(before, one, index, ctx);
      const own = isMap(one) ? one : {};
      if (own.spawn_rate === undefined && own.target_users !== users) {
        ctx.addIssue({
          code: 'custom',
          path: [index, 'spawn_rate'],
          message: 'must be a positive number, since the number of users changes',
        });
      }
      if (typeof own.target_users === 'number') users = own.target_users;
    });
  },
  // Also when a stage has other mistakes: all of them are to be told at once.
  { when: () => true },
);

function checkOrder(before: unknown, stage: unknown, index: number, ctx: z.core.$RefinementCtx<unknown>): void {
  if (!isMap(before) || !isMap(stage)) return;
  const [earlier, own] = [before.duration_seconds, stage.duration_seconds];
  if (typeof earlier !== 'number' || typeof own !== 'number' || own > earlier) return;
  ctx.addIssue({
    code: 'custom',
    path: [index, 'duration_seconds'],
    message:
      `the stage ends at ${own} s, no later than the one before (${earlier} s); ` +
      "duration_seconds is the time since the run's start at which the stage ends, not the stage's own length",
  });
}

const task = z.looseObject(
  { weight: weight().optional(), timeout_seconds: seconds().optional() },
  { error: 'must be an object with "weight" and "timeout_seconds"' },
);

/** @param known Names of the scenario's tasks; undefined while it is not loaded: then any name may be one. */
const messageTypes = (known: readonly string[] | undefined) =>
  z.record(z.string(), task, { error: 'must be an object with one key for each task' }).superRefine((tasks, ctx) => {
    for (const [name, options] of Object.entries(tasks)) {
      const meant = known === undefined || known.includes(name) ? undefined : unknownKey(name, known);
      if (meant?.includes('did you mean')) ctx.addIssue({ code: 'custom', path: [name], message: meant });
      for (const key of Object.keys(options).filter((one) => one !== 'weight' && one !== 'timeout_seconds')) {
        const nearly = unknownKey(key, ['weight', 'timeout_seconds']);
        if (nearly.includes('did you mean')) ctx.addIssue({ code: 'custom', path: [name, key], message: nearly });
      }
    }
  });

const criteria = (tasks: readonly string[]) =>
  z.unknown().transform((value, ctx) => {
    const read = readCriteria(value, tasks);
    for (const issue of read.issues) ctx.addIssue({ code: 'custom', ...issue });
    return read;
  });

const account = closed({ email: text(), password: text() }, [...DESCRIPTIVE, 'username', 'nickname', 'user_id', 'disability_type']);

/**
 * The configuration file: the guide's keys, and ours beside them.
 *
 * @param tasks Names of the scenario's tasks; undefined while it is not loaded.
 */
export const createFileSchema = (tasks: readonly string[] | undefined) =>
  closed(
    {
      target: target.optional(),
      scenario: load.scenario().optional(),
      stations: list(station)
        .refine((all) => new Set(all.map((one) => one.name)).size >= 2, {
          error: 'needs two different stations: a route has a start and an end',
        })
        .optional(),
      disability_types: disabilityTypes.optional(),
      load_pattern: closed({ stages: stages }, [...DESCRIPTIVE, 'type', 'strategy', 'total_duration_seconds', 'max_users']).optional(),
      message_types: messageTypes(tasks).optional(),
      success_criteria: criteria(tasks ?? []).optional(),
      criteria: customCriteria(tasks).optional(),
      infrastructure: infrastructure.infrastructure.optional(),
      canary,
      test_accounts: list(account).optional(),
      monitoring: infrastructure.monitoring.optional(),
      identity: choice(load.IDENTITIES).optional(),
      logins_per_second: positive().optional(),
      registered: load.registered.optional(),
      minted: load.minted.optional(),
      source_addresses: load.sourceAddresses.optional(),
      settle_seconds: load.secondsOrNone().optional(),
      rhythm: choice(load.RHYTHMS).optional(),
      think_time_seconds: span('two numbers of seconds, the first no greater than the second, e.g. [3, 5]').optional(),
      gps_step_meters: span('two numbers of metres, the first no greater than the second, e.g. [10, 50]').optional(),
      reconnect: load.reconnect.optional(),
      tls: load.tls.optional(),
      seed: load.seed().optional(),
      workers: load.workers().optional(),
      abort: load.abort,
      connect_timeout_seconds: seconds().optional(),
      stop_timeout_seconds: seconds().optional(),
      off_peak: offPeak.optional(),
      checks: text().optional(),
      strict: yesOrNo().optional(),
    },
    [...DESCRIPTIVE, '$schema', 'version', 'test_name', 'test_description', 'last_updated', 'author'],
  );

export type ConfigFile = z.infer<ReturnType<typeof createFileSchema>>;
