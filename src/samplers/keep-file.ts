import { messageOf } from '../errors.js';
import type { JournalEvent } from '../journal/event.js';
import type { EvidenceFile, SavedFile } from './sampler.js';

/** Keeps a file that a sampler brought, or looks at one that it has written itself. Undefined: there is nothing to look at. */
export type SaveFile = (file: EvidenceFile) => Promise<SavedFile | undefined>;

/** Keeps a file of the evidence. Never rejects: one that could not be written is missing. @returns what is to be told of it, but for the time. */
export async function keepFile(
  file: EvidenceFile,
  source: string,
  save: SaveFile,
): Promise<Omit<Extract<JournalEvent, { type: 'evidence.file' }>, 't'>> {
  const { path, status, reason, content } = file;
  const told = { type: 'evidence.file', path, source } as const;
  if (content === undefined && status === 'missing') return { ...told, status, ...(reason !== undefined && { reason }) };
  try {
    return { ...told, status, ...(reason !== undefined && { reason }), ...(await save(file)) };
  } catch (error) {
    return { ...told, status: 'missing', reason: messageOf(error) };
  }
}
