import { type ChecklistItem, describeCounts, titleOf } from './checklist.js';
import { type Paint, painter, table, wrap } from './table.js';

type Row = Pick<ChecklistItem, 'title' | 'status' | 'observed' | 'expected' | 'remedy' | 'recommended'>;

export interface TerminalOptions {
  /** Whether to use ANSI colours. */
  colour: boolean;
  /** Leaves out what passed or was skipped, where a list that was shown before has it. */
  onlyProblems?: boolean;
}

/** The pre-flight checklist as a table for a terminal, ending in one line of counts of the whole. */
export function renderChecklist(items: readonly Row[], { colour, onlyProblems = false }: TerminalOptions): string {
  const rows = checklistTable(onlyProblems ? items.filter(isProblem) : items, painter(colour));
  return `${rows === '' ? '' : `${rows}\n`}${describeCounts(items)}\n`;
}

export const isProblem = ({ status }: Pick<Row, 'status'>): boolean => status !== 'pass' && status !== 'skip';

export function checklistTable(items: readonly Row[], paint: Paint): string {
  const colours = { pass: 'green', warn: 'yellow', fail: 'red', error: 'yellow', skip: 'dim' } as const;
  const rows = items.map((item) => [
    paint(colours[item.status], item.status),
    wrap(titleOf(item), 28),
    wrap(item.observed, 40),
    wrap(isProblem(item) ? (item.remedy ?? item.expected ?? '') : '', 40),
  ]);
  return table(['', 'Check', 'Observed', 'What to do'], rows);
}
