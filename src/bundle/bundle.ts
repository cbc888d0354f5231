import { copyFile, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeArchive } from './archive.js';
import { canBeCut, costOf, sharesOf } from './budget.js';
import { copyWithoutMiddle } from './cut.js';
import { type FileFacts, factsOfFile } from './file-facts.js';
import { listFolder } from './folder.js';
import { languageOfFile } from './html-language.js';
import type { Judged, JudgeJournal } from './judged.js';
import { manifestJson, manifestOf } from './manifest.js';
import { byText, JOURNAL, MANIFEST, REDACTIONS, unfitPath } from './paths.js';
import { quarantinedPaths } from './quarantine.js';
import type { Redactor } from './redact.js';
import { isEmpty, redactionsJson, type SearchedFile, searchFile } from './search.js';
import { at, copyRedacted } from './stage.js';

export interface BundleOptions {
  /** The run's. */
  folder: string;
  /** Written over where it exists. Must not lie in the run's folder. */
  out: string;
  /** The bundle is no larger. */
  maxBytes: number;
  redactor: Redactor;
  judge: JudgeJournal;
  /** This tool's version. */
  tool: string;
  /** Names in the folder that are none of the evidence. */
  ignored?: readonly string[];
  /** Gives it up between two files. */
  signal?: AbortSignal;
}

export interface Bundle {
  bytes: number;
  /** Of the whole file, in hex: whoever knows it can tell that the bundle is still the one that was sealed. */
  sha256: string;
  files: number;
  /** Paths whose middle was cut out. */
  cut: string[];
  /** Paths that are not in it, since a secret was found in them. */
  withheld: string[];
  /** Paths in which a secret was found and taken out just now. */
  redacted: string[];
  /** Paths that are no plain files, or whose names must not be on another's disk. */
  leftOut: string[];
  judged: Judged;
}

/** The bundle cannot be made as small as it is to be. */
export class TooLargeError extends Error {
  override name = 'TooLargeError';
  constructor(
    readonly bytes: number,
    readonly maxBytes: number,
  ) {
    super(`what must be in it takes ${bytes} bytes, and it may have ${maxBytes}`);
  }
}

/**
 * Packs the folder of a run as one `.tar.gz`, which is whole or not there at all: without secrets, no larger than it may be, and with a manifest
 * of what is in it. The run's folder stays as it is.
 *
 * @throws TooLargeError when cutting logs is not enough.
 */
