import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { type Canaries, type Publisher, startCanaries } from '../canary/canaries.js';
import type { Config } from '../config/config.js';
import type { CanarySecond, Emit } from '../journal/event.js';
import type { CanaryMark } from '../load/canary-mark.js';
import { greatestUsers } from '../load/capacity.js';
import type { Identities } from '../load/identities.js';
import { chooseListeners, type Listeners, openListeners } from '../load/listeners.js';
import type { Load } from '../load/load.js';
import { createPlan, createScenario } from '../load/plan.js';
import type { CanaryRound } from '../preflight/check.js';

/** What canaries need of a run. */
export interface CanarySetting {
  config: Config;
  runId: string;
  /** The client of the Redis that `config.redis` names. */
  publisher: Publisher;
  emit: Emit;
}

/** How much a round that is sent while there is no load costs. */
interface RoundSize {
  /** The most sockets that it opens. */
  listeners: number;
  /** How many canaries each of them gets. */
  each: number;
  /** It sends its canaries within this time, or more slowly where there are fewer than the configuration allows in it. */
  seconds: number;
}

const BESIDE_A_LOAD: RoundSize = { listeners: 10, each: 4, seconds: 2 };

/** A checklist is to be short: it also opens other sockets. */
const OF_A_CHECK: RoundSize = { listeners: 7, each: 2, seconds: 0.5 };

/** How many users {@link probeCanaries} needs at most. */
export const MOST_PROBED = OF_A_CHECK.listeners;

const now = (): number => performance.timeOrigin + performance.now();

/** By what the users of a load know their canaries; undefined where none are sent. For `startLoad`. */
export function canaryMark({ canary, redis }: Config, runId: string, phase: CanarySecond['phase']): CanaryMark | undefined {
  return canary && redis && { run: runId, phase, at: canary.at };
}

/** Sends canaries to the users of a load until they are stopped; undefined where none are configured. */
export function startCanariesFor({ recipients }: Pick<Load, 'recipients'>, setting: CanarySetting): Canaries | undefined {
  return start('load', recipients, setting);
}

/**
 * Sends a few canaries while there is no load, to users of this run who are connected only for that. What goes wrong is evidence and never
 * an exception, but for a scenario that cannot be loaded.
 *
 * @param say Told why listeners could not be connected; the text may hold what a scenario throws.
 */
export async function canaryRound(
  phase: 'before' | 'after',
  { identities, say, ...setting }: CanarySetting & { identities: Identities; say(line: string): void },
  signal: AbortSignal,
): Promise<void> {
  const onProblem = (problem: string): void => say(`canaries ${phase} the load: a listener could not be connected: ${problem}`);
  await sendRound(phase, { ...setting, identities, onProblem }, BESIDE_A_LOAD, signal);
}

/** Sends a few canaries to users who are connected only for that, and sums up what came of them. Rejects for a scenario that cannot be loaded. */
export async function probeCanaries(
  setting: Omit<CanarySetting, 'emit'> & { identities: Identities },
  signal: AbortSignal,
): Promise<CanaryRound> {
  const seconds: CanarySecond[] = [];
  const problems: string[] = [];
  const emit: Emit = (event) => {
    if (event.type === 'canary.second') seconds.push({ t: 0, ...event });
  };
  const onProblem = (problem: string) => void problems.push(problem);
  await sendRound('before', { ...setting, emit, onProblem }, OF_A_CHECK, signal);
  signal.throwIfAborted();
  return { ...sumUp(seconds), problems };
}

function sumUp(seconds: readonly CanarySecond[]): Omit<CanaryRound, 'problems'> {
  const sum = (pick: (second: CanarySecond) => number): number => seconds.reduce((total, second) => total + pick(second), 0);
  return {
    published: sum(({ published }) => published),
    arrived: sum(({ received, late }) => received + late),
    lost: sum(({ lost }) => lost),
    duplicates: sum(({ duplicates }) => duplicates),
    lostBy: merge(seconds.map(({ lostBy }) => lostBy)),
    failures: merge(seconds.map(({ failures }) => failures)),
  };
}

function merge(counts: readonly Record<string, number>[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [key, count] of counts.flatMap(Object.entries)) sums.set(key, (sums.get(key) ?? 0) + count);
  return Object.fromEntries(sums);
}

async function sendRound(
  phase: 'before' | 'after',
  { identities, onProblem, ...setting }: CanarySetting & { identities: Identities; onProblem(problem: string): void },
  size: RoundSize,
  signal: AbortSignal,
): Promise<void> {
  const { config, runId } = setting;
  const mark = canaryMark(config, runId, phase);
  if (mark === undefined || signal.aborted) return;
  const listeners = await listen(config, identities, mark, size.listeners, signal);
  for (const problem of listeners.problems) onProblem(problem);
  try {
    if (signal.aborted) return;
    // Also when nobody could be connected: then the journal tells that they were due.
    const total = size.each * Math.max(1, listeners.count);
    const canaries = start(phase, listeners.recipients, setting, { total, seconds: size.seconds });
    const stopWaiting = new AbortController();
    await Promise.race([canaries?.sent, once(signal, 'abort', { signal: stopWaiting.signal }).catch(() => {})]);
    stopWaiting.abort();
    await canaries?.stop();
  } finally {
    await listeners.close();
  }
}

async function listen(config: Config, identities: Identities, mark: CanaryMark, most: number, signal: AbortSignal): Promise<Listeners> {
  // Nothing of what they do is random.
  const { identityOf, connectTimeoutMs: timeoutMs, tls } = createPlan(config, identities, 0, 0, 1);
  const chosen = chooseListeners(identityOf, greatestUsers(config.stages), most);
  return openListeners({ scenario: await createScenario(config), identities: chosen, mark, timeoutMs, tls }, signal);
}

function start(
  phase: CanarySecond['phase'],
  recipients: Load['recipients'],
  { config: { canary, redis }, runId, publisher, emit }: CanarySetting,
  round?: { total: number; seconds: number },
): Canaries | undefined {
  if (!canary || !redis) return undefined;
  const perSecond = round === undefined ? canary.perSecond : Math.max(canary.perSecond, round.total / round.seconds);
  return startCanaries({
    recipients,
    publisher,
    channel: redis.channel,
    config: { ...canary, perSecond },
    phase,
    runId,
    emit,
    now,
    ...(round !== undefined && { total: round.total }),
  });
}
