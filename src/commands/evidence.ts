import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Redactor } from '../bundle/redact.js';
import type { SaveFile } from '../samplers/keep-file.js';
import type { SavedFile } from '../samplers/sampler.js';

/** Writes files of the evidence into a run's folder, texts without their secrets. */
export function evidenceWriter(folder: string, redactor: Redactor): SaveFile {
  return async ({ path, content }) => {
    const file = join(folder, ...path.split('/'));
    if (content === undefined) return await factsOf(file);
    await mkdir(dirname(file), { recursive: true });
    const written = Buffer.from(typeof content === 'string' ? redactor.for(path).redactFile(content) : content);
    await writeFile(file, written, { mode: 0o600 });
    return { bytes: written.length, sha256: createHash('sha256').update(written).digest('hex') };
  };
}

/** Of a file that is there already; undefined where it cannot be read: what was told of it stands. */
async function factsOf(file: string): Promise<SavedFile | undefined> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(file)) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
  } catch {
    return undefined;
  }
  return { bytes, sha256: hash.digest('hex') };
}
