import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command, NewRun } from '../dashboard/protocol.js';
import { Refusal, type RunControl, type Standing } from '../dashboard/run-control.js';
import { keepSaid, parseFromRun } from './attached-runs.js';
import { CLI } from './child-dashboard.js';
import { CONTROL_ENV } from './control.js';
import type { ToRun } from './control-messages.js';
import { whoWrites } from './run-lock.js';
import { TOKEN_ENV } from './ui-token.js';

/** Runs that have ended and whose last words are kept. */
const MOST_KEPT = 50;

interface Started {
  child: ChildProcess;
  /** Undefined as long as it has no folder. */
  id: string | undefined;
  standing: Standing;
  /** Resolves when its process is gone. */
  gone: Promise<void>;
}

const FIELDS = new Map(
  Object.entries({
    '--target': 'target',
    '--users': 'users',
    '--spawn-rate': 'spawnRate',
    '--run-time': 'duration',
    '--stages': 'stages',
    '--preset': 'preset',
    '--identity': 'identity',
  } satisfies Record<string, keyof NewRun>),
);

/** What the command line said of its options, by the names that the page has for them. */
function issuesOf(said: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    said.flatMap((line) => {
      const [, option = '', message] = /^\s+(--[a-z-]+): (.+)$/.exec(line) ?? [];
      const field = FIELDS.get(option);
      return field === undefined || message === undefined ? [] : [[field, message]];
    }),
  );
}

/** The arguments of `run` that are what a page asked for. A value never stands by itself, so that none can be taken for an option. */
export function argumentsOf(run: NewRun): string[] {
  return [
    ...[...FIELDS].flatMap(([option, field]) => (run[field] === undefined ? [] : [`${option}=${run[field]}`])),
    ...(run.preflight ? [] : ['--no-preflight']),
  ];
}

/** Runs that a page starts: each a process of its own, which ends by its plan also when this one is killed. One at a time. */
export class StartedRuns implements RunControl {
  readonly #out: string;
  readonly #config: string | undefined;
  readonly #env: NodeJS.ProcessEnv;
  readonly #say: (line: string) => void;
  readonly #listeners = new Set<(id: string) => void>();
  readonly #ended = new Map<string, Standing>();
  #running: Started | undefined;

  /** @param config The configuration file of every run; a page cannot name another. @param say Told what runs say. */
  constructor(options: { out: string; config: string | undefined; env: NodeJS.ProcessEnv; say: (line: string) => void }) {
    this.#out = options.out;
    this.#config = options.config;
    this.#env = options.env;
    this.#say = options.say;
  }

  /** The run that goes on. */
  get current(): string | undefined {
    return this.#running?.id;
  }

  readonly start = async (run: NewRun): Promise<string> => {
    if (this.#running)
      throw new Refusal(
        `a run goes on already${this.#running.id === undefined ? '' : ` (${this.#running.id})`}: two would load the target at once`,
      );
    const started = this.#spawn(argumentsOf(run));
    const hasFolder = new Promise<string>((resolve) => this.#follow(started, resolve));
    const id = await Promise.race([hasFolder, started.gone]);
    if (typeof id === 'string') return id;
    const { said, exitCode } = started.standing;
    throw new Refusal(said.join('\n') || `the run ended at once (exit code ${exitCode})`, issuesOf(said));
  };

  standingOf(id: string): Standing | undefined {
    return this.#running?.id === id ? this.#running.standing : this.#ended.get(id);
  }

  async command(id: string, command: Command): Promise<void> {
    if (this.#running?.id !== id) throw new Refusal('this run has ended');
    tell(this.#running.child, command);
  }

  async isUnderWay(id: string): Promise<boolean> {
    return this.#running?.id === id || (await whoWrites(join(this.#out, id))) !== undefined;
  }

  follow(listener: (id: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Lets the run that goes on end in good order, and waits for it. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    tell(this.#running.child, { type: 'stop' });
    await this.#running.gone;
  }

  #spawn(args: readonly string[]): Started {
    const { [TOKEN_ENV]: _, ...env } = { ...this.#env, [CONTROL_ENV]: 'ipc' } as NodeJS.ProcessEnv;
    const own = ['--out', this.#out, ...(this.#config === undefined ? [] : ['--config', this.#config])];
    const child = spawn(process.execPath, [CLI, 'run', ...own, ...args], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env });
    const standing: Standing = { controllable: true, stopping: false, exitCode: null, said: [] };
    const started: Started = { child, id: undefined, standing, gone: Promise.resolve() };
    started.gone = this.#untilGone(started);
    this.#running = started;
    return started;
  }

  #follow(started: Started, onFolder: (id: string) => void): void {
    const { child, standing } = started;
    if (child.stderr) {
      createInterface({ input: child.stderr }).on('line', (line) => {
        keepSaid(standing, line);
        this.#say(line);
        this.#changed(started);
      });
    }
    child.on('message', (raw) => {
      const message = parseFromRun(raw);
      if (message?.type === 'folder') {
        started.id = message.id;
        onFolder(message.id);
      } else if (message?.type === 'stopping') standing.stopping = true;
      this.#changed(started);
    });
  }

  async #untilGone(started: Started): Promise<void> {
    const { child, standing } = started;
    // `close` comes after all that it said.
    const [code, signal] = (await once(child, 'close').catch((error: Error) => {
      keepSaid(standing, error.message);
      return [null, null];
    })) as [number | null, NodeJS.Signals | null];
    if (signal !== null) keepSaid(standing, `the process of the run was ended by ${signal}`);
    Object.assign(standing, { controllable: false, exitCode: code });
    this.#running = undefined;
    if (started.id !== undefined) this.#ended.set(started.id, standing);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > MOST_KEPT && oldest !== undefined) this.#ended.delete(oldest);
    this.#changed(started);
  }

  #changed({ id }: Started): void {
    if (id !== undefined) for (const listener of this.#listeners) listener(id);
  }
}

/** One that is about to end hears nothing more. */
function tell(child: ChildProcess, message: ToRun): void {
  if (child.connected) child.send(message, () => {});
}
