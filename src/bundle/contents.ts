import { createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FactTaker, type FileFacts } from './file-facts.js';
import { factsOfFolder, listFolder } from './folder.js';
import { JOURNAL, MANIFEST, REDACTIONS, VERDICT } from './paths.js';
import { type ArchiveFacts, NotABundleError, readArchive, type UnpackLimits } from './read-archive.js';

/** What there is to be verified, of a run's folder or of a bundle. */
export interface Contents {
  /** Of every file but the manifest, by its path. */
  facts: Map<string, FileFacts>;
  /** Where the journal can be read; undefined when there is none. */
  journal: string | undefined;
  /** What those files say that are compared by what they mean. */
  texts: Map<string, string>;
}

/** What a bundle is beside what is in it. */
export interface BundleContents extends Contents {
  archive: ArchiveFacts;
  /** The folder that unpacking it makes. */
  root: string;
}

const READ = [MANIFEST, VERDICT, REDACTIONS];
const LARGEST_READ = 64 * 2 ** 20;

/** Reads the folder of a run. @param ignored Names in it that are none of the evidence. */
export async function contentsOfFolder(folder: string, ignored: readonly string[]): Promise<Contents & { others: string[] }> {
  const { files, others } = await listFolder(folder, ignored);
  const texts = new Map<string, string>();
  for (const path of READ.filter((one) => files.includes(one))) {
    if ((await stat(join(folder, path))).size <= LARGEST_READ) texts.set(path, await readFile(join(folder, path), 'utf8'));
  }
  const journal = files.includes(JOURNAL) ? join(folder, JOURNAL) : undefined;
  return { facts: await factsOfFolder(folder, files), journal, texts, others };
}

/**
 * Reads a bundle. Only its journal goes to the disk, since it is judged again.
 *
 * @param work A folder for it.
 * @throws NotABundleError
 */
export async function contentsOfBundle(
  path: string,
  work: string,
  { limits, signal }: { limits?: UnpackLimits | undefined; signal?: AbortSignal | undefined },
): Promise<BundleContents> {
  const facts = new Map<string, FileFacts>();
  const texts = new Map<string, string>();
  let root: string | undefined;
  let journal: string | undefined;
  const archive = await readArchive(
    path,
    async (name, content) => {
      const slash = name.indexOf('/');
      root ??= name.slice(0, Math.max(0, slash));
      if (slash <= 0 || name.slice(0, slash) !== root) throw new NotABundleError('its files are not all in one folder');
      const file = name.slice(slash + 1);
      const taker = new FactTaker(file);
      const kept: Buffer[] = [];
      let bytes = 0;
      async function* taken(): AsyncGenerator<Buffer> {
        for await (const chunk of content) {
          signal?.throwIfAborted();
          await taker.add(chunk);
          bytes += chunk.length;
          if (READ.includes(file)) {
            if (bytes > LARGEST_READ) throw new NotABundleError(`${file} in it is larger than ${LARGEST_READ} bytes`);
            kept.push(chunk);
          }
          yield chunk;
        }
      }
      if (file === JOURNAL) {
        journal = join(work, JOURNAL);
        await pipeline(Readable.from(taken(), { objectMode: false }), createWriteStream(journal, { mode: 0o600 }));
      } else for await (const _ of taken());
      if (READ.includes(file)) texts.set(file, Buffer.concat(kept).toString('utf8'));
      const found = await taker.end();
      if (file !== MANIFEST) facts.set(file, found);
    },
    limits,
  );
  return { facts, texts, journal, archive, root: root ?? '' };
}
