import { setTimeout as sleep } from 'node:timers/promises';
import type { DockerClient } from '../src/clients/docker.js';
import { type CommandLog, followCommand } from '../src/clients/log-command.js';
import { type LogTail, logPlaceOf } from '../src/clients/log-line.js';
import { tailContainer, tailFile } from '../src/clients/log-tail.js';
import { withDocker } from '../src/clients/open.js';
import { KINDMAP_LOG_PATTERNS, LogPattern } from '../src/config/config.js';
import type { Backend, Check, CheckContext, CheckResult, Config } from '../src/preflight/check.js';

/** How far back is looked, and first only: what has just happened is there, and an Engine takes a second for many lines. */
const PAST = { lines: 20_000, bytes: 8 * 1024 * 1024 };
const RECENT = { lines: 2_000, bytes: 1024 * 1024 };
/** How long a line may be on its way from the backend to its log. */
const ARRIVAL_MS = 2_000;
const LOOK_AGAIN_MS = 200;
/** A log that should have been written just now, and was not for so long, is an old one. */
const OLD_MS = 120_000;
const EXAMPLES = 3;
const LONGEST_EXAMPLE = 160;

/** The end of one backend's log. */
export interface BackendTail extends LogTail {
  backend: string;
}

/** What is judged. */
export interface PatternFacts {
  /** Name → regular expression. */
  patterns: Readonly<Record<string, string>>;
  /** The one that proves that the logs are read; undefined where there is none. */
  proof: string | undefined;
  /** Whether a user has caused the proof's line just before. */
  isCaused: boolean;
  tails: readonly BackendTail[];
  /** Unix ms. */
  now: number;
}

const check: Check = {
  id: 'log-patterns',
  title: 'Each log pattern is one that the backends write',
  why: 'A pattern that a backend never writes counts nothing, whatever happens: "0 failures" is then no proof.',
  needs: ['logs'],
  // The one makes a route, whose line must be there afterwards.
  after: ['log-access', 'task-round-trips'],
  async run(ctx) {
    const { backends, monitoring, criteria } = ctx.config;
    if (backends.every((backend) => logPlaceOf(backend) === undefined)) return { status: 'skip', observed: NO_LOG };
    const proof = criteria.logProof?.pattern;
    const patterns = monitoring.logPatterns;
    if (proof === undefined && Object.keys(patterns).length === 0) return { status: 'skip', observed: NO_PATTERN };
    const tails = await withDocker(ctx.config, ctx.env, async (docker) => {
      const logs = new Logs(ctx, docker);
      try {
        return await logs.read(seeing(proof === undefined ? [] : [proof], patterns), seeing(demanded(patterns, proof), patterns));
      } finally {
        await logs.close();
      }
    });
    return judgePatterns({ patterns, proof, isCaused: isLoadOurs(ctx.config), tails, now: ctx.now() });
  },
};

export default check;

/** Only then a round trip before this check has made the line that proves the reading. */
const isLoadOurs = ({ target, stages }: Config): boolean => target !== '' && stages.length > 0;

const NO_LOG = 'no log is named: give each of infrastructure.backends its log (a file), log_command or container';
const NO_PATTERN = 'no log pattern is named: set monitoring.log_patterns, and monitoring.log_proof';

/** Whether what is to be found is in some of these logs. */
type IsSeen = (tails: readonly LogTail[]) => boolean;

function seeing(names: readonly string[], patterns: PatternFacts['patterns']): IsSeen {
  const expressions = names.flatMap((name) => (patterns[name] === undefined ? [] : [new RegExp(patterns[name])]));
  return (tails) => expressions.every((one) => tails.some(({ lines }) => lines.some(({ text }) => one.test(text))));
}

/** Patterns whose absence counts: the proof, and those of one's own. That nothing fails and that the guide is wrong is no fault. */
function demanded(patterns: PatternFacts['patterns'], proof: string | undefined): string[] {
  return Object.keys(patterns).filter(
    (name) => name === proof || (name !== LogPattern.publishFailed && KINDMAP_LOG_PATTERNS[name] !== patterns[name]),
  );
}

/** The logs of all backends. */
class Logs {
  readonly #ctx: CheckContext;
  readonly #docker: DockerClient;
  /** By backend. */
  readonly #commands = new Map<string, CommandLog>();

