import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseEvent } from '../journal/reader.js';
import type { RunEntry } from './protocol.js';

/** Names of files in a run's folder. */
export const JOURNAL = 'journal.ndjson';
const VERDICT = 'verdict.json';

/** Runs beyond these are looked at on the command line. */
const MOST_LISTED = 200;

/** No name that leads out of the folder of all runs, nor a hidden one. */
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export const isRunId = (text: string): boolean => RUN_ID.test(text) && !text.endsWith('.quarantine');

/** The folder of a run; undefined when there is no such run. */
export async function runFolder(out: string, id: string): Promise<string | undefined> {
  if (!isRunId(id)) return undefined;
  const folder = join(out, id);
  const [itself, journal] = await Promise.all([kindOf(folder), kindOf(join(folder, JOURNAL))]);
  return itself?.isDirectory() && journal?.isFile() ? folder : undefined;
}

/** Undefined for what is not there. */
const kindOf = (path: string) => lstat(path).catch(() => undefined);

type Begun = Pick<RunEntry, 'target' | 'start' | 'users'>;

interface Known {
  mtimeMs: number;
  size: number;
  verdict: RunEntry['verdict'];
}

/** The runs of a folder, newest first. What does not change is read once. */
export class RunList {
  readonly #out: string;
  readonly #isUnderWay: (id: string) => Promise<boolean>;
  readonly #starts = new Map<string, Begun>();
  readonly #verdicts = new Map<string, Known>();

  constructor(out: string, isUnderWay: (id: string) => Promise<boolean>) {
    this.#out = out;
    this.#isUnderWay = isUnderWay;
  }

  async entries(): Promise<RunEntry[]> {
    // A folder that is not there yet has no runs.
    const names = await readdir(this.#out).catch(() => []);
    const newest = names.filter(isRunId).sort().reverse().slice(0, MOST_LISTED);
    const entries: RunEntry[] = [];
    for (const id of newest) {
      const entry = await this.#entry(id);
      if (entry) entries.push(entry);
    }
    return entries.sort((a, b) => b.start - a.start);
  }

  async #entry(id: string): Promise<RunEntry | undefined> {
    const folder = await runFolder(this.#out, id);
    if (folder === undefined) return undefined;
    const begun = this.#starts.get(id) ?? (await startOf(join(folder, JOURNAL)));
    // Somebody else's file, or a run that was killed before it could say what it was.
    if (begun === undefined) return undefined;
    this.#starts.set(id, begun);
    const running = await this.#isUnderWay(id);
    return { id, ...begun, running, verdict: running ? null : await this.#verdict(id, join(folder, VERDICT)) };
  }

  async #verdict(id: string, path: string): Promise<RunEntry['verdict']> {
    const file = await kindOf(path);
    if (!file?.isFile()) return null;
    const known = this.#verdicts.get(id);
    if (known && known.mtimeMs === file.mtimeMs && known.size === file.size) return known.verdict;
    const verdict = verdictOf(await readFile(path, 'utf8').catch(() => ''));
    this.#verdicts.set(id, { mtimeMs: file.mtimeMs, size: file.size, verdict });
    return verdict;
  }
}

function verdictOf(text: string): RunEntry['verdict'] {
  try {
    const { verdict } = JSON.parse(text) as { verdict?: unknown };
    return verdict === 'PASS' || verdict === 'FAIL' || verdict === 'INCONCLUSIVE' ? verdict : null;
  } catch {
    // Half of a file, or somebody else's: it says nothing.
    return null;
  }
}

/** What the first line of a journal says; undefined when it says nothing. */
async function startOf(journal: string): Promise<Begun | undefined> {
  const file = createReadStream(journal, { end: 1 << 20 });
  try {
    for await (const line of createInterface({ input: file })) {
      const event = parseEvent(line, journal, 1);
      if (event.type !== 'run.start') return undefined;
      const users = event.stages.length === 0 ? null : Math.max(...event.stages.map((stage) => stage.users));
      return { target: event.target, start: event.t, users };
    }
    return undefined;
  } catch {
    return undefined;
  } finally {
    file.destroy();
  }
}
