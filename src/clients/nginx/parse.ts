import { parse } from 'nginx-conf';

/** One directive of a configuration, with the directives of its block if it has one. */
export interface NginxDirective {
  name: string;
  /** Words after the name, without their quotes. */
  args: string[];
  block?: NginxDirective[];
  /** The file in which it stands. */
  file: string;
}

/** Parses one file, leaving its includes as directives. Throws with the file's path and the line. */
export function parseNginx(source: string, file: string): NginxDirective[] {
  type Node = { name: string; value: string; isBlock: boolean; isVerbatim: boolean; children: Node[] | null };
  const convert = (node: Node): NginxDirective => ({
    name: unquote(node.name),
    args: node.isVerbatim ? [node.value] : words(node.value),
    ...(node.isBlock && !node.isVerbatim && { block: (node.children ?? []).map(convert) }),
    file,
  });
  let directives: NginxDirective[] = [];
  const text = withoutComments(source);
  requireWholeBlocks(text, file);
  // The library calls back before it returns.
  parse(text, (error: (Error & { line?: number }) | null, tree) => {
    if (error !== null) throw new Error(`${file}, line ${error.line ?? '?'}: ${error.message}`);
    directives = (tree?.children ?? []).map(convert);
  });
  return directives;
}

/**
 * The library takes `#note` after a single blank or a tab for a directive, which swallows the next one (`ip_hash; #note`).
 * As in nginx, a quote or a # means something only where a word begins. Newlines stay, so that lines in errors are right.
 */
function withoutComments(source: string): string {
  return source.replace(/(?<![^\s;{}])(?:"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|#[^\n]*)/g, (part) =>
    part.startsWith('#') ? '' : part,
  );
}

/** The library takes a missing } in silence, and loses what comes after one too many. Lua may hold any number of them. */
function requireWholeBlocks(text: string, file: string): void {
  if (text.includes('_by_lua_block')) return;
  let line = 1;
  const open: number[] = [];
  for (const [part] of text.matchAll(/\n|\$\{[^}]*\}|(?<![^\s;{}])(?:"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*')|[{}]/g)) {
    if (part === '{') open.push(line);
    else if (part === '}' && open.pop() === undefined) throw new Error(`${file}, line ${line}: this } closes no block`);
    line += part.match(/\n/g)?.length ?? 0;
  }
  const unclosed = open.pop();
  if (unclosed !== undefined) throw new Error(`${file}, line ${unclosed}: this block is never closed`);
}

function words(value: string): string[] {
  return (value.match(/"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|\S+/g) ?? []).map(unquote);
}

function unquote(word: string): string {
  const quote = word[0];
  if (word.length < 2 || (quote !== '"' && quote !== "'") || !word.endsWith(quote)) return word;
  return word.slice(1, -1).replaceAll(`\\${quote}`, quote);
}
