import { copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chunksOfLines, writeChunks } from './cut.js';
import { CONFIG, JOURNAL } from './paths.js';
import type { FileRedactor, Redactor } from './redact.js';

const PICTURE = /\.(png|jpe?g)$/i;
/** Larger ones are read as texts, some lines at a time. */
const LARGEST_DOCUMENT = 64 * 2 ** 20;

/**
 * Copies a file of a run without any secret that the redactor knows or sees. A file in which there is none stays byte for byte what it was.
 *
 * @param path In the run's folder, with `/`: it decides how the file is read.
 * @returns whether anything was taken out.
 */
export async function copyRedacted(from: string, to: string, path: string, redactor: Redactor): Promise<boolean> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  if (PICTURE.test(path)) {
    await copyFile(from, to);
    return false;
  }
  const isDocument = path.endsWith('.json') && (await stat(from)).size <= LARGEST_DOCUMENT;
  const changed = isDocument ? await copyDocument(from, to, redactor.for(path), path) : await copyText(from, to, redactor.for(path), path);
  if (!changed) await copyFile(from, to);
  return changed;
}

async function copyText(from: string, to: string, redactor: FileRedactor, path: string): Promise<boolean> {
  const redact = path === JOURNAL ? (text: string) => redactEvents(text, redactor) : redactor.lines();
  let changed = false;
  async function* redacted(): AsyncGenerator<Buffer> {
    for await (const chunk of chunksOfLines(from)) {
      const text = chunk.toString('utf8');
      const clean = redact(text);
      changed ||= clean !== text;
      // Bytes that are no UTF-8 stay what they are where nothing was taken out.
      yield clean === text ? chunk : Buffer.from(clean);
    }
  }
  await writeChunks(redacted(), to);
  if (!changed) await rm(to);
  return changed;
}

/** Event by event, so that a password that is one of our own words takes nothing apart. */
function redactEvents(text: string, redactor: FileRedactor): string {
  return text
    .split('\n')
    .map((line) => {
      const event = parsed(line);
      if (event === undefined) return redactor.redact(line);
      const clean = JSON.stringify(redactor.redactData(event));
      return clean === JSON.stringify(event) ? line : clean;
    })
    .join('\n');
}

async function copyDocument(from: string, to: string, redactor: FileRedactor, path: string): Promise<boolean> {
  const content = await readFile(from, 'utf8');
  const data = parsed(content);
  // What the run itself has written is redacted as its events are.
  const clean =
    path === CONFIG && data !== undefined ? `${JSON.stringify(redactor.redactData(data), null, 2)}\n` : redactor.redactFile(content);
  const isSame = data === undefined ? clean === content : JSON.stringify(parsed(clean)) === JSON.stringify(data);
  if (!isSame) await writeFile(to, clean, { mode: 0o600 });
  return !isSame;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A torn line, or an empty one: redacted as any other text.
    return undefined;
  }
}

/** Where a file of a run lies below a folder. */
export const at = (folder: string, path: string): string => join(folder, ...path.split('/'));
