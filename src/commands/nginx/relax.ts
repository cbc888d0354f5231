import type { NginxControl } from '../../clients/nginx-control.js';
import { hasRelaxMarks, type RelaxMeasure, type RelaxPlan, relaxText, wouldInclude } from '../../clients/nginx-edit.js';
import { ExitCode, KnownError, messageOf } from '../../errors.js';
import { putBack } from './restore.js';
import type { NginxSite } from './site.js';
import { nameOfPlace, type Relaxation, type RelaxationStore, type RelaxedFile, sha256Of } from './state.js';

export interface RelaxOrder extends RelaxPlan {
  target: string;
  owner?: Relaxation['owner'];
  now: Date;
}

/** In words, for a sentence. */
export const MEASURES: Record<RelaxMeasure, string> = { 'ip-hash': 'ip_hash', 'rate-limits': 'rate limits' };

interface Original {
  path: string;
  content: Buffer;
}

/**
 * Comments the directives out and has nginx take that up. Before the first byte is changed everything is looked at that could stop it, and a copy
 * of each original is kept; when nginx does not take the result, the originals are put back.
 *
 * @returns undefined when there is nothing to switch off.
 * @throws KnownError that says why it could not be done, and that nothing is changed.
 */
export async function relax(site: NginxSite, order: RelaxOrder, store: RelaxationStore): Promise<Relaxation | undefined> {
  const shown = nameOfPlace(site.place);
  const refuse = (error: unknown): KnownError =>
    new KnownError(`nginx (${shown}) was not relaxed, nothing is changed: ${messageOf(error)}`, ExitCode.preflightFailed, { cause: error });
  try {
    const control = await site.control();
    await control.test();
    const originals = await readAll(site, await control.configurationFiles());
    const files = planned(site, originals, order);
    if (files.length === 0) return undefined;
    for (const { path } of files) await site.files.requireWritable(path);
    const { target, measures, owner, now } = order;
    const relaxation: Relaxation = {
      version: 1,
      relaxedAt: now.toISOString(),
      target,
      place: site.place,
      ...(control.pid !== undefined && { master: control.pid }),
      measures: [...measures],
      ...(owner && { owner }),
      files,
    };
    await store.add(relaxation);
    await change(site, control, relaxation, order, store);
    return relaxation;
  } catch (error) {
    throw error instanceof KnownError ? error : refuse(error);
  }
}

async function readAll({ files }: NginxSite, paths: readonly string[]): Promise<Original[]> {
  return await Promise.all(
    paths.map(async (path) => {
      const content = await files.read(path);
      if (content === undefined) throw new Error(`there is no file ${path}`);
      if (hasRelaxMarks(content)) {
        throw new Error(
          `${path} is relaxed already, by another user or from another machine; its original is beside it, *.loadwitness-*.bak`,
        );
      }
      return { path, content };
    }),
  );
}

function planned({ paths }: NginxSite, originals: readonly Original[], { now, ...plan }: RelaxOrder): RelaxedFile[] {
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return originals.flatMap(({ path, content }) => {
    const { relaxed, changes } = relaxText(content, path, plan);
    if (changes.length === 0) return [];
    const name = `${paths.basename(path)}.loadwitness-${stamp}.bak`;
    // With `include sites-enabled/*;` nginx would read the backup, too; a dot before its name keeps it out.
    const isHidden = originals.some((original) => wouldInclude(original.content, original.path, name));
    const backup = paths.join(paths.dirname(path), isHidden ? `.${name}` : name);
    const original = content.toString('base64');
    return [{ path, sha256: sha256Of(content), relaxedSha256: sha256Of(relaxed), backup, changes, original }];
  });
}

async function change(
  site: NginxSite,
  control: NginxControl,
  relaxation: Relaxation,
  plan: RelaxPlan,
  store: RelaxationStore,
): Promise<void> {
  let reason: unknown;
  try {
    for (const { path, backup } of relaxation.files) await site.files.copy(path, backup);
    for (const { path, original } of relaxation.files) {
      await site.files.write(path, relaxText(Buffer.from(original, 'base64'), path, plan).relaxed);
    }
    await control.test();
    await control.reload();
    return;
  } catch (error) {
    reason = error;
  }
  // When this fails, too, what was kept stays, and its error tells both.
  await putBack(site, relaxation, store, `it could not be relaxed (${messageOf(reason)})`);
  const shown = nameOfPlace(site.place);
  throw new KnownError(`nginx (${shown}) was not relaxed, its original is back: ${messageOf(reason)}`, ExitCode.preflightFailed);
}
