import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { messageOf } from '../errors.js';
import { SCHEMA_VERSION } from '../journal/event.js';
import type { RunResult } from '../verdict/run-result.js';
import { rootOf, sidecarOf } from './bundle.js';
import { type Contents, contentsOfBundle, contentsOfFolder } from './contents.js';
import { chunksOfLines } from './cut.js';
import { differencesOf, tell } from './differences.js';
import type { FileFacts } from './file-facts.js';
import type { Judged, JudgeJournal } from './judged.js';
import { type Manifest, manifestOf, readManifest, WITHHELD } from './manifest.js';
import { JOURNAL, MANIFEST, REDACTIONS, VERDICT } from './paths.js';
import type { UnpackLimits } from './read-archive.js';

export interface VerifyOptions {
  judge: JudgeJournal;
  /** This tool's version. */
  tool: string;
  /** Names in a run's folder that are none of the evidence. */
  ignored?: readonly string[];
  /** The digest of the bundle as somebody who can be trusted told it, in hex. */
  sha256?: string;
  limits?: UnpackLimits;
  signal?: AbortSignal;
}

/** What was found. It is intact when it neither differs nor leaves anything open. */
export interface Verification {
  /** What is not as it was sealed, or not what the journal gives. */
  differences: string[];
  /** What could not be told. */
  open: string[];
  /** What is good to know. */
  notes: string[];
  /** Files whose bytes were looked at. */
  files: number;
  /** What this version judges by the journal; null when it could not be judged. */
  result: RunResult | null;
  /** Of a bundle, in hex. */
  sha256: string | null;
}

/**
 * Verifies a bundle from its first to its last byte, and judges its run again.
 *
 * @throws NotABundleError
 */
