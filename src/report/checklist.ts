import type { CheckRow } from '../verdict/run-result.js';
import { counted } from './text.js';

/** A check's result, from the journal or straight from the runner. */
export type ChecklistItem = Omit<CheckRow, 'expected' | 'remedy'> & {
  expected?: string | null | undefined;
  remedy?: string | null | undefined;
  /** The load may be sent although it failed. */
  recommended?: boolean | undefined;
};

/** A pre-flight that was made. */
export interface Checklist {
  /** Version of the tool. */
  tool: string;
  /** ws:// or wss:// origin of the target. */
  target: string;
  /** Unix ms at which it began. */
  startedAt: number;
  /** Whether load may be sent. */
  passed: boolean;
  /** Whether a required check that could not be evaluated counts as one that failed. */
  strict: boolean;
  items: readonly ChecklistItem[];
}

const STATUSES = ['pass', 'warn', 'fail', 'error', 'skip'] as const;

/** How many there are of each status, those without any too. */
export function countStatuses(items: readonly Pick<ChecklistItem, 'status'>[]): Record<CheckRow['status'], number> {
  const counts = { pass: 0, warn: 0, fail: 0, error: 0, skip: 0 };
  for (const { status } of items) counts[status]++;
  return counts;
}

/** `8 pass, 1 fail; 3 skipped, which proves nothing`. A skip stands apart, so that nobody adds it to what passed. */
export function describeCounts(items: readonly Pick<ChecklistItem, 'status'>[]): string {
  const { skip, ...counts } = countStatuses(items);
  const ran = STATUSES.flatMap((status) => (status === 'skip' || counts[status] === 0 ? [] : [`${counts[status]} ${status}`]));
  const parts = [ran.join(', '), skip === 0 ? '' : `${counted(skip, 'check')} skipped, which proves nothing`];
  return parts.filter((part) => part !== '').join('; ') || 'no checks';
}

/** A title that says when a failure would not count. */
export const titleOf = ({ title, recommended }: Pick<ChecklistItem, 'title' | 'recommended'>): string =>
  recommended ? `${title} (recommended)` : title;
