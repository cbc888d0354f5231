import type { Comparison } from '../verdict/compare/comparison.js';
import { comparisonTables, conclusion } from './comparison-cells.js';
import { escapeMarkdown } from './text.js';

/** comparison.md */
export function comparisonMarkdown(comparison: Comparison): string {
  const row = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  return `${[
    `**${escapeMarkdown(conclusion(comparison))}**`,
    '',
    ...comparison.reasons.map((reason) => `- ${escapeMarkdown(reason)}`),
    ...comparisonTables(comparison).flatMap(({ title, columns, rows }) => [
      ...['', `## ${title}`, '', row(columns), `|${' --- |'.repeat(columns.length)}`],
      ...rows.map(row),
    ]),
    '',
    escapeMarkdown(comparison.method),
  ].join('\n')}\n`;
}
