import type { RunEntry } from '../../../dashboard/protocol.js';

export type RunColumn = 'start' | 'verdict' | 'target' | 'users';

export interface RunOrder {
  by: RunColumn;
  descending: boolean;
}

/** What needs looking at first: a run under way, then the worst verdict. */
const WEIGHT = { FAIL: 3, INCONCLUSIVE: 2, PASS: 1 } as const;

const weightOf = ({ running, verdict }: RunEntry): number => (running ? 4 : verdict === null ? 0 : WEIGHT[verdict]);

const COMPARE: Record<RunColumn, (a: RunEntry, b: RunEntry) => number> = {
  start: (a, b) => a.start - b.start,
  verdict: (a, b) => weightOf(a) - weightOf(b),
  target: (a, b) => (a.target < b.target ? -1 : a.target > b.target ? 1 : 0),
  users: (a, b) => (a.users ?? -1) - (b.users ?? -1),
};

/** The runs in an order; those that it does not tell apart newest first. */
export function sortRuns(runs: readonly RunEntry[], { by, descending }: RunOrder): RunEntry[] {
  const sign = descending ? -1 : 1;
  return [...runs].sort((a, b) => sign * COMPARE[by](a, b) || b.start - a.start || (a.id < b.id ? 1 : -1));
}

/** What a click on a column makes of the order: numbers and verdicts begin with the greatest, names with the first. */
export const orderBy = (old: RunOrder, by: RunColumn): RunOrder =>
  old.by === by ? { by, descending: !old.descending } : { by, descending: by !== 'target' };
