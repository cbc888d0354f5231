import { table, wrap } from './table.js';

/** A check before it has run. */
export interface ListedCheck {
  id: string;
  title: string;
  why: string;
  needs: readonly string[];
  after?: readonly string[] | undefined;
  recommended?: boolean | undefined;
}

/** What there is to check, as a table for a terminal. */
export function renderCheckList(checks: readonly ListedCheck[]): string {
  const rows = checks.map(({ id, title, needs, after = [], recommended }) => [
    id,
    wrap(recommended ? `${title} (recommended)` : title, 44),
    wrap(needs.join(' '), 18),
    wrap(after.join(' '), 24),
  ]);
  return `${table(['Id', 'Check', 'Needs', 'After'], rows)}\n`;
}

/** The same as JSON. */
export function checkListJson(checks: readonly ListedCheck[]): string {
  const listed = checks.map(({ id, title, why, needs, after = [], recommended }) => ({
    id,
    title,
    why,
    needs,
    after,
    required: recommended !== true,
  }));
  return `${JSON.stringify(listed, null, 2)}\n`;
}
