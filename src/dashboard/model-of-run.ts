import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { pageModel } from '../report/page-model.js';
import type { Language, PageFile, PageModel } from '../report/view/model.js';
import type { RunResult } from '../verdict/run-result.js';

const MANIFEST = 'manifest.json';

/** The part of manifest.json that is shown. */
const manifest = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      bytes: z.number().nullable(),
      sha256: z.string().nullable(),
      status: z.enum(['ok', 'partial', 'missing']),
      reason: z.string().nullable(),
    }),
  ),
});

/** What the page shows of a run: of one that has ended with the files that it left. */
export async function modelOfRun(
  result: RunResult,
  folder: string,
  { finished, language }: { finished: boolean; language: Language },
): Promise<PageModel> {
  const files = finished ? await sealedFiles(folder) : undefined;
  return pageModel(result, { kind: finished ? 'report' : 'live', language, ...(files && { files }) });
}

/** Undefined where the run was cut off before it had a manifest, or it is somebody else's. */
async function sealedFiles(folder: string): Promise<PageFile[] | undefined> {
  try {
    return manifest.parse(JSON.parse(await readFile(join(folder, MANIFEST), 'utf8'))).files;
  } catch {
    return undefined;
  }
}