  constructor(ctx: CheckContext, docker: DockerClient) {
    this.#ctx = ctx;
    this.#docker = docker;
    for (const backend of ctx.config.backends) {
      const place = logPlaceOf(backend);
      if (place?.kind === 'command') this.#commands.set(backend.name, followCommand(place.command, PAST.lines));
    }
  }

  /** The past lines of all logs, as far back as what is demanded needs, and what is still on its way while the proof is not there. */
  async read(isProven: IsSeen, isAll: IsSeen): Promise<BackendTail[]> {
    const { config, signal, roundTrips } = this.#ctx;
    const recent = await this.#past(RECENT, isProven);
    if (isAll(recent)) return recent;
    let tails = await this.#past(PAST, isProven);
    if (isProven(tails) || !isLoadOurs(config)) return tails;
    // A command may show nothing of the time before it was started: now it runs.
    if (this.#commands.size > 0) await roundTrips(signal);
    for (
      const end = performance.now() + ARRIVAL_MS;
      !isProven(tails) && performance.now() < end;
      tails = await this.#past(PAST, isProven)
    ) {
      await sleep(LOOK_AGAIN_MS, undefined, { signal });
    }
    return tails;
  }

  async #past(most: typeof PAST, isSeen: IsSeen): Promise<BackendTail[]> {
    const named = this.#ctx.config.backends.filter((backend) => logPlaceOf(backend) !== undefined);
    return await Promise.all(named.map(async (backend) => ({ backend: backend.name, ...(await this.#tail(backend, most, isSeen)) })));
  }

  async #tail(backend: Backend, most: typeof PAST, isSeen: IsSeen): Promise<LogTail> {
    const { signal } = this.#ctx;
    const place = logPlaceOf(backend);
    if (place?.kind === 'file') return await tailFile(place.path, most.bytes, signal);
    if (place?.kind === 'container') return await tailContainer(this.#docker, place.container, most.lines, signal);
    const log = this.#commands.get(backend.name);
    if (log === undefined) return { lines: [] };
    await log.waitFor(() => isSeen([log]), ARRIVAL_MS / 4, signal);
    return { lines: log.lines };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#commands.values()].map((log) => log.close()));
  }
}

/** Judges which patterns are among the past lines. */
export function judgePatterns(facts: PatternFacts): CheckResult {
  const { patterns, proof, tails } = facts;
  const read = `${tails.map(({ backend, lines }) => `${backend} ${lines.length}`).join(', ')} past lines`;
  const seen = new Map(Object.entries(patterns).map(([name, source]) => [name, backendsWith(source, tails)]));
  const expected = 'each pattern that the verdict relies on is seen in the past lines';
  const absent = [...seen].filter(([, backends]) => backends.length === 0).map(([name]) => name);
  const told = [
    read,
    ...tellSeen(seen, proof),
    ...tellAbsent(
      absent.filter((name) => name !== proof),
      patterns,
    ),
  ].join('; ');
  const proofless = proof === undefined ? undefined : judgeProof(proof, seen.get(proof), facts);
  if (proofless !== undefined) return { ...proofless, observed: `${proofless.observed}; ${told}`, expected };
  const own = demanded(patterns, proof).filter((name) => absent.includes(name));
  if (own.length === 0) return { status: 'pass', observed: told, expected };
  return {
    status: 'warn',
    observed: told,
    expected,
    remedy: `compare ${own.map((name) => `${name} (${patterns[name]})`).join(', ')} under monitoring.log_patterns with the lines that are there${examples(own.map((name) => patterns[name] ?? '').join(' '), tails)}`,
  };
}

/** What is wrong with the proof; undefined: nothing. */
function judgeProof(
  proof: string,
  backends: readonly string[] | undefined,
  { patterns, isCaused, tails, now }: PatternFacts,
): (CheckResult & { observed: string }) | undefined {
  const source = patterns[proof];
  if (backends === undefined || source === undefined) {
    const remedy = `name the pattern under monitoring.log_patterns, or another under monitoring.log_proof: {"${proof}": "…"}`;
    return { status: 'fail', observed: `there is no pattern ${proof}, which is to prove that the logs are read`, remedy };
  }
  if (backends.length > 0) {
    const written = tails.filter(({ backend }) => backends.includes(backend)).map((tail) => tail.written ?? Number.POSITIVE_INFINITY);
    const age = now - Math.max(...written);
    if (!isCaused || age < OLD_MS) return undefined;
    const observed = `the line of ${proof} is there, and no log that has it was written in the last ${Math.floor(age / 60_000)} minutes, though a route was just calculated`;
    return { status: 'warn', observed, remedy: 'see that these are the logs that the backends write now, and that the clocks agree: date' };
  }
  const none = tails.every(({ lines }) => lines.length === 0);
  if (!isCaused) {
    const observed = `no line of ${proof} (${source}) in the past, and nobody caused one now`;
    return {
      status: 'warn',
      observed,
      remedy: `cause one and check again, or mend monitoring.log_patterns.${proof}${examples(source, tails)}`,
    };
  }
  if (none) {
    const remedy = 'the logs are empty: see that the application logs to what is named under infrastructure.backends, at level INFO';
    return { status: 'fail', observed: `no line at all, though a route was just calculated`, remedy };
  }
  return {
    status: 'fail',
    observed: `no line of ${proof} (${source}), though a route was just calculated: a log pattern that is never written`,
    remedy: `mend monitoring.log_patterns.${proof} so that it matches what the backends write${examples(source, tails)}`,
  };
}

function backendsWith(source: string, tails: readonly BackendTail[]): string[] {
  const expression = new RegExp(source);
  // From the end, where what has just happened is.
  return tails.filter(({ lines }) => lines.findLast(({ text }) => expression.test(text)) !== undefined).map(({ backend }) => backend);
}

function tellSeen(seen: ReadonlyMap<string, readonly string[]>, proof: string | undefined): string[] {
  const by = seen.get(proof ?? '') ?? [];
  const others = [...seen].filter(([name, backends]) => name !== proof && backends.length > 0).map(([name]) => name);
  return [
    ...(proof !== undefined && by.length > 0 ? [`${proof} seen in ${by.join(', ')}`] : []),
    ...(others.length > 0 ? [`also seen: ${others.join(', ')}`] : []),
  ];
}

function tellAbsent(absent: readonly string[], patterns: PatternFacts['patterns']): string[] {
  const guide = absent.filter((name) => name.startsWith('guide_') && KINDMAP_LOG_PATTERNS[name] === patterns[name]);
  const failed = absent.filter((name) => name === (LogPattern.publishFailed as string));
  const rest = absent.filter((name) => !guide.includes(name) && !failed.includes(name));
  return [
    ...failed.map((name) => `${name} not seen, as it should be while nothing fails`),
    ...(rest.length > 0 ? [`not seen: ${rest.join(', ')}`] : []),
    ...(guide.length > 0 ? [`the guide's own, which prove nothing as long as they are not seen: ${guide.join(', ')}`] : []),
  ];
}

/** Lines that are most like what was looked for, the latest of those that differ in more than numbers. */
function examples(wanted: string, tails: readonly BackendTail[]): string {
  const words = [...new Set(wanted.match(/[\p{L}\p{N}_]{2,}/gu) ?? [])];
  const byShape = new Map<string, { text: string; likeness: number }>();
  for (const { lines } of tails) {
    for (const { text } of lines.slice(-RECENT.lines).reverse()) {
      const shape = text.replace(/[0-9a-f-]*\d[0-9a-f-]*/gi, '0');
      if (text.trim() === '' || byShape.has(shape)) continue;
      byShape.set(shape, { text, likeness: words.filter((word) => text.includes(word)).length });
    }
  }
  const best = [...byShape.values()].sort((a, b) => b.likeness - a.likeness).slice(0, EXAMPLES);
  return best.length === 0 ? '' : `, for example: ${best.map(({ text }) => excerpt(text)).join(' | ')}`;
}

/** A line's beginning, without what nobody else should read. */
function excerpt(text: string): string {
  const clean = text
    .replace(/\beyJ[\w-]+(\.[\w-]*)*/g, '<redacted>')
    .replace(/((?:token|password|passwd|secret|api_?key|authorization)["']?\s*[=:]\s*["']?)(?:Bearer\s+)?[^\s"'&,}]+/gi, '$1<redacted>')
    .replace(/(\/\/[^\s/:@]*:)[^\s/@]+@/g, '$1<redacted>@');
  return clean.length > LONGEST_EXAMPLE ? `${clean.slice(0, LONGEST_EXAMPLE)}…` : clean;
}
