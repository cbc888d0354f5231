import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { RunResult } from '../verdict/run-result.js';
import type { FileFacts } from './file-facts.js';
import { byText, CONFIG, JOURNAL, MANIFEST, REDACTIONS } from './paths.js';

/** Version of the shape of manifest.json. */
export const MANIFEST_VERSION = 1;

/** Why a file is not there although it was collected: shipping it would ship a secret. */
export const WITHHELD = 'withheld: a secret was found in it when it was to be sealed';

const time = z.number().nullable();

const manifestFile = z.strictObject({
  /** Relative to the run's folder, with `/`. */
  path: z.string(),
  status: z.enum(['ok', 'partial', 'missing']),
  /** Why it is partial or missing; null when it is neither. */
  reason: z.string().nullable(),
  /** The sampler that collected it; `run` for what the run itself wrote, `report`, `bundle`, and `unknown` for what it does not know of. */
  source: z.string(),
  /** Hex; null for a file that is missing, as `bytes` is. */
  sha256: z.string().nullable(),
  bytes: z.number().nullable(),
  /** First and last time that it tells of, in Unix ms; null when it tells none. */
  first: time,
  last: time,
  /** Whether a part was left out of it, by the budget of the logs or that of the bundle. */
  truncated: z.boolean(),
  /** Places at which a secret was taken out; null for a file that is missing. */
  redactions: z.number().nullable(),
});
export type ManifestFile = z.infer<typeof manifestFile>;

const manifest = z.strictObject({
  version: z.literal(MANIFEST_VERSION),
  /** The journal's schema. */
  schema: z.number(),
  /** Version of the tool that wrote this file and the reports, and of the one that ran the run. */
  tool: z.string(),
  runBy: z.string(),
  runId: z.string(),
  target: z.string(),
  mode: z.string(),
  /** How the run ended; null: it was cut off. */
  ended: z.string().nullable(),
  /** Digest of config.json; null when there is none. */
  config: z.strictObject({ sha256: z.string() }).nullable(),
  /** What the target was made of, each part before and after the load. */
  images: z.array(z.strictObject({ name: z.string(), role: z.string(), start: z.string().nullable(), end: z.string().nullable() })),
  /** In Unix ms; null for what did not happen. */
  window: z.strictObject({ runStart: time, loadStart: time, loadEnd: time, runEnd: time, lastEvent: time }),
  /** How far the clock of each source was ahead of ours, in ms. */
  clocks: z.array(
    z.strictObject({ source: z.string(), offsetMs: z.number(), uncertaintyMs: z.number(), minMs: z.number(), maxMs: z.number() }),
  ),
  /** By path. */
  files: z.array(manifestFile),
});
/** What manifest.json says. */
export type Manifest = z.infer<typeof manifest>;

/** What a manifest is made from. The same parts give the same manifest, byte for byte. */
export interface ManifestParts {
  result: RunResult;
  /** When each file was collected, in Unix ms, by its path: as the journal tells. */
  collectedAt: ReadonlyMap<string, number>;
  /** Every file that is there, by its path; manifest.json itself is left out. */
  files: ReadonlyMap<string, FileFacts>;
  /** Paths of the reports that a run has. */
  reports: readonly string[];
  /** Paths of files that were taken out, since a secret was found in them. */
  withheld?: ReadonlySet<string>;
  /** Version of the tool that made the reports. */
  tool: string;
}

export function manifestOf(parts: ManifestParts): Manifest {
  const { result, files } = parts;
  const config = files.get(CONFIG);
  const paths = new Set([
    JOURNAL,
    CONFIG,
    ...parts.reports,
    ...result.evidenceFiles.map(({ path }) => path),
    ...files.keys(),
    ...(parts.withheld ?? []),
  ]);
  paths.delete(MANIFEST);
  return {
    version: MANIFEST_VERSION,
    schema: result.schema,
    tool: parts.tool,
    runBy: result.tool,
    runId: result.runId,
    target: result.target,
    mode: result.mode,
    ended: result.ended?.reason ?? null,
    config: config === undefined ? null : { sha256: config.sha256 },
    images: result.components
      .map(({ name, role, start, end }) => ({ name, role, start: start?.image ?? null, end: end?.image ?? null }))
      .filter(({ start, end }) => start !== null || end !== null)
      .sort((a, b) => byText(a.role, b.role) || byText(a.name, b.name)),
    window: result.window,
    clocks: result.clocks
      .map(({ source, offsetMs, uncertaintyMs, minMs, maxMs }) => ({ source, offsetMs, uncertaintyMs, minMs, maxMs }))
      .sort((a, b) => byText(a.source, b.source)),
    files: [...paths].sort(byText).map((path) => fileOf(path, parts)),
  };
}

