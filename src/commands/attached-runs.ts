import { join } from 'node:path';
import type { Command } from '../dashboard/protocol.js';
import { Refusal, type RunControl, type Standing } from '../dashboard/run-control.js';
import { type FromDashboard, type FromRun, fromRun } from './control-messages.js';
import { whoWrites } from './run-lock.js';

/** So many of the last lines that a run said are kept. */
export const MOST_SAID = 50;

/** Adds a line to what was said. */
export function keepSaid(standing: Standing, line: string): void {
  standing.said = [...standing.said, line].slice(-MOST_SAID);
}

/** The run that started this dashboard, in the hands of its page. There are several, one after the other, with `--repeat`. */
export class AttachedRuns implements RunControl {
  readonly #out: string;
  readonly #tell: (message: FromDashboard) => void;
  readonly #listeners = new Set<(id: string) => void>();
  readonly #standings = new Map<string, Standing>();
  #current: string | undefined;
  /** What was said before there was a run. */
  #saidBefore: string[] = [];

  constructor(out: string, tell: (message: FromDashboard) => void) {
    this.#out = out;
    this.#tell = tell;
  }

  get current(): string | undefined {
    return this.#current;
  }

  /** Takes a message of the process that started this one. */
  hear(message: Exclude<FromRun, { type: 'close' }>): void {
    const standing = this.#current === undefined ? undefined : this.#standings.get(this.#current);
    if (message.type === 'folder') {
      if (standing) standing.controllable = false;
      this.#current = message.id;
      this.#standings.set(message.id, { controllable: true, stopping: false, exitCode: null, said: this.#saidBefore });
      this.#saidBefore = [];
    } else if (!standing) {
      if (message.type === 'said') this.#saidBefore = [...this.#saidBefore, message.line].slice(-MOST_SAID);
    } else if (message.type === 'said') keepSaid(standing, message.line);
    else if (message.type === 'stopping') standing.stopping = true;
    else Object.assign(standing, { controllable: false, exitCode: message.exitCode });
    if (this.#current !== undefined) for (const listener of this.#listeners) listener(this.#current);
  }

  standingOf(id: string): Standing | undefined {
    return this.#standings.get(id);
  }

  async command(id: string, command: Command): Promise<void> {
    if (id !== this.#current || !this.#standings.get(id)?.controllable) throw new Refusal('this run has ended');
    this.#tell(command);
  }

  async isUnderWay(id: string): Promise<boolean> {
    return (await whoWrites(join(this.#out, id))) !== undefined;
  }

  follow(listener: (id: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** What the process that started this one says, as far as it is understood. */
export function parseFromRun(message: unknown): FromRun | undefined {
  const parsed = fromRun.safeParse(message);
  return parsed.success ? parsed.data : undefined;
}
