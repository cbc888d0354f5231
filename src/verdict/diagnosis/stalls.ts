import type { HistorySecond } from '../run-result.js';
import { backendCpu } from './causes/backend-cpu.js';
import { CONNECT, criterionOf, median } from './evidence.js';
import { lossesOf } from './losses.js';
import { loadWindow, type Window } from './readings.js';
import type { Judged } from './rule.js';

/** A time in which what users sent was not answered, with good times around it. */
export interface Stall extends Window {
  /** Tasks that waited, each with its longest wait in ms. */
  waits: Map<string, number>;
  /** Canaries that did not arrive in time. */
  canaries: number;
}

/** Bad seconds that are at most so far apart are one stall: a second of few messages may have met none of the users who wait. */
const GAP_S = 2;

/** What lasts for longer is no pause but how the target is under this load. */
const LONGEST_S = 30;

/** A stall's wait is long by itself, and many times what its task usually takes. */
const LEAST_WAIT_MS = 500;
const TIMES_USUAL = 5;

/** A target that stands still more often has shown enough of it. */
const MOST_TOLD = 50;

/** A task that is slow in a larger share of its seconds is slow, and not held up now and then. */
const MOST_BAD = 0.5;

interface BadSecond {
  second: number;
  /** p95 of the tasks that were beyond their limit. */
  waits: [task: string, ms: number][];
  canaries: number;
}

/**
 * The times in which the target stood still. What shows them is their shape: the task that is sent most often (or the canaries) waits, long
 * and all at once, is fast before and after, and no backend was busy or lost meanwhile, which would be another story.
 */
export function stallsOf(run: Judged): Stall[] {
  const known = found.get(run) ?? lookFor(run);
  found.set(run, known);
  return known;
}

/** Several rules and causes ask the same of a run. */
const found = new WeakMap<Judged, Stall[]>();

function lookFor(run: Judged): Stall[] {
  const window = loadWindow(run);
  if (window === null) return [];
  const limits = limitsOf(run);
  const usual = new Map([...limits.keys()].map((task) => [task, median(run.history.flatMap(({ tasks }) => tasks[task]?.p50Ms ?? []))]));
  const often = [...run.tasks].filter(({ name }) => name !== CONNECT).sort((a, b) => b.requests - a.requests)[0]?.name;
  const canaries = new Map(
    (run.canaries?.overdue ?? 0) === 0
      ? []
      : run.canaryHistory.filter(({ phase }) => phase === 'load').map((one) => [one.second, one.lost + one.late]),
  );
  const bad = run.history
    .map((second) => badOf(second, limits, usual, canaries))
    .filter(({ waits, canaries }) => waits.length > 0 || canaries > 0);
  if (often === undefined || badShare(run.history, limits, often) > MOST_BAD) return [];
  const losses = lossesOf(run);
  const wentOn = run.history.findLast(({ tasks }) => (tasks[often]?.p95Ms ?? Number.POSITIVE_INFINITY) <= (limits.get(often) ?? 0));
  return clusters(bad)
    .slice(0, MOST_TOLD)
    .map((cluster) => stallOf(cluster, window))
    .filter(({ waits, canaries: late, from, to }) => {
      const isLong = to - from > LONGEST_S * 1000;
      // What did not go on may be dead as well.
      const isOver = late > 0 || (wentOn !== undefined && wentOn.second * 1000 >= to - 1000);
      const isLost = losses.some(({ at }) => at === null || (at >= from - 5000 && at <= to));
      return (waits.has(often) || late > 0) && isOver && !isLong && !isLost && backendCpu(run, { from, to }).standing !== 'confirmed';
    });
}

/** Whether all seconds in which a task was slow belong to stalls. */
export function isExplainedByStalls(run: Judged, task: string): boolean {
  const stalls = stallsOf(run);
  const limit = limitsOf(run).get(task);
  if (limit === undefined || stalls.length === 0) return false;
  const slow = run.history.filter(({ tasks }) => (tasks[task]?.p95Ms ?? 0) > limit);
  return slow.length > 0 && slow.every(({ second }) => stalls.some(({ from, to }) => second * 1000 >= from - 1000 && second * 1000 <= to));
}

/** The limits of the 95th percentiles, by task. */
export function limitsOf(run: Judged): Map<string, number> {
  return new Map(
    run.tasks.flatMap(({ name }) => {
      const limit = criterionOf(run, name === CONNECT ? 'connect_p95' : `${name}_p95`)?.limit;
      return typeof limit === 'number' ? [[name, limit]] : [];
    }),
  );
}

function badOf(
  { second, tasks }: HistorySecond,
  limits: Map<string, number>,
  usual: Map<string, number>,
  canaries: Map<number, number>,
): BadSecond {
  const waits = [...limits].flatMap(([task, limit]): [string, number][] => {
    const p95 = tasks[task]?.p95Ms ?? 0;
    return p95 > Math.max(limit, LEAST_WAIT_MS, (usual.get(task) ?? 0) * TIMES_USUAL) ? [[task, p95]] : [];
  });
  return { second, waits, canaries: canaries.get(second) ?? 0 };
}

function badShare(history: readonly HistorySecond[], limits: Map<string, number>, task: string): number {
  const seconds = history.flatMap(({ tasks }) => tasks[task]?.p95Ms ?? []);
  const limit = limits.get(task) ?? Number.POSITIVE_INFINITY;
  return seconds.length === 0 ? 1 : seconds.filter((p95) => p95 > limit).length / seconds.length;
}

function clusters(bad: readonly BadSecond[]): BadSecond[][] {
  const found: BadSecond[][] = [];
  for (const one of bad) {
    const last = found.at(-1);
    if (last !== undefined && one.second - (last.at(-1)?.second ?? 0) <= GAP_S) last.push(one);
    else found.push([one]);
  }
  return found;
}

/** A wait is known in the second of its end: it began as long before as it took. */
function stallOf(cluster: readonly BadSecond[], window: Window): Stall {
  const waits = new Map<string, number>();
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  let canaries = 0;
  for (const one of cluster) {
    for (const [task, ms] of one.waits) waits.set(task, Math.max(waits.get(task) ?? 0, ms));
    from = Math.min(from, one.second * 1000 - Math.max(0, ...one.waits.map(([, ms]) => ms)));
    to = Math.max(to, (one.second + 1) * 1000);
    canaries += one.canaries;
  }
  return { from: Math.max(from, window.from), to: Math.min(to, Math.max(window.to, from)), waits, canaries };
}
