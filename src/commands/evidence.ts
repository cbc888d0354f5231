import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Redactor } from '../bundle/redact.js';
import type { EvidenceFile } from '../samplers/sampler.js';

/** Writes files of the evidence into a run's folder, texts without their secrets. */
export function evidenceWriter(folder: string, redactor: Redactor): (file: EvidenceFile) => Promise<void> {
  return async ({ path, content }) => {
    if (content === undefined) return;
    const file = join(folder, ...path.split('/'));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'string' ? redactor.redact(content) : content, { mode: 0o600 });
  };
}
