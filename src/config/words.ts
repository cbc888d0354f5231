/** The words of a command, or what is wrong with the text. */
export type WordsResult = { ok: true; words: string[] } | { ok: false; message: string };

/** Any run of plain characters, a quoted part, or an escaped character. */
const PIECE = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)/gs;

/**
 * Splits a command as a shell would: words are apart by blanks, '…' keeps everything as it is, "…" too but for \" and \\, and \ keeps
 * the next character. Nothing else means anything: no variables, no pipes.
 */
export function splitWords(text: string): WordsResult {
  const words: string[] = [];
  let end = 0;
  for (const match of text.matchAll(PIECE)) {
    const between = text.slice(end, match.index);
    if (between.trim() !== '') return unfinished(between);
    const piece = match[1] ?? match[2]?.replace(/\\(["\\])/g, '$1') ?? match[3] ?? match[4] ?? '';
    if (between !== '' || words.length === 0) words.push(piece);
    else words.push(`${words.pop()}${piece}`);
    end = match.index + match[0].length;
  }
  const rest = text.slice(end);
  return rest.trim() === '' ? { ok: true, words } : unfinished(rest);
}

function unfinished(rest: string): WordsResult {
  const [quote = ''] = rest.trim();
  return { ok: false, message: quote === '\\' ? 'ends with a \\' : `has a ${quote} that is never closed` };
}
