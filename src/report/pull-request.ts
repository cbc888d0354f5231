import type { CriterionRow, Finding, RunResult } from '../verdict/run-result.js';
import { highestStep, tested, why } from './headline.js';
import { counted, escapeMarkdown, percent, visible } from './text.js';

/** The longest comment that GitHub takes. It counts characters; UTF-16 units are at least as many. */
export const MOST_CHARACTERS = 65_536;

/** One cell or line: what a target says can be of any length. */
const LONGEST_TEXT = 400;

const MOST_WARNINGS = 10;

const SYMBOLS = { pass: '✅', warn: '⚠️', fail: '❌', inconclusive: '❔', PASS: '✅', FAIL: '❌', INCONCLUSIVE: '❔' } as const;

const CUT = '_The rest is left out here: it is in the folder of the run._';

/** The run in short, for a comment on a pull request or the summary of a job: the verdict and why, criteria, stages, findings. */
export function pullRequestMarkdown(result: RunResult): string {
  const blocks = [
    [`## ${SYMBOLS[result.verdict]} ${result.verdict}: ${inline(result.target)}`],
    [inline(tested(result))],
    [`Why: ${inline(why(result))}`],
    ...table('Criteria', ['', 'Criterion', 'Observed', 'Must be'], result.criteria.map(criterionCells)),
    ...stages(result),
    ...result.findings.map(findingLines),
    ...warnings(result),
    [`<sub>loadwitness ${inline(result.tool)} · run ${inline(result.runId)}</sub>`],
  ];
  return fitted(blocks);
}

/** Nobody is called by what a target says: a mention is broken where it begins. */
const inline = (text: string): string => escapeMarkdown(short(text)).replace(/(?<!\w)@(?=\w)/g, '@\u200b');

function short(text: string): string {
  const whole = visible(text);
  return whole.length <= LONGEST_TEXT ? whole : `${whole.slice(0, LONGEST_TEXT - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

const criterionCells = ({ status, critical, required, title, observed, threshold }: CriterionRow): string[] => [
  `${SYMBOLS[status]} ${critical ? 'critical' : status}`,
  required ? title : `${title} (recommended)`,
  observed,
  threshold,
];

function stages(result: RunResult): string[][] {
  if (result.window.loadStart === null || result.stages.length === 0) return [];
  const rows = result.stages.map(({ status, name, usersReached, users, requests, errorRate, reasons }) => [
    `${SYMBOLS[status]} ${status}`,
    name,
    `${usersReached} of ${users}`,
    String(requests),
    errorRate === null ? 'N/A' : percent(errorRate),
    reasons.join('; '),
  ]);
  const head = ['', 'Stage', 'Users reached', 'Requests', 'Error rate', 'Why'];
  return [...table('Stages', head, rows), [inline(highestStep(result))]];
}

function findingLines({ title, symptom, causes }: Finding): string[] {
  const told = causes.filter(({ standing }) => standing !== 'ruled_out').slice(0, 3);
  return [
    `### Finding: ${inline(title)}`,
    '',
    inline(symptom),
    ...(told.length > 0 ? [''] : []),
    ...told.flatMap((cause) => [
      `- **${cause.standing}**: ${inline(cause.title)}`,
      ...cause.actions.slice(0, 1).map(({ text, command }) => `  - ${inline(text)}${command === null ? '' : `: ${code(command)}`}`),
    ]),
  ];
}

/** Text as it is typed; one that holds a backtick stands in more of them than it has in a row. */
function code(text: string): string {
  const shown = short(text);
  const fence = '`'.repeat(Math.max(0, ...(shown.match(/`+/g) ?? []).map(({ length }) => length)) + 1);
  return fence.length === 1 ? `\`${shown}\`` : `${fence} ${shown} ${fence}`;
}

function warnings({ warnings: all }: RunResult): string[][] {
  if (all.length === 0) return [];
  const more = all.length - MOST_WARNINGS;
  const told = all.slice(0, MOST_WARNINGS).map(({ text }) => `- ${inline(text)}`);
  return [['### Warnings', '', ...told, ...(more > 0 ? [`- … and ${counted(more, 'more warning')}`] : [])]];
}

/** A heading with its table, as one block that is not torn. */
function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string[][] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [[`### ${title}`, '', line(head), line(head.map(() => '---')), ...rows.map((row) => line(row.map(inline)))]];
}

/** All blocks with an empty line between them, as far as GitHub takes them. A block that is too long keeps its first lines. */
function fitted(blocks: readonly (readonly string[])[]): string {
  const whole = `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
  if (whole.length <= MOST_CHARACTERS) return whole;
  const end = `\n${CUT}\n`;
  let text = '';
  for (const line of whole.split('\n')) {
    if (text.length + line.length + 1 + end.length > MOST_CHARACTERS) break;
    text += `${line}\n`;
  }
  return `${text}${end}`;
}
