import { refusal } from './errors.js';
import type { Command, Reply } from './transport.js';

/**
 * What redis-cli says to a line whose quotes do not match. It says so itself, without asking Redis, in every version: put after each
 * command it shows where one reply ends and the next begins.
 */
export const MARK = { line: '"', output: 'Invalid argument(s)' } as const;

/** A command as redis-cli reads it from its input. */
export function cliLine(command: Command): string {
  return command.map(quoted).join(' ');
}

function quoted(argument: string): string {
  const bytes = [...Buffer.from(argument)];
  const isPlain = (byte: number) => byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
  return `"${bytes.map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`)).join('')}"`;
}

/** What redis-cli printed for each command. Commands that it did not come to are missing at the end. */
export function splitOutput(output: string): string[] {
  return output
    .split(`${MARK.output}\n`)
    .slice(0, -1)
    .map((chunk) => chunk.replace(/\n?$/, ''));
}

/**
 * The reply that redis-cli printed with --no-raw; undefined when it printed none.
 * @param shown Where this Redis is, for the message of what it refused.
 */
export function parseOutput(command: Command, chunk: string, shown: string): Reply | undefined {
  // It remarks on replies that took long.
  const text = chunk.replace(/\n?\(\d+\.\d\ds\)$/, '');
  if (isVerbatim(command)) {
    return text === '' || text.startsWith('#') || text.startsWith('id=') ? text : refusal(shown, text.trim());
  }
  if (text === '') return undefined;
  return new TtyParser(text.split('\n'), shown).reply(0);
}

/** These are printed as they are also with --no-raw, errors among them without their mark. */
function isVerbatim([name, sub]: Command): boolean {
  return name === 'INFO' || (name === 'CLIENT' && sub === 'LIST');
}

const ELEMENT = /^ *(\d+)\) /;

/** Reads the numbered and indented form that redis-cli shows people. */
class TtyParser {
  #at = 0;

  constructor(
    private readonly lines: readonly string[],
    private readonly shown: string,
  ) {}

  /** The reply that begins at this column of the current line. */
  reply(column: number): Reply {
    const first = ELEMENT.exec(this.#rest(column));
    return first === null ? this.#leaf(column) : this.#list(column, first[0].length);
  }

  #list(column: number, width: number): Reply[] {
    const list: Reply[] = [];
    while (this.#at < this.lines.length && this.#isElement(column, width, list.length + 1)) list.push(this.reply(column + width));
    return list;
  }

  /** Whether the current line holds the n-th element of a list at this column. */
  #isElement(column: number, width: number, n: number): boolean {
    const line = this.lines[this.#at] ?? '';
    // Only the first element has the heads of the lists around it before it, instead of blanks.
    if (n > 1 && line.slice(0, column).trim() !== '') return false;
    const found = ELEMENT.exec(line.slice(column));
    return found !== null && found[0].length === width && Number(found[1]) === n;
  }

  #leaf(column: number): Reply {
    const text = this.#rest(column);
    this.#at++;
    if (text.startsWith('"')) return unquoted(text);
    const integer = /^\(integer\) (-?\d+)$/.exec(text);
    if (integer !== null) return Number(integer[1]);
    if (text.startsWith('(error) ')) return refusal(this.shown, text.slice('(error) '.length).trim());
    if (text === '(nil)') return null;
    // `(empty array)`, and `(empty list or set)` before Redis 6.
    if (/^\(empty .*\)$/.test(text)) return [];
    return text;
  }

  #rest(column: number): string {
    return (this.lines[this.#at] ?? '').slice(column);
  }
}

const ESCAPES: Record<string, number> = { n: 10, r: 13, t: 9, a: 7, b: 8 };

/** The string that redis-cli wrote between quotes, its bytes read as UTF-8. */
function unquoted(text: string): string {
  const bytes: number[] = [];
  for (const [, hex, escaped, plain] of text.slice(1, -1).matchAll(/\\x([0-9a-f]{2})|\\(.)|([^\\]+)/gis)) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (escaped !== undefined) bytes.push(ESCAPES[escaped] ?? escaped.charCodeAt(0));
    else bytes.push(...Buffer.from(plain ?? ''));
  }
  return Buffer.from(bytes).toString();
}
