import { clock, counted } from '../format.js';
import type { CheckRow, CriterionRow, FailureRow, Proof } from '../run-result.js';
import { growth, loadWindow, type Reading, readingsWithin, seriesOf, type Window } from './readings.js';
import type { Judged } from './rule.js';

/** The pseudo tasks of opening handshakes and of dropped sockets in a run's failures. */
export const CONNECT = 'connect';
export const CONNECTION = 'connection';

export const criterionOf = (run: Judged, id: string): CriterionRow | undefined => run.criteria.find((row) => row.id === id);

/** Those of the criteria with these ids that failed, or that warn: without one there is no symptom. In the table's order. */
export const brokenOf = (run: Judged, isMeant: (id: string) => boolean): CriterionRow[] =>
  run.criteria.filter(({ id, status }) => isMeant(id) && (status === 'fail' || status === 'warn'));

export const criterionProof = ({ id, title, observed, threshold, evidence }: CriterionRow): Proof => ({
  text: `${title} is ${observed}, must be ${threshold} (${evidence})`,
  source: `criterion ${id}`,
});

export const checkOf = (run: Judged, id: string): CheckRow | undefined => run.checks.find(({ check }) => check === id);

export const checkProof = ({ check, title, observed, expected }: CheckRow): Proof => ({
  text: `check "${title}" before the load: ${observed}${expected === null ? '' : `; expected: ${expected}`}`,
  source: `check ${check}`,
});

/** What failed in one task, the most frequent kind first. */
export const failuresOf = (run: Judged, task: string): FailureRow[] =>
  run.failures.filter((row) => row.task === task).sort((a, b) => b.occurrences - a.occurrences);

export const occurrencesOf = (rows: readonly FailureRow[]): number => rows.reduce((sum, { occurrences }) => sum + occurrences, 0);

/** `http 403 12, timeout 3`. */
export const kindsOf = (rows: readonly FailureRow[]): string => rows.map(({ kind, occurrences }) => `${kind} ${occurrences}`).join(', ');

/** The seconds from the first to the last of these failures, in Unix ms. */
export function timesOf(rows: readonly FailureRow[]): Window | null {
  if (rows.length === 0) return null;
  return { from: Math.min(...rows.map(({ first }) => first)) * 1000, to: (Math.max(...rows.map(({ last }) => last)) + 1) * 1000 };
}

/** Lines that matched a pattern in the backends' logs since the load's start. */
export interface LogLines {
  pattern: string;
  total: number;
  /** `fastapi-1 3, fastapi-2 1`: only those with lines. */
  where: string;
  /** Backends in whose log the pattern was counted; without one nobody looked. */
  counted: number;
  /** Why the logs do not prove that there were no more; null when they do. */
  problem: string | null;
}

export function logLines({ logProof }: Judged, pattern: string): LogLines {
  const read = logProof.backends.filter(({ matches, samples }) => samples > 0 && Object.hasOwn(matches, pattern));
  const lines = read.flatMap(({ backend, matches }) => ((matches[pattern] ?? 0) > 0 ? [{ backend, count: matches[pattern] ?? 0 }] : []));
  const open = logProof.backends.find(({ problem }) => problem !== null);
  return {
    pattern,
    total: lines.reduce((sum, { count }) => sum + count, 0),
    where: lines.map(({ backend, count }) => `${backend} ${count}`).join(', '),
    counted: read.length,
    problem: open === undefined ? null : `${open.backend}: ${open.problem}`,
  };
}

/** One of the lines that matched, for people; undefined where none was kept. */
export const exampleOf = (run: Judged, pattern: string): Proof | undefined => {
  const example = run.logExamples.find((one) => one.pattern === pattern);
  return example && { text: `${example.backend}: ${example.line}`, source: `log.example ${pattern}` };
};

export const linesProof = ({ pattern, total, where }: LogLines): Proof => ({
  text: `${counted(total, 'line')} of ${pattern} in the backends' logs during the load${where === '' ? '' : ` (${where})`}`,
  source: `log.matches ${pattern}`,
});

/** How often a pattern came up in the error log of nginx, during the load unless another window is given; undefined where nobody counted. */
export function nginxLines(run: Judged, pattern: string, window = loadWindow(run)): number | undefined {
  const series = seriesOf(run, 'log.matches', { component: 'nginx', pattern });
  return window === null || series.length === 0 ? undefined : grown(series, window);
}

/** By how much all counters together grew in a window; undefined without readings around it. */
export function grown(series: ReturnType<typeof seriesOf>, window: Window): number | undefined {
  const parts = series.flatMap((one) => {
    // What happened between the last reading before the window and the first in it belongs to it.
    const around = { from: window.from - one.intervalMs * 1.5, to: window.to + one.intervalMs * 1.5 };
    return growth(readingsWithin(one, around)) ?? [];
  });
  return parts.length === 0 ? undefined : parts.reduce((sum, part) => sum + part, 0);
}

/** The readings of one metric in a window, by backend. */
export function byBackend(run: Judged, metric: string, window: Window): Map<string, Reading[]> {
  const found = new Map<string, Reading[]>();
  for (const one of run.series) {
    const { backend } = one.attributes;
    if (one.name !== metric || backend === undefined) continue;
    const readings = readingsWithin(one, window);
    if (readings.length > 0) found.set(backend, [...(found.get(backend) ?? []), ...readings]);
  }
  return found;
}

/** The middle value; NaN without one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

export const present = <T>(values: readonly (T | null | undefined)[]): T[] => values.filter((value): value is T => value != null);

/** `12:03:10.000 UTC to 12:03:15.000 UTC`. */
export const span = ({ from, to }: Window): string => `${clock(from)} to ${clock(to)}`;
