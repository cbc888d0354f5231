import { execFile } from 'node:child_process';
import { isTypeScript } from './typescript.js';

/** Where a module is broken, and how. */
export interface SyntaxProblem {
  /** undefined: not found, or in a module that the file imports. */
  line: number | undefined;
  message: string;
}

/**
 * Makes of an error that came of loading `file` what its author wants to know; undefined when the error is none of syntax.
 *
 * Node tells the line of a syntax error in an ES module only when it prints it, so the file is checked once more by a Node that does.
 */
export async function syntaxProblemOf(error: unknown, file: string): Promise<SyntaxProblem | undefined> {
  if (!(error instanceof Error)) return undefined;
  // jiti: "ParseError: Unexpected token  \n /path/of.ts:4:11"
  const [, message, where, line] = /^ParseError: (.*?)\s*\n\s*(.*):(\d+):\d+$/s.exec(error.message) ?? [];
  if (message !== undefined) return { line: where === file ? Number(line) : undefined, message };
  if (!(error instanceof SyntaxError)) return undefined;
  const found = lineIn(error.stack ?? '', file) ?? (isTypeScript(file) ? undefined : lineIn(await checkedByNode(file), file));
  return { line: found, message: error.message };
}

/** Finds `/path/of.js:4` or `file:///path/of.js:4` at the beginning of a text. */
function lineIn(text: string, file: string): number | undefined {
  const [first = ''] = text.split('\n', 1);
  const match = /^(.*):(\d+)$/.exec(first.trim());
  return match?.[1] !== undefined && decodeURI(match[1]).endsWith(file) ? Number(match[2]) : undefined;
}

function checkedByNode(file: string): Promise<string> {
  return new Promise((resolve) => {
    // It fails, since the file is broken: what it says is wanted.
    execFile(process.execPath, ['--check', file], { timeout: 10_000 }, (_error, _stdout, stderr) => resolve(stderr));
  });
}