export async function verifyBundle(path: string, options: VerifyOptions): Promise<Verification> {
  const work = await mkdtemp(join(tmpdir(), 'loadwitness-verify-'));
  try {
    const contents = await contentsOfBundle(path, work, options);
    const { damage, sha256, mtimeSeconds } = contents.archive;
    const found = new Verifying(contents, options, true).verify(await laterSchemaOf(contents.journal));
    found.sha256 = sha256;
    found.differences.unshift(...damage, ...(await anchors(path, sha256, options.sha256)));
    if (!contents.texts.has(MANIFEST)) found.differences.push(`${MANIFEST} was removed`);
    if (found.result !== null && damage.length === 0) {
      const { runId, window } = found.result;
      if (contents.root !== rootOf(runId))
        found.differences.push(`its folder is "${contents.root}", by the journal it is "${rootOf(runId)}"`);
      if (mtimeSeconds !== Math.floor(window.runStart / 1000))
        found.differences.push("the time of its files is not that of the run's start");
    }
    return found;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Verifies the folder of a run, and judges the run again. */
export async function verifyFolder(folder: string, options: VerifyOptions): Promise<Verification> {
  const { others, ...contents } = await contentsOfFolder(folder, options.ignored ?? []);
  const found = new Verifying(contents, options, false).verify(await laterSchemaOf(contents.journal));
  for (const path of others) found.differences.push(`${path} was added, and is no plain file`);
  if (!contents.texts.has(MANIFEST)) {
    const why = found.result?.ended === null ? ': the run was cut off before there was one' : '';
    found.open.push(`there is no ${MANIFEST}${why}: nothing tells what the files were`);
  }
  return found;
}

/** Whoever changes a bundle as a whole, its digests and all, is found out by what was told of it elsewhere. */
async function anchors(path: string, sha256: string, told: string | undefined): Promise<string[]> {
  const differences: string[] = [];
  if (told !== undefined && told.toLowerCase() !== sha256) differences.push(`its SHA-256 is ${sha256}, and it should be ${told}`);
  const beside = await readFile(sidecarOf(path), 'utf8').catch(() => undefined); // A bundle may be sent without it.
  const [, digest] = /^([0-9a-f]{64}) [ *]/.exec(beside ?? '') ?? [];
  if (beside !== undefined && digest !== sha256)
    differences.push(`its SHA-256 is ${sha256}, and ${basename(sidecarOf(path))} tells another one`);
  return differences;
}

/** The journal's schema, where it is one that this version does not know. */
async function laterSchemaOf(journal: string | undefined): Promise<number | undefined> {
  if (journal === undefined) return undefined;
  for await (const chunk of chunksOfLines(journal)) {
    const [, schema] = /^\{[^\n]*?"schema":(\d+)/.exec(chunk.subarray(0, 1 << 16).toString('utf8')) ?? [];
    return schema !== undefined && Number(schema) > SCHEMA_VERSION ? Number(schema) : undefined;
  }
  return undefined;
}

class Verifying {
  readonly #isBundle: boolean;
  readonly #contents: Contents;
  readonly #options: VerifyOptions;
  readonly #differences: string[] = [];
  readonly #open: string[] = [];
  readonly #notes: string[] = [];

  constructor(contents: Contents, options: VerifyOptions, isBundle: boolean) {
    this.#isBundle = isBundle;
    this.#contents = contents;
    this.#options = options;
  }

  verify(laterSchema: number | undefined): Verification {
    const manifest = this.#readManifest();
    const judged = this.#judge(laterSchema);
    if (manifest) this.#compareFiles(manifest);
    if (judged) {
      // Of a run that was cut off nobody but the run itself tells by which version it was.
      const isOurs = (manifest?.tool ?? this.#options.tool) === this.#options.tool;
      const report = isOurs ? this.#differences : this.#open;
      if (!isOurs) this.#notes.push(`its reports were made by version ${manifest?.tool}, and this is ${this.#options.tool}`);
      if (manifest) this.#compareManifest(manifest, judged, report);
      this.#compareReports(judged, report);
    }
    return {
      differences: this.#differences,
      open: this.#open,
      notes: this.#notes,
      files: this.#contents.facts.size + (this.#contents.texts.has(MANIFEST) ? 1 : 0),
      result: judged?.result ?? null,
      sha256: null,
    };
  }

  #readManifest(): Manifest | undefined {
    const text = this.#contents.texts.get(MANIFEST);
    if (text === undefined) return undefined;
    const read = readManifest(text);
    if (read.kind === 'later') this.#open.push(`${MANIFEST} was written by a later version (${read.version}): update loadwitness`);
    if (read.kind === 'broken') this.#differences.push(`${MANIFEST} was changed: ${read.why}`);
    if (read.kind !== 'read') return undefined;
    if (!read.isWhole) this.#differences.push(`${MANIFEST} was changed: its own digest is not that of what it says`);
    return read.manifest;
  }

  #judge(laterSchema: number | undefined): Judged | undefined {
    const { journal } = this.#contents;
    if (laterSchema !== undefined) this.#open.push(`${JOURNAL} was written by a later version (schema ${laterSchema}): update loadwitness`);
    if (laterSchema !== undefined) return undefined;
    if (journal === undefined) this.#open.push(`there is no ${JOURNAL}: the run cannot be judged again`);
    if (journal === undefined) return undefined;
    try {
      return this.#options.judge(journal);
    } catch (error) {
      this.#open.push(`the run cannot be judged again: ${messageOf(error).replaceAll(journal, JOURNAL)}`);
      return undefined;
    }
  }

  /** The bytes of every file against what the manifest tells of them. */
  #compareFiles(manifest: Manifest): void {
    const { facts } = this.#contents;
    for (const { path, sha256 } of manifest.files) {
      const found = facts.get(path);
      if (sha256 === null && found !== undefined) this.#differences.push(`${path} was added: ${MANIFEST} says that it is missing`);
      else if (sha256 !== null && found === undefined) this.#differences.push(`${path} was removed`);
      else if (sha256 !== null && found?.sha256 !== sha256) this.#differences.push(`${path} was changed: its SHA-256 is another one`);
    }
    const known = new Set(manifest.files.map(({ path }) => path));
    for (const path of facts.keys()) if (!known.has(path)) this.#differences.push(`${path} was added: ${MANIFEST} does not know it`);
  }

  /** Everything else that the manifest tells against what can be found out again. */
  #compareManifest(manifest: Manifest, { result, collectedAt, reports }: Judged, report: string[]): void {
    const { facts } = this.#contents;
    const withheld = new Set(manifest.files.flatMap(({ path, reason }) => (reason === WITHHELD && !facts.has(path) ? [path] : [])));
    for (const path of withheld) this.#notes.push(`${path} is not in it: ${WITHHELD}`);
    if (this.#isBundle) this.#compareWithheld(withheld);
    const paths = reports.map(({ path }) => path);
    const expected = manifestOf({ result, collectedAt, files: facts, reports: paths, withheld, tool: manifest.tool });
    const asSealed = expected.files.filter(({ path }) => isSame(facts.get(path), manifest, path));
    const told = manifest.files.filter(({ path }) => isSame(facts.get(path), manifest, path));
    // What is wrong with the bytes of a file has been told.
    const config = isSame(facts.get('config.json'), manifest, 'config.json') ? expected.config : manifest.config;
    for (const difference of differencesOf({ ...manifest, files: told }, { ...expected, config, files: asSealed })) {
      report.push(`${MANIFEST}: ${tell(difference)}`);
    }
  }

  /** In a bundle two files tell what was left out of it. */
  #compareWithheld(withheld: ReadonlySet<string>): void {
    const listed = withheldBy(this.#contents.texts.get(REDACTIONS));
    for (const path of withheld)
      if (!listed.has(path)) this.#differences.push(`${path} was removed: ${REDACTIONS} does not tell that it is withheld`);
  }

  #compareReports({ result, reports }: Judged, report: string[]): void {
    const { facts, texts } = this.#contents;
    for (const { path, render, languages } of reports) {
      const found = facts.get(path);
      if (found === undefined) continue;
      const isGiven = (language: string): boolean => createHash('sha256').update(render(language)).digest('hex') === found.sha256;
      if (languages.some(isGiven)) continue;
      const details = path === VERDICT ? verdictDifferences(texts.get(VERDICT) ?? '', render()) : [`${path} is not what the journal gives`];
      report.push(...details);
    }
    if (!facts.has(VERDICT)) {
      const why = result.ended === null ? ', since the run was cut off' : '';
      this.#open.push(`there is no ${VERDICT}${why}: no verdict can be confirmed`);
    }
  }
}

/** Whether the bytes of a file are those that the manifest tells. */
function isSame(found: FileFacts | undefined, manifest: Manifest, path: string): boolean {
  return (manifest.files.find((file) => file.path === path)?.sha256 ?? null) === (found?.sha256 ?? null);
}

function withheldBy(redactions: string | undefined): Set<string> {
  try {
    const { withheld = [] } = JSON.parse(redactions ?? '{}') as { withheld?: { path: string }[] };
    return new Set(withheld.map(({ path }) => path));
  } catch {
    // Nothing that can be read tells of nothing.
    return new Set();
  }
}

function verdictDifferences(found: string, expected: string): string[] {
  let data: unknown;
  try {
    data = JSON.parse(found);
  } catch {
    return [`${VERDICT} is no JSON`];
  }
  const differences = differencesOf(data, JSON.parse(expected)).map((one) => `${VERDICT}: ${tell(one)}`);
  return differences.length > 0 ? differences : [`${VERDICT} says the same in other bytes`];
}
