import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** Why processes cannot be bound to a core of their own; undefined when they can. */
export const UNPINNED_BECAUSE: string | undefined = (() => {
  const tried = ['0', '1'].map((core) => spawnSync('taskset', ['-c', core, 'true']));
  if (tried.some(({ error }) => error)) return 'taskset is not installed';
  return tried.every(({ status }) => status === 0) ? undefined : 'the cores 0 and 1 are not both to be had';
})();

const LAST_LINES = 20;

/** A process of the benchmark, bound to one core where that can be, and ended by its id. */
export class PinnedProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  /** The end of what it wrote to stderr, for when it fails. */
  readonly #complaints: string[] = [];

  constructor(name: string, core: number, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.name = name;
    const [program, ...rest] = UNPINNED_BECAUSE === undefined ? ['taskset', '-c', String(core), command, ...args] : [command, ...args];
    this.#child = spawn(program as string, rest, { stdio: 'pipe', env: { ...process.env, ...env } });
    // A program that is not there: `close` follows, and says what it misses.
    this.#child.on('error', (error) => this.#complaints.push(error.message));
    // One that has ended reads no more; that it has ended is told by its output.
    this.#child.stdin?.on('error', () => {});
    const { stdout, stderr } = this.#child;
    if (!stdout || !stderr) throw new Error(`${name} has no output`);
    createInterface({ input: stderr }).on('line', (line) => {
      this.#complaints.push(line);
      if (this.#complaints.length > LAST_LINES) this.#complaints.shift();
    });
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined;
  }

  /** The next line of its output. Rejects when it has ended instead. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (!done) return value;
    throw new Error(`${this.name} ended: ${this.#complaints.join('\n') || 'without a word'}`);
  }

  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** What it last wrote to stderr. */
  get complaints(): string {
    return this.#complaints.join('\n');
  }

  /** Ends it, by force when it takes longer than ten seconds. */
  async end(): Promise<void> {
    if (this.hasExited) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const inTime = await Promise.race([exited, sleep(10_000, undefined, { ref: false })]);
    if (inTime === undefined) {
      this.#child.kill('SIGKILL');
      await exited;
    }
  }
}
