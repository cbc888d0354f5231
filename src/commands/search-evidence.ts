import { type Quarantined, quarantineOf, quarantineSecrets } from '../bundle/quarantine.js';
import type { Redactor } from '../bundle/redact.js';
import type { Io } from './io.js';
import { NOT_EVIDENCE } from './run-folder.js';

/** Searches the finished folder of a run once more for secrets, and says what had to be taken out of it. */
export async function searchEvidence(folder: string, redactor: Redactor, io: Pick<Io, 'say'>): Promise<Quarantined[]> {
  const taken = await quarantineSecrets(folder, redactor, NOT_EVIDENCE);
  for (const { path, reason } of taken) io.say(`${path} is not part of the evidence: ${reason}; it was moved to ${quarantineOf(folder)}`);
  return taken;
}
