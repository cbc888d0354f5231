import type { Comparison } from '../verdict/compare/comparison.js';
import { comparisonTables, conclusion } from './comparison-cells.js';
import { painter, table, wrap } from './table.js';
import { visible } from './text.js';

/** A comparison as tables for a terminal, the conclusion last. */
export function comparisonTerminal(comparison: Comparison, { colour }: { colour: boolean }): string {
  const paint = painter(colour);
  const colours = { yes: 'green', no: 'red', unknown: 'yellow' } as const;
  const tables = comparisonTables(comparison).map(
    ({ title, columns, rows }) =>
      `${title}\n${table(
        columns.map((cell) => wrap(cell, 22)),
        rows.map((row) => row.map((cell) => wrap(cell, 26))),
      )}`,
  );
  return [
    tables.join('\n\n'),
    '',
    wrap(comparison.method, 110),
    '',
    paint(colours[comparison.reproducible], paint('bold', conclusion(comparison))),
    ...comparison.reasons.map((reason) => `  - ${visible(reason)}`),
    '',
  ].join('\n');
}