function fileOf(path: string, { result, files, reports, collectedAt, withheld }: ManifestParts): ManifestFile {
  const facts = files.get(path);
  const collected = result.evidenceFiles.find((row) => row.path === path);
  const source = collected?.source ?? sourceOf(path, reports);
  if (facts === undefined) {
    const reason = withheld?.has(path)
      ? WITHHELD
      : collected?.status === 'missing'
        ? collected.reason
        : absence(collected !== undefined, reports.includes(path));
    return {
      path,
      status: 'missing',
      reason,
      source,
      sha256: null,
      bytes: null,
      first: null,
      last: null,
      truncated: false,
      redactions: null,
    };
  }
  const reasons = [...(collected?.reason === null || collected === undefined ? [] : [collected.reason]), ...doubts(path, facts, result)];
  return {
    path,
    // What was told to be missing and is there all the same is none of what was collected.
    status: reasons.length > 0 || (collected !== undefined && collected.status !== 'ok') ? 'partial' : 'ok',
    reason: reasons.length > 0 ? reasons.join('; ') : null,
    source,
    sha256: facts.sha256,
    bytes: facts.bytes,
    ...timesOf(path, facts, source, result, collectedAt),
    truncated: facts.cut !== null,
    redactions: facts.redactions,
  };
}

function sourceOf(path: string, reports: readonly string[]): string {
  if (path === JOURNAL || path === CONFIG) return 'run';
  if (reports.includes(path)) return 'report';
  return path === REDACTIONS ? 'bundle' : 'unknown';
}

function absence(wasCollected: boolean, isReport: boolean): string {
  if (wasCollected) return 'was collected and is not there any more';
  return isReport ? 'was not made: "loadwitness report" makes it from the journal' : 'is not there';
}

/** Why the bytes that are there are not all. */
function doubts(path: string, { cut, tornBytes, unreadable }: FileFacts, { ended }: RunResult): string[] {
  return [
    ...(path === JOURNAL && ended === null ? ['the run was cut off: its end is not in the journal'] : []),
    ...(path === JOURNAL && tornBytes > 0 ? [`its last line was torn: ${tornBytes} bytes of it are there`] : []),
    ...(cut === null ? [] : [cut.replace(/^-+ | -+$/g, '')]),
    ...(unreadable === null ? [] : [`cannot be unpacked to its end: ${unreadable}`]),
  ];
}

function timesOf(
  path: string,
  { first, last }: FileFacts,
  source: string,
  { window }: RunResult,
  collectedAt: ReadonlyMap<string, number>,
): Pick<ManifestFile, 'first' | 'last'> {
  if (path === CONFIG) return { first: window.runStart, last: window.runStart };
  if (path === JOURNAL || source === 'report') return { first: window.runStart, last: window.lastEvent };
  const at = collectedAt.get(path) ?? null;
  return { first: first ?? at, last: last ?? at };
}

/** The bytes of manifest.json. Its last line holds the digest of all that stands before it, so that no byte of it changes unseen. */
export function manifestJson(content: Manifest): string {
  const body = JSON.stringify(content, null, 2).slice(0, -'\n}'.length);
  return `${body},\n  "digest": "${digestOf(body)}"\n}\n`;
}

const digestOf = (body: string): string => createHash('sha256').update(body).digest('hex');

const DIGEST = /,\n {2}"digest": "([0-9a-f]{64})"\n\}\n$/;

/** A manifest as it was read, or why it is none that this version can read. */
export type ReadManifest =
  | { kind: 'read'; manifest: Manifest; isWhole: boolean }
  | { kind: 'later'; version: number }
  | { kind: 'broken'; why: string };

/** Reads manifest.json. `isWhole`: its own digest is right. */
export function readManifest(text: string): ReadManifest {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { kind: 'broken', why: 'it is not JSON' };
  }
  if (typeof data !== 'object' || data === null) return { kind: 'broken', why: 'it is not an object' };
  const { digest: _digest, ...content } = data as Record<string, unknown>;
  if (typeof content.version === 'number' && content.version > MANIFEST_VERSION) return { kind: 'later', version: content.version };
  const parsed = manifest.safeParse(content);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { kind: 'broken', why: `${issue?.path.join('.') || 'it'}: ${issue?.message}` };
  }
  const [end = '', digest] = DIGEST.exec(text) ?? [];
  return { kind: 'read', manifest: parsed.data, isWhole: digest === digestOf(text.slice(0, text.length - end.length)) };
}
