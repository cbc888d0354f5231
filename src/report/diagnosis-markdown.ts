import type { Cause, Finding, Proof, RunResult } from '../verdict/run-result.js';
import { STANDINGS } from './standing.js';
import { codeMarkdown, escapeMarkdown, utc } from './text.js';

/** What was found and why, complete; no line without findings. */
export function diagnosisMarkdown({ findings }: RunResult): string[] {
  return findings.length === 0 ? [] : ['', '## Diagnosis', ...findings.flatMap(findingLines)];
}

function findingLines({ title, symptom, from, to, evidence, causes, watch }: Finding): string[] {
  return [
    '',
    `### ${escapeMarkdown(title)}`,
    '',
    `${escapeMarkdown(symptom)}${from === null || to === null ? '' : ` (${utc(from)} to ${utc(to)})`}`,
    '',
    'Seen:',
    '',
    ...evidence.map((one) => `- ${proofText(one)}`),
    '',
    'Causes, the best supported first:',
    '',
    ...causes.flatMap(causeLines),
    ...(watch.length === 0 ? [] : ['', 'To watch next time:', '', ...watch.map((text) => `- ${escapeMarkdown(text)}`)]),
  ];
}

function causeLines(cause: Cause, index: number): string[] {
  const { title, standing, actions } = cause;
  // What is ruled out needs no doing.
  const todo = standing === 'ruled_out' ? [] : actions;
  return [
    `${index + 1}. **${STANDINGS[standing]}**: ${escapeMarkdown(title)}`,
    ...cause.for.map((one) => `   - for: ${proofText(one)}`),
    ...cause.against.map((one) => `   - against: ${proofText(one)}`),
    ...cause.unknown.map((text) => `   - not known: ${escapeMarkdown(text)}`),
    ...todo.map(({ text, command }) => `   - to do: ${escapeMarkdown(text)}${command === null ? '' : `: ${codeMarkdown(command)}`}`),
  ];
}

const proofText = ({ text, source }: Proof): string => `${escapeMarkdown(text)} (${codeMarkdown(source)})`;
