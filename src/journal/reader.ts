import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { type JournalEnd, type JournalEvent, journalEvent, SCHEMA_VERSION } from './event.js';
import { isPlainEvent } from './plain-event.js';

/** A line that is no event of a known schema, or a journal of a later version. */
export class JournalError extends Error {
  override name = 'JournalError';
}

/** Small enough for its text to be young garbage, which costs nothing. */
const CHUNK_BYTES = 1 << 16;
const NEWLINE = 0x0a;

/** Whole lines of a file, without their end. Memory is bounded by the longest one. @returns how many bytes stand behind the last one. */
function* linesOf(path: string): Generator<string, number> {
  const file = openSync(path, 'r');
  try {
    const decoder = new StringDecoder('utf8');
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let rest: string[] = [];
    let restBytes = 0;
    for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
      const read = chunk.subarray(0, size);
      const end = read.lastIndexOf(NEWLINE);
      restBytes = end < 0 ? restBytes + size : size - end - 1;
      const lines = decoder.write(read).split('\n');
      rest.push(lines[0] as string);
      if (lines.length === 1) continue;
      lines[0] = rest.join('');
      rest = [lines.pop() as string];
      yield* lines;
    }
    return restBytes;
  } finally {
    closeSync(file);
  }
}

/**
 * Reads a journal event by event. A last line that was torn when the tool was killed is left out.
 *
 * @returns at its end how many bytes that were.
 * @throws JournalError naming the line that is not an event.
 */
export function* readJournal(path: string): Generator<JournalEvent, JournalEnd> {
  const lines = linesOf(path);
  for (let number = 1; ; number++) {
    const line = lines.next();
    if (line.done) return { tornBytes: line.value };
    yield parseEvent(line.value, path, number);
  }
}

/**
 * One line of a journal.
 *
 * @param number Its own, from 1.
 * @throws JournalError naming the line when it is not an event.
 */
export function parseEvent(line: string, path: string, number: number): JournalEvent {
  const place = `${path}:${number}`;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new JournalError(`${place}: not JSON${remedy(path, number)}`, { cause });
  }
  if (isPlainEvent(value)) return value;
  const version = typeof value === 'object' && value !== null && 'schema' in value ? Number(value.schema) : SCHEMA_VERSION;
  if (version > SCHEMA_VERSION) {
    throw new JournalError(
      `${place}: written by a later version (schema ${version}, this one reads ${SCHEMA_VERSION}): update loadwitness`,
    );
  }
  const parsed = journalEvent.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  throw new JournalError(`${place}: not an event of this journal's schema: ${where}${issue?.message}${remedy(path, number)}`);
}

/** A broken line with others behind it is no accident of the tool's: what it was, nobody knows any more. */
const remedy = (path: string, number: number): string =>
  `. The file was changed or damaged after it was written: put back a copy of it. What stands before the broken line is reported by ` +
  `\`mkdir part && head -n ${number - 1} '${path}' > part/journal.ndjson && loadwitness report part\``;
