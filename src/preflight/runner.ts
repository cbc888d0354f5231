import { messageOf } from '../errors.js';
import type { CheckResultEvent, Emit } from '../journal/event.js';
import type { Check, CheckContext, CheckResult } from './check.js';
import { missingFor } from './missing.js';
import { Turns } from './turns.js';

/** One line of the checklist, as it goes to the journal. */
export type CheckReport = Omit<CheckResultEvent, 'type' | 't'>;

export interface PreflightOptions {
  /** In the order of the checklist. A check may only be `after` checks that stand before it. */
  checks: readonly Check[];
  ctx: CheckContext;
  emit: Emit;
  /** Checks that are not wanted, by their id, with the reason: each is a `skip`, and holds back nothing that comes after it. */
  skip?: ReadonlyMap<string, string>;
  /** Told of each check as it starts; of one that is skipped never. */
  onStart?: (check: Check) => void;
  /** Told of each check as it finishes. */
  onUpdate?: (report: CheckReport) => void;
  /** For checks that name no deadline of their own; 10,000. */
  deadlineMs?: number;
}

export interface PreflightResult {
  /**
   * No required check failed, and under `strict` none was left unevaluated by an error. What is only recommended never counts. False when
   * the run was stopped meanwhile.
   */
  passed: boolean;
  /** In the order of the checklist. */
  results: CheckReport[];
}

const DEFAULT_DEADLINE_MS = 10_000;

/** What a finished check means for those after it. */
interface Outcome {
  report: CheckReport;
  /** Why checks after this one make no sense. */
  blocks: string | undefined;
}

/**
 * Runs the checks at the same time, as far as `after` and `apart` allow, each with its own deadline, which begins when its turn comes.
 * `check.result` is emitted in the order of the list, each as soon as it and all before it have finished; `preflight.end` at the end. Never
 * rejects because of a check: a throw, a missed deadline or a result that is none is an `error`.
 */
export async function runPreflight({ checks, emit, ...options }: PreflightOptions): Promise<PreflightResult> {
  const { ctx, onUpdate } = options;
  const turns = new Turns();
  const running = new Map<string, Promise<Outcome>>();
  // What is not on this list holds nothing back.
  const isListed = new Set(checks.map(({ id }) => id));
  for (const check of checks) {
    const before = (check.after ?? [])
      .filter((id) => isListed.has(id))
      .map((id) => {
        const earlier = running.get(id);
        if (earlier === undefined) throw new Error(`check ${check.id} is after ${id}, which does not stand before it`);
        return earlier;
      });
    const finished = outcomeOf(check, before, turns, options).then((outcome) => {
      onUpdate?.(outcome.report);
      return outcome;
    });
    running.set(check.id, finished);
  }
  const results: CheckReport[] = [];
  for (const finished of running.values()) {
    const { report } = await finished;
    emit({ type: 'check.result', ...report });
    results.push(report);
  }
  const passed = !ctx.signal.aborted && !results.some((report) => stopsTheLoad(report, ctx.config.strict));
  emit({ type: 'preflight.end', passed });
  return { passed, results };
}

/** A skip stops nothing, and is no pass either: it says what was not looked at. */
function stopsTheLoad({ status, recommended }: CheckReport, strict: boolean): boolean {
  return recommended !== true && (status === 'fail' || (status === 'error' && strict));
}

type RunOptions = Omit<PreflightOptions, 'checks' | 'emit'>;

async function outcomeOf(check: Check, before: readonly Promise<Outcome>[], turns: Turns, options: RunOptions): Promise<Outcome> {
  const { ctx, skip } = options;
  const unwanted = skip?.get(check.id);
  if (unwanted !== undefined) return skipped(check, unwanted);
  const missing = check.needs.map((need) => missingFor(need, ctx.config)).find((reason) => reason !== undefined);
  if (missing !== undefined) return skipped(check, missing);
  // Also a check that was skipped for an earlier failure: what comes after it stands on the same ground.
  const blocked = (await Promise.all(before)).map((outcome) => outcome.blocks).find((reason) => reason !== undefined);
  if (blocked !== undefined) return { ...skipped(check, blocked), blocks: blocked };
  await turns.enter(check);
  try {
    return ctx.signal.aborted ? skipped(check, 'the run was stopped before') : await evaluated(check, options);
  } finally {
    turns.leave(check);
  }
}

const skipped = (check: Check, observed: string): Outcome => ({
  report: reportOf(check, { status: 'skip', observed }, 0),
  blocks: undefined,
});

async function evaluated(check: Check, { ctx, onStart, deadlineMs = DEFAULT_DEADLINE_MS }: RunOptions): Promise<Outcome> {
  onStart?.(check);
  const started = performance.now();
  const result = await evaluate(check, ctx, check.deadlineMs ?? deadlineMs);
  const failed = result.status === 'fail' || result.status === 'error';
  return {
    report: reportOf(check, result, performance.now() - started),
    blocks: failed ? `not tried, since "${check.title}" did not pass` : undefined,
  };
}

/** Settles at the deadline or when the run stops, also when the check heeds neither. */
async function evaluate(check: Check, ctx: CheckContext, deadlineMs: number): Promise<CheckResult> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), deadlineMs);
  const signal = AbortSignal.any([ctx.signal, deadline.signal]);
  const gaveUp = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('gave up')), { once: true });
  });
  try {
    return resultOf(await Promise.race([run(check, { ...ctx, signal }), gaveUp]));
  } catch (error) {
    return { status: 'error', observed: reasonOf(error, ctx.signal, deadline.signal, deadlineMs) };
  } finally {
    clearTimeout(timer);
    // Whatever the check left going ends with it.
    deadline.abort();
  }
}

/** A throw before the first `await` is a rejection, too: else nobody would be there to hear of the one who gives up. */
const run = async (check: Check, ctx: CheckContext): Promise<CheckResult> => await check.run(ctx);

const STATUSES: readonly unknown[] = ['pass', 'warn', 'fail', 'skip', 'error'] satisfies CheckResult['status'][];

/** Checks of a project's own may be plain JavaScript, where nobody sees to the result's shape. */
function resultOf(result: Partial<CheckResult> | undefined | null): CheckResult {
  const { status, observed, expected, remedy } = result ?? {};
  if (status === undefined || !STATUSES.includes(status)) throw new Error(`its result has no status that is one of ${STATUSES.join(', ')}`);
  if (typeof observed !== 'string') throw new Error('its result does not say what was observed');
  const isText = (value: unknown): value is string => typeof value === 'string';
  return { status, observed, ...(isText(expected) && { expected }), ...(isText(remedy) && { remedy }) };
}

function reasonOf(error: unknown, stopped: AbortSignal, deadline: AbortSignal, deadlineMs: number): string {
  if (stopped.aborted) return 'the run was stopped before it ended';
  if (deadline.aborted) return `no result within ${deadlineMs / 1000} s`;
  return `could not be evaluated: ${messageOf(error)}`;
}

function reportOf({ id, title, why, recommended }: Check, result: CheckResult, durationMs: number): CheckReport {
  return { check: id, title, why, ...(recommended === true && { recommended }), ...result, durationMs };
}
