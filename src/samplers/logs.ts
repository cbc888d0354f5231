import type { DockerClient } from '../clients/docker.js';
import { messageOf } from '../errors.js';
import { type LogArchive, type LogArchiveOptions, openLogArchive } from './log-archive.js';
import { archiveNames } from './log-archive-name.js';
import { EngineLostError, type LogSource } from './log-contract.js';
import { LogCount } from './log-count.js';
import { lineMatcher } from './log-patterns.js';
import { type LogPlace, openLogSource } from './log-source.js';
import type { EvidenceFile, Reading, Sampler, SamplerContext } from './sampler.js';

/** Counts are told by the second. */
const INTERVAL_MS = 1_000;

export interface LogsOptions {
  /** The backends by name, with the place of each one's log; one without a place is left out. */
  sources: readonly ({ name: string } & LogPlace)[];
  /** Name → regular expression. */
  patterns: Record<string, string>;
  /** For logs of containers. */
  docker?: DockerClient;
  /** Left out: the logs are read and not kept. */
  archive?: LogArchiveOptions;
}

/** One backend's log. */
interface Followed {
  backend: string;
  count: LogCount;
  source: LogSource;
  archive: LogArchive | undefined;
  /** Where the archive goes. */
  path: string;
  /** When the last reading was taken; at first the start. */
  lastRead: number;
  /** Whether anything was told since then by which lines may be missing. */
  isInDoubt: boolean;
  /** What was told so first, for the archive. */
  doubt: string | undefined;
  hasBeenRead: boolean;
}

/**
 * Counts lines, and lines that match each pattern, in the logs of the backends since the start, and keeps the logs. Whatever was read is told
 * each time, 0 included. A log that cannot be read has no readings, and is told as a problem that begins with the backend's name. Where only
 * the Docker Engine does not answer nothing is lost: then the problem is told of the Engine, and the first reading after such a gap
 * comes with a note `log-continuous` (`<from>..<to>`, ISO 8601) when every line of that time has been read after all.
 * A last line without its newline is counted when it is complete.
 */
export function logsSampler({ sources, patterns, docker, archive }: LogsOptions): Sampler {
  const matcher = lineMatcher(patterns);
  const names = archiveNames(sources.map(({ name }) => name));
  const followed = sources.flatMap((place, index) => {
    const path = `logs/${names[index]}.log.gz`;
    const kept = archive && openLogArchive(path, archive);
    const count = new LogCount(place.name, Object.keys(patterns), matcher, kept);
    const source = openLogSource(place, count, docker);
    if (source === undefined) return [];
    const one: Followed = {
      ...{ backend: place.name, count, source, archive: kept, path },
      ...{ lastRead: Date.now(), isInDoubt: false, doubt: undefined, hasBeenRead: false },
    };
    return [one];
  });

  return {
    id: 'logs',
    intervalMs: INTERVAL_MS,
    async start({ signal }) {
      for (const one of followed) one.lastRead = Date.now();
      await Promise.all(followed.map(({ source }) => source.start(signal)));
    },
    async sample(ctx) {
      const parts = await Promise.all(followed.map((one) => read(one, ctx)));
      const waiting = parts.flatMap((part, index) => (part instanceof EngineLostError ? [{ one: followed[index], part }] : []));
      const [first] = waiting;
      if (first !== undefined) {
        const who = waiting.map(({ one }) => one?.backend).join(', ');
        ctx.problem(`Docker does not answer; logs are read later: ${who}: ${first.part.message}`);
      }
      return parts.flatMap((part) => (part instanceof EngineLostError ? [] : part));
    },
    async snapshot(when) {
      return when === 'after' ? await Promise.all(followed.flatMap((one) => (one.archive ? [finish(one, one.archive)] : []))) : [];
    },
    async stop() {
      await Promise.all(followed.map(({ source }) => source.close()));
      await Promise.all(followed.map((one) => one.archive?.finish()));
    },
  };
}

/** The readings of one log; none where it cannot be read, and the error itself where that is the Engine's. */
async function read(one: Followed, ctx: SamplerContext): Promise<Reading[] | EngineLostError> {
  const doubt = (message: string): void => {
    one.isInDoubt = true;
    one.doubt ??= message;
    ctx.problem(`${one.backend}: ${message}`);
  };
  const note = (what: string, detail?: string): void => ctx.note({ component: one.backend, what, ...(detail !== undefined && { detail }) });
  try {
    const isComplete = await one.source.catchUp({ gap: doubt, note }, ctx.signal);
    if (!isComplete || ctx.signal.aborted) return [];
  } catch (error) {
    if (error instanceof EngineLostError) return error;
    doubt(`the log cannot be read: ${messageOf(error)}`);
    return [];
  } finally {
    for (const example of one.count.takeExamples()) ctx.example(example);
  }
  const now = Date.now();
  // Counters go on over a gap, so that it lost nothing where no line did.
  if (now - one.lastRead > 2 * INTERVAL_MS && !one.isInDoubt) note('log-continuous', `${iso(one.lastRead)}..${iso(now)}`);
  Object.assign(one, { lastRead: now, isInDoubt: false, hasBeenRead: true });
  return one.count.readings();
}

async function finish({ path, source, doubt, hasBeenRead }: Followed, archive: LogArchive): Promise<EvidenceFile> {
  // First of all the lines that are on their way, and a last one without its newline.
  await source.close();
  const { isThere, reason } = await archive.finish();
  if (!hasBeenRead) return { path, status: 'missing', reason: doubt ?? 'the log was never read' };
  const why = reason ?? doubt;
  if (!isThere) return { path, status: 'missing', reason: why ?? 'it could not be written' };
  return why === undefined ? { path, status: 'ok' } : { path, status: 'partial', reason: why };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
