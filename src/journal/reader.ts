import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { type JournalEvent, journalEvent, SCHEMA_VERSION } from './event.js';

/** A line that is no event of a known schema, or a journal of a later version. */
export class JournalError extends Error {
  override name = 'JournalError';
}

const CHUNK_BYTES = 1 << 20;

/** Lines of a file with their end; the last one has none when the file was cut off. Memory is bounded by the longest line. */
function* linesOf(path: string): Generator<string> {
  const file = openSync(path, 'r');
  try {
    const decoder = new StringDecoder('utf8');
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let rest = '';
    for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
      const lines = (rest + decoder.write(chunk.subarray(0, size))).split('\n');
      rest = lines.pop() as string;
      for (const line of lines) yield `${line}\n`;
    }
    rest += decoder.end();
    if (rest !== '') yield rest;
  } finally {
    closeSync(file);
  }
}

/**
 * Reads a journal event by event. A last line that was torn when the tool was killed is left out.
 *
 * @throws JournalError naming the line that is not an event.
 */
export function* readJournal(path: string): Generator<JournalEvent> {
  let number = 0;
  for (const line of linesOf(path)) {
    number++;
    if (!line.endsWith('\n')) return;
    yield parseEvent(line, `${path}:${number}`);
  }
}

function parseEvent(line: string, place: string): JournalEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new JournalError(`${place}: not JSON`, { cause });
  }
  const version = typeof value === 'object' && value !== null && 'schema' in value ? Number(value.schema) : SCHEMA_VERSION;
  if (version > SCHEMA_VERSION) {
    throw new JournalError(
      `${place}: written by a later version (schema ${version}, this one reads ${SCHEMA_VERSION}): update loadwitness`,
    );
  }
  const parsed = journalEvent.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new JournalError(`${place}: not an event of this journal's schema: ${issue?.path.join('.')}: ${issue?.message}`);
}
