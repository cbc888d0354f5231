import { type Checklist, type ChecklistItem, describeCounts, titleOf } from './checklist.js';
import { isProblem } from './checklist-terminal.js';
import { escapeMarkdown, utc } from './text.js';

/** The pre-flight as Markdown, for a ticket or a summary of a CI job: what came of it, every check in a table, and what to do. */
export function checklistMarkdown({ tool, target, startedAt, passed, strict, items }: Checklist): string {
  const lines = [
    `# Pre-flight of ${escapeMarkdown(target)}`,
    '',
    `${passed ? '**passed**' : '**failed**: no load may be sent'}${strict ? ' (strict)' : ''} · ${describeCounts(items)}  `,
    `${utc(startedAt)} · loadwitness ${escapeMarkdown(tool)}`,
    '',
    '| Status | Check | Observed | Expected |',
    '| --- | --- | --- | --- |',
    ...items.map((item) => `| ${[item.status, titleOf(item), item.observed, item.expected ?? ''].map(escapeMarkdown).join(' | ')} |`),
    ...items.filter(isProblem).flatMap(whatToDo),
  ];
  return `${lines.join('\n')}\n`;
}

function whatToDo(item: ChecklistItem): string[] {
  const { status, why, remedy } = item;
  return [
    '',
    `## ${status}: ${escapeMarkdown(titleOf(item))}`,
    '',
    `Why it matters: ${escapeMarkdown(why)}`,
    ...(remedy ? ['', `What to do: ${escapeMarkdown(remedy)}`] : []),
  ];
}
