import { type ScannedDirective, scanNginx } from './nginx-edit-scan.js';
import { hasWildcard, segmentPattern } from './wildcard.js';

/** What can be switched off for the time of a test. */
export type RelaxMeasure = 'ip-hash' | 'rate-limits';

export interface RelaxPlan {
  measures: readonly RelaxMeasure[];
  /** The upstream whose ip_hash is meant; empty: that of every upstream. */
  upstream: string;
}

/** One directive that was commented out. */
export interface RelaxedDirective {
  line: number;
  /** As it was written, in one line: `limit_req zone=api burst=5;`. */
  text: string;
}

/** Stands before each line that was commented out. */
export const RELAX_MARK = '# loadwitness: ';

const NAMES: Record<RelaxMeasure, readonly string[]> = { 'ip-hash': ['ip_hash'], 'rate-limits': ['limit_req', 'limit_conn'] };

/** Blocks of data: what looks like a directive there is a key. */
const DATA = ['map', 'geo', 'types', 'split_clients', 'charset_map'];

/**
 * One file with the directives of these measures commented out, and every other byte as it was. Throws with the file's path and the line
 * when it is not a configuration that nginx would read.
 */
export function relaxText(original: Buffer, file: string, plan: RelaxPlan): { relaxed: Buffer; changes: RelaxedDirective[] } {
  // A character a byte: whatever its encoding is, what is not touched comes out as it went in.
  let text = original.toString('latin1');
  const directives = scanNginx(text, file).filter((directive) => isMeant(directive, plan));
  const changes = directives.map(({ line, start, end }) => ({ line, text: oneLine(Buffer.from(text.slice(start, end), 'latin1')) }));
  for (const directive of directives.toReversed()) text = commentOut(text, directive);
  return { relaxed: Buffer.from(text, 'latin1'), changes };
}

/** Whether this program has commented something out in it. */
export function hasRelaxMarks(content: Buffer): boolean {
  return content.includes(`${RELAX_MARK}ip_hash`) || content.includes(`${RELAX_MARK}limit_`);
}

/** Whether an `include` of this file, as `include sites-enabled/*;`, would take a file of this name for a part of the configuration. */
export function wouldInclude(content: Buffer, file: string, name: string): boolean {
  return scanNginx(content.toString('latin1'), file).some(({ words: [directive, pattern = ''] }) => {
    const last = pattern.split('/').at(-1) ?? '';
    return directive === 'include' && hasWildcard(last) && segmentPattern(last).test(name);
  });
}

function isMeant({ words: [name = '', ...args], within }: ScannedDirective, { measures, upstream }: RelaxPlan): boolean {
  if (!measures.some((measure) => NAMES[measure].includes(name))) return false;
  const [around, of = ''] = within.at(-1) ?? [];
  // Without a block around it the file is one that others include.
  if (name !== 'ip_hash') return !DATA.includes(around ?? '');
  const isMeantUpstream = upstream === '' || Buffer.from(of, 'latin1').toString('utf8') === upstream;
  return args.length === 0 && (around === undefined || (around === 'upstream' && isMeantUpstream));
}

function commentOut(text: string, { start, end }: ScannedDirective): string {
  const comment = RELAX_MARK + text.slice(start, end).replaceAll('\n', `\n${RELAX_MARK}`);
  return text.slice(0, start) + comment + breakBefore(text, start, end) + text.slice(end);
}

/** What follows in the same line must not become a part of the comment. */
function breakBefore(text: string, start: number, end: number): string {
  if (/^[ \t\r]*(?:#|\n|$)/.test(text.slice(end, endOfLine(text, end)))) return '';
  const [indent = ''] = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', start - 1) + 1, start)) ?? [];
  return `${text.includes('\r\n') ? '\r\n' : '\n'}${indent}`;
}

function endOfLine(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline === -1 ? text.length : newline + 1;
}

const oneLine = (piece: Buffer): string => piece.toString('utf8').replace(/\s+/g, ' ');
