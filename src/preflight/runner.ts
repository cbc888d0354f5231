import { messageOf } from '../errors.js';
import type { CheckResultEvent, Emit } from '../journal/event.js';
import type { Check, CheckContext, CheckResult, Config, Need } from './check.js';

/** One line of the checklist, as it goes to the journal. */
export type CheckReport = Omit<CheckResultEvent, 'type' | 't'>;

export interface PreflightOptions {
  /** In the order of the checklist. A check may only be `after` checks that stand before it. */
  checks: readonly Check[];
  ctx: CheckContext;
  emit: Emit;
  /** Told of each check as it finishes. */
  onUpdate?: (report: CheckReport) => void;
  /** For checks that name no deadline of their own; 10,000. */
  deadlineMs?: number;
}

export interface PreflightResult {
  /** No check failed, and under `strict` none was left unevaluated by an error. False when the run was stopped meanwhile. */
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
 * Runs the checks at the same time, as far as `after` allows, each with its own deadline. `check.result` is emitted in the
 * order of the list, each as soon as it and all before it have finished; `preflight.end` at the end. Never rejects because of a check: a throw or a missed deadline is an `error`.
 */
export async function runPreflight({
  checks,
  ctx,
  emit,
  onUpdate,
  deadlineMs = DEFAULT_DEADLINE_MS,
}: PreflightOptions): Promise<PreflightResult> {
  const running = new Map<string, Promise<Outcome>>();
  for (const check of checks) {
    const before = (check.after ?? []).map((id) => {
      const earlier = running.get(id);
      if (earlier === undefined) throw new Error(`check ${check.id} is after ${id}, which does not stand before it`);
      return earlier;
    });
    const finished = outcomeOf(check, before, ctx, check.deadlineMs ?? deadlineMs).then((outcome) => {
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
  const counts = (status: CheckReport['status']) => status === 'fail' || (status === 'error' && ctx.config.strict);
  const passed = !ctx.signal.aborted && !results.some((report) => counts(report.status));
  emit({ type: 'preflight.end', passed });
  return { passed, results };
}

async function outcomeOf(check: Check, before: readonly Promise<Outcome>[], ctx: CheckContext, deadlineMs: number): Promise<Outcome> {
  const missing = check.needs.map((need) => missingFor(need, ctx.config)).find((reason) => reason !== undefined);
  if (missing !== undefined) return { report: reportOf(check, { status: 'skip', observed: missing }, 0), blocks: undefined };
  // Also a check that was skipped for an earlier failure: what comes after it stands on the same ground.
  const blocked = (await Promise.all(before)).map((outcome) => outcome.blocks).find((reason) => reason !== undefined);
  if (blocked !== undefined) return { report: reportOf(check, { status: 'skip', observed: blocked }, 0), blocks: blocked };
  if (ctx.signal.aborted)
    return { report: reportOf(check, { status: 'skip', observed: 'the run was stopped before' }, 0), blocks: undefined };

  const started = performance.now();
  const result = await evaluate(check, ctx, deadlineMs);
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
    return await Promise.race([check.run({ ...ctx, signal }), gaveUp]);
  } catch (error) {
    return { status: 'error', observed: reasonOf(error, ctx.signal, deadline.signal, deadlineMs) };
  } finally {
    clearTimeout(timer);
    // Whatever the check left going ends with it.
    deadline.abort();
  }
}

function reasonOf(error: unknown, stopped: AbortSignal, deadline: AbortSignal, deadlineMs: number): string {
  if (stopped.aborted) return 'the run was stopped before it ended';
  if (deadline.aborted) return `no result within ${deadlineMs / 1000} s`;
  return `could not be evaluated: ${messageOf(error)}`;
}

function reportOf({ id, title, why }: Check, { status, observed, expected, remedy }: CheckResult, durationMs: number): CheckReport {
  return {
    check: id,
    title,
    why,
    status,
    observed,
    ...(expected !== undefined && { expected }),
    ...(remedy !== undefined && { remedy }),
    durationMs,
  };
}

/** What to configure for a need that nothing meets. */
function missingFor(need: Need, config: Config): string | undefined {
  switch (need) {
    case 'target':
      return config.target === '' ? 'no target: give --target' : undefined;
    case 'redis':
      return config.redis === undefined ? 'Redis is not configured: set infrastructure.redis.url' : undefined;
    case 'nginx':
      return config.nginx === undefined ? 'nginx is not configured: set infrastructure.nginx.config' : undefined;
    case 'backends':
      return config.backends.length === 0
        ? 'no backend is named: set infrastructure.backends, each with its name, pid and port'
        : undefined;
    case 'accounts':
      return config.accounts.length === 0 ? 'no test account is named: set test_accounts, each with its email and password' : undefined;
  }
}