export async function createBundle(options: BundleOptions): Promise<Bundle> {
  // Beside its place, so that it can be moved there in one step.
  const work = await mkdtemp(join(dirname(options.out), '.loadwitness-bundle-'));
  try {
    return await new Packing(options, work).pack();
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Tries to get below the size before it is given up: each time it is known better how well the rest shrinks. */
const MOST_ROUNDS = 8;

class Packing {
  readonly #options: BundleOptions;
  readonly #work: string;
  readonly #whole: string;
  /** Where the bytes of each path are taken from. */
  readonly #files = new Map<string, string>();
  readonly #facts = new Map<string, FileFacts>();
  readonly #searched = new Map<string, SearchedFile>();
  readonly #withheld = new Set<string>();
  readonly #redacted: string[] = [];
  readonly #cut = new Set<string>();

  constructor(options: BundleOptions, work: string) {
    this.#options = options;
    this.#work = work;
    this.#whole = join(work, 'files');
  }

  async pack(): Promise<Bundle> {
    const { folder, out, ignored } = this.#options;
    const { files, others } = await listFolder(folder, ignored);
    const isFit = (path: string): boolean => unfitPath(path) === undefined && isEmpty(this.#options.redactor.find(path));
    const fit = files.filter((path) => path !== MANIFEST && path !== REDACTIONS && isFit(path));
    const judged = await this.#stage(fit);
    for (const path of await quarantinedPaths(folder)) if (!this.#files.has(path)) this.#withhold(path);
    for (const path of this.#files.keys()) await this.#search(path);
    const archive = await this.#shrink(judged);
    await publish(archive.path, out, archive.sha256);
    return {
      bytes: archive.bytes,
      sha256: archive.sha256,
      files: this.#files.size,
      cut: [...this.#cut].sort(byText),
      withheld: [...this.#withheld].sort(byText),
      redacted: this.#redacted,
      leftOut: [...others, ...files.filter((path) => !isFit(path))].sort(byText),
      judged,
    };
  }

  /** Copies everything without secrets. Reports of a journal in which there was one are made from what is left of it. */
  async #stage(paths: readonly string[]): Promise<Judged> {
    const { judge, folder } = this.#options;
    const isClean = !(await this.#copy(JOURNAL));
    const judged = judge(at(this.#whole, JOURNAL));
    const reports = new Map(judged.reports.map((report) => [report.path, report]));
    for (const path of paths) {
      this.#options.signal?.throwIfAborted();
      const report = reports.get(path);
      if (path === JOURNAL) continue;
      if (report === undefined) await this.#copy(path);
      else await this.#copyReport(path, isClean ? undefined : report.render(await languageOfFile(at(folder, path))));
    }
    return judged;
  }

  /** It was taken out of the run's folder long ago. */
  #withhold(path: string): void {
    this.#withheld.add(path);
    this.#searched.set(path, { secrets: { quarantined: 1 }, tokens: {}, lines: [] });
  }

  async #copy(path: string): Promise<boolean> {
    const to = at(this.#whole, path);
    const changed = await copyRedacted(at(this.#options.folder, path), to, path, this.#options.redactor);
    if (changed) this.#redacted.push(path);
    this.#files.set(path, to);
    return changed;
  }

  async #copyReport(path: string, text: string | undefined): Promise<void> {
    const to = at(this.#whole, path);
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    if (text === undefined) await copyFile(at(this.#options.folder, path), to);
    else await writeFile(to, text, { mode: 0o600 });
    this.#files.set(path, to);
  }

  async #search(path: string): Promise<void> {
    this.#options.signal?.throwIfAborted();
    const file = this.#files.get(path) as string;
    const searched = await searchFile(file, path, this.#options.redactor);
    this.#searched.set(path, searched);
    if (isEmpty(searched.secrets)) {
      this.#facts.set(path, await factsOfFile(file, path));
      return;
    }
    this.#withheld.add(path);
    this.#files.delete(path);
  }

  async #shrink(judged: Judged): Promise<{ path: string; bytes: number; sha256: string }> {
    const { maxBytes } = this.#options;
    const originals = new Map([...this.#files].filter(([path]) => canBeCut(path)));
    let costs: Map<string, number> | undefined;
    let spare = 0;
    for (let round = 0; ; round++) {
      const path = join(this.#work, `bundle-${round}`);
      const written = await this.#write(path, judged);
      if (written.bytes <= maxBytes) return { path, ...written };
      if (costs === undefined) {
        costs = new Map();
        for (const [name, file] of originals) costs.set(name, await costOf(file));
      }
      const all = [...costs.values()].reduce((sum, cost) => sum + cost, 0);
      // What was cut already counts with what it was: each round asks for a little more than is missing.
      spare += Math.ceil((written.bytes - maxBytes) * 1.02) + 512;
      if (round === MOST_ROUNDS || spare > all) throw new TooLargeError(written.bytes - (round === 0 ? all : 0), maxBytes);
      await rm(path);
      await this.#cutTo(originals, sharesOf(costs, all - spare), round);
    }
  }

  async #cutTo(originals: ReadonlyMap<string, string>, shares: ReadonlyMap<string, number>, round: number): Promise<void> {
    for (const [path, share] of shares) {
      const to = at(join(this.#work, `cut-${round}`), path);
      await mkdir(dirname(to), { recursive: true, mode: 0o700 });
      await copyWithoutMiddle(originals.get(path) as string, to, share);
      this.#files.set(path, to);
      this.#facts.set(path, await factsOfFile(to, path));
      this.#cut.add(path);
    }
  }

  async #write(path: string, judged: Judged): Promise<{ bytes: number; sha256: string }> {
    const { result, collectedAt, reports } = judged;
    await this.#own(REDACTIONS, redactionsJson(this.#searched));
    this.#facts.set(REDACTIONS, await factsOfFile(this.#files.get(REDACTIONS) as string, REDACTIONS));
    const manifest = manifestOf({
      result,
      collectedAt,
      files: this.#facts,
      reports: reports.map((report) => report.path),
      withheld: this.#withheld,
      tool: this.#options.tool,
    });
    await this.#own(MANIFEST, manifestJson(manifest));
    const names = [...this.#files].map(([name, file]) => ({ name: `${rootOf(result.runId)}/${name}`, file }));
    const entries = [];
    for (const entry of names.sort((a, b) => byText(a.name, b.name))) entries.push({ ...entry, bytes: (await stat(entry.file)).size });
    return await writeArchive(path, entries, Math.floor(result.window.runStart / 1000));
  }

  /** A file of the bundle's own. */
  async #own(path: string, text: string): Promise<void> {
    const file = join(this.#work, path);
    // It is made from what was searched, so this is for what nobody has thought of.
    if (!isEmpty(this.#options.redactor.find(text))) throw new Error(`${path} would hold a secret: nothing was written`);
    await writeFile(file, text, { mode: 0o600 });
    this.#files.set(path, file);
  }
}

/** The folder that unpacking a bundle makes. */
export function rootOf(runId: string): string {
  const fit = runId.replace(/[^\w.-]/g, '_').slice(0, 100);
  return /^\.*$/.test(fit) ? 'run' : fit;
}

/** What stands beside a bundle. */
export const sidecarOf = (bundle: string): string => `${bundle}.sha256`;

/** Moves a bundle to its place, and writes its digest beside it as sha256sum does. */
async function publish(from: string, out: string, sha256: string): Promise<void> {
  const beside = `${from}.sha256`;
  await writeFile(beside, `${sha256}  ${basename(out)}\n`, { mode: 0o600 });
  // That of the bundle before must not stand beside this one, not for a moment.
  await rm(sidecarOf(out), { force: true });
  await rename(from, out);
  await rename(beside, sidecarOf(out));
}
