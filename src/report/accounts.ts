import { painter, table, wrap } from './table.js';
import { visible } from './text.js';

/** What was found of one account. */
export interface AccountRow {
  email: string;
  ok: boolean;
  /** In words. */
  result: string;
}

/** Accounts as a table for a terminal, ending in one line of counts. @param options.colour Whether to use ANSI colours. */
export function renderAccounts(rows: readonly AccountRow[], options: { colour: boolean }): string {
  const paint = painter(options.colour);
  const cells = rows.map(({ email, ok, result }) => [visible(email), paint(ok ? 'green' : 'red', wrap(result, 60))]);
  const good = rows.filter(({ ok }) => ok).length;
  return `${table(['Account', 'Result'], cells)}\n${good} of ${rows.length} accounts are fine\n`;
}
