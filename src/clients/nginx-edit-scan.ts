/** One directive with its place in the text. Offsets count the characters of the text, which for one read as latin1 are its bytes. */
export interface ScannedDirective {
  /** Its name and what follows, without quotes. */
  words: string[];
  /** Of the name's first character. */
  start: number;
  /** After its `;` or `{`. */
  end: number;
  /** From 1 on. */
  line: number;
  /** The words of the blocks around it in this file, the outermost first. */
  within: string[][];
}

type Statement =
  | { kind: 'directive' | 'block'; words: string[]; start: number; end: number }
  | { kind: 'close'; end: number }
  | { kind: 'end'; end: number };

const SPACE = /[ \t\r\n]/;

/**
 * Finds every directive of a file, word for word as nginx's own reader does (ngx_conf_read_token). Other than the parser it knows where each
 * one stands, which is what an edit that keeps every other byte needs. Throws with the file's path and line for what nginx would not read.
 */
export function scanNginx(text: string, file: string): ScannedDirective[] {
  const found: ScannedDirective[] = [];
  const blocks: string[][] = [];
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const fail = (offset: number, what: string): Error => new Error(`${file}, line ${lineAt(offset)}: ${what}`);
  for (let at = 0; ; ) {
    const statement = nextStatement(text, at, fail);
    at = statement.end;
    if (statement.kind === 'end') break;
    if (statement.kind === 'close') {
      if (blocks.pop() === undefined) throw fail(at - 1, 'this } closes no block');
      continue;
    }
    const { kind, words, start, end } = statement;
    found.push({ words, start, end, line: lineAt(start), within: [...blocks] });
    if (kind === 'directive') continue;
    if (words[0]?.endsWith('_by_lua_block')) at = endOfLua(text, end, fail);
    else blocks.push(words);
  }
  if (blocks.length > 0) throw fail(text.length, `the block ${blocks.at(-1)?.join(' ')} is never closed`);
  return found;
}

type Fail = (offset: number, what: string) => Error;

function nextStatement(text: string, from: number, fail: Fail): Statement {
  const words: string[] = [];
  let start = from;
  for (let at = skipBlanks(text, from); ; at = skipBlanks(text, at)) {
    const character = text[at];
    if (character === undefined) {
      if (words.length > 0) throw fail(start, 'this directive has no end');
      return { kind: 'end', end: at };
    }
    if (character === '}') {
      if (words.length > 0) throw fail(at, 'a } in the middle of a directive');
      return { kind: 'close', end: at + 1 };
    }
    if (character === ';' || character === '{') {
      if (words.length === 0) throw fail(at, `a ${character} without a directive`);
      return { kind: character === ';' ? 'directive' : 'block', words, start, end: at + 1 };
    }
    if (words.length === 0) start = at;
    const end = character === '"' || character === "'" ? endOfQuoted(text, at, fail) : endOfWord(text, at);
    words.push(character === '"' || character === "'" ? text.slice(at + 1, end - 1) : text.slice(at, end));
    at = end;
  }
}

/** A # begins a comment only where a word could begin. */
function skipBlanks(text: string, from: number): number {
  let at = from;
  for (;;) {
    const character = text[at];
    if (character === '#') {
      const newline = text.indexOf('\n', at);
      if (newline === -1) return text.length;
      at = newline;
    } else if (character === undefined || !SPACE.test(character)) return at;
    at += 1;
  }
}

function endOfQuoted(text: string, from: number, fail: Fail): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === text[from]) return at + 1;
  }
  throw fail(from, 'this quote is never closed');
}

function endOfWord(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '\\') at += 1;
    else if (character === '$' && text[at + 1] === '{') at += 1;
    else if (SPACE.test(character) || character === ';' || character === '{') return at;
  }
  return text.length;
}

/** Lua has strings and comments of its own, in which any number of braces may be. */
function endOfLua(text: string, from: number, fail: Fail): number {
  const parts = /--\[\[[\s\S]*?\]\]|--[^\n]*|\[\[[\s\S]*?\]\]|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|[{}]/g;
  parts.lastIndex = from;
  let depth = 1;
  for (let part = parts.exec(text); part !== null; part = parts.exec(text)) {
    if (part[0] === '{') depth += 1;
    else if (part[0] === '}') depth -= 1;
    if (depth === 0) return parts.lastIndex;
  }
  throw fail(from, 'this block of Lua is never closed');
}
