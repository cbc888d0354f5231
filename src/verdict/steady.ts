import type { Span } from './coverage.js';
import type { HistorySecond } from './run-result.js';

interface Facts {
  history: readonly HistorySecond[];
  measured: Span | null;
  mode: 'load' | 'external' | 'watch';
  settleSeconds: number;
}

/**
 * The time in which all users that the load ever has are meant to be there, its settle time left out, in Unix ms. Of a load that is not our
 * own the whole time. Null without load, and where the plan never holds its users.
 */
export function steadyWindow({ history, measured, mode, settleSeconds }: Facts): Span | null {
  if (mode !== 'load' || measured === null) return measured;
  const peak = history.reduce((most, { users }) => Math.max(most, users.planned), 0);
  if (peak === 0) return null;
  const first = history.find(({ users }) => users.planned === peak);
  const last = history.findLast(({ users }) => users.planned === peak);
  if (!first || !last) return null;
  const from = (first.second + Math.ceil(settleSeconds)) * 1000;
  const to = Math.min((last.second + 1) * 1000, measured.to);
  return from < to ? { from, to } : null;
}
