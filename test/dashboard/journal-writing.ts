import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunControl, Standing } from '../../src/dashboard/run-control.js';
import type { JournalEvent } from '../../src/journal/event.js';

/** A folder of runs that a test writes itself. */
export interface RunsFolder {
  out: string;
  /** Makes the folder of a run. */
  make(id: string): Promise<string>;
  /** Writes to the journal of a run. */
  write(id: string, events: readonly JournalEvent[]): Promise<void>;
  remove(): Promise<void>;
}

export async function makeRunsFolder(): Promise<RunsFolder> {
  const out = await mkdtemp(join(tmpdir(), 'loadwitness-runs-'));
  const make = async (id: string): Promise<string> => {
    await mkdir(join(out, id), { recursive: true });
    return join(out, id);
  };
  return {
    out,
    make,
    async write(id, events) {
      await appendFile(join(await make(id), 'journal.ndjson'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    },
    remove: () => rm(out, { recursive: true }),
  };
}

/** Control of runs that nobody runs: it says what the test wants it to. */
export class ScriptedControl implements RunControl {
  readonly underWay = new Set<string>();
  readonly standings = new Map<string, Standing>();
  readonly commands: unknown[] = [];
  readonly #listeners = new Set<(id: string) => void>();
  start: RunControl['start'];

  standingOf(id: string): Standing | undefined {
    return this.standings.get(id);
  }

  async command(id: string, command: unknown): Promise<void> {
    this.commands.push({ id, command });
  }

  async isUnderWay(id: string): Promise<boolean> {
    return this.underWay.has(id);
  }

  follow(listener: (id: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  changed(id: string): void {
    for (const listener of this.#listeners) listener(id);
  }
}
