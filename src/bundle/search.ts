import { canBeCut } from './budget.js';
import { chunksOfLines } from './cut.js';
import { byText } from './paths.js';
import type { Redactor } from './redact.js';
import { countTokens } from './redact-token.js';

/** Version of the shape of redactions.json. */
const REDACTIONS_VERSION = 1;

/** Lines that are told of each file: who looks for more can look for the tokens. */
const MOST_LINES = 20;

/** What the last look into a file before it is sealed has found. */
export interface SearchedFile {
  /** What is still in it and must not be shipped, by kind. Empty for a file that may be. */
  secrets: Record<string, number>;
  /** Places at which a secret was taken out, by what it was. */
  tokens: Record<string, number>;
  /** The first lines with such a place, from 1. */
  lines: number[];
}

/** Looks for secrets in a finished file; a `.gz` is unpacked for it. */
export async function searchFile(file: string, path: string, redactor: Redactor): Promise<SearchedFile> {
  const secrets: Record<string, number> = {};
  const tokens: Record<string, number> = {};
  const lines: number[] = [];
  let number = 0;
  for await (const chunk of chunksOfLines(file)) {
    const text = chunk.toString('utf8');
    // In a text of others a secret that is a mere word is one too; in ours it may be a word of ours.
    add(secrets, redactor.find(text, canBeCut(path)));
    add(tokens, countTokens(text));
    if (lines.length < MOST_LINES && text.includes('<redacted'))
      lines.push(...linesWithTokens(text, number).slice(0, MOST_LINES - lines.length));
    number += countLines(chunk);
  }
  return { secrets, tokens, lines };
}

function linesWithTokens(text: string, before: number): number[] {
  return text.split('\n').flatMap((line, index) => (line.includes('<redacted') ? [before + index + 1] : []));
}

function countLines(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) count++;
  return count;
}

function add(into: Record<string, number>, counts: Record<string, number>): void {
  for (const [kind, count] of Object.entries(counts)) into[kind] = (into[kind] ?? 0) + count;
}

/** redactions.json: what was taken out where, and what is withheld for what was found in it. No secret is in it. */
export function redactionsJson(searched: ReadonlyMap<string, SearchedFile>): string {
  const sorted = [...searched].sort(([a], [b]) => byText(a, b));
  const content = {
    version: REDACTIONS_VERSION,
    files: sorted
      .filter(([, { secrets, tokens }]) => isEmpty(secrets) && !isEmpty(tokens))
      .map(([path, { tokens, lines }]) => ({ path, redacted: inOrder(tokens), firstLines: lines })),
    withheld: sorted.filter(([, { secrets }]) => !isEmpty(secrets)).map(([path, { secrets }]) => ({ path, found: inOrder(secrets) })),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

export const isEmpty = (counts: Record<string, number>): boolean => Object.keys(counts).length === 0;

const inOrder = (counts: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).sort(([a], [b]) => byText(a, b)));
