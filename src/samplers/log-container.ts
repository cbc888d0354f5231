import { setTimeout as sleep } from 'node:timers/promises';
import { type ContainerFacts, type DockerClient, NoContainerError } from '../clients/docker.js';
import { messageOf } from '../errors.js';
import { backoff } from './backoff.js';
import type { LogSink } from './log-contract.js';
import { LogMemory } from './log-memory.js';
import { type StampedLine, StampedLines } from './log-stamps.js';

/** How often a container that has stopped is looked at, whether it runs again. */
const LOOK_EVERY_MS = 500;
/** A stream that ends sooner than that is not asked for again at once. */
const SHORT_MS = 250;
/** A stream on which nothing came for so long is asked for again: on its way to a far Engine it may have been forgotten. */
const SILENT_MS = 60_000;
/** At first only so much of a log's end is asked for: otherwise the Engine goes through all of a large one. */
const TAIL_LINES = 50_000;

export interface ContainerLogOptions {
  docker: DockerClient;
  id: string;
  /** Older lines are none of ours: RFC 3339 in UTC with nine digits. */
  since: string;
  sink: LogSink;
}

/**
 * Follows the log of one container over its restarts and over loss of the Engine, and gives each line once. After each break it first reads
 * all that the log holds, which ends, and then follows; where the two overlap, lines are known by their time.
 */
export class ContainerLog {
  readonly #options: ContainerLogOptions;
  readonly #memory: LogMemory;
  readonly #ending = new AbortController();
  readonly #work: Promise<void>;
  #lines: StampedLines | undefined;
  #gaps: string[] = [];
  readonly #again = backoff();
  #complete = false;
  #finished = false;
  #trouble: string | undefined;
  /** Gives up the stream that is being read. */
  #cut = new AbortController();
  #tailIsShort = false;

  constructor(options: ContainerLogOptions) {
    this.#options = options;
    this.#memory = new LogMemory(options.since);
    this.#work = this.#follow();
  }

  /** Whether all that the log holds by now has been read. */
  get isComplete(): boolean {
    return this.#complete || this.#finished;
  }

  /** Whether nothing more can come: the container has been removed. */
  get isFinished(): boolean {
    return this.#finished;
  }

  /** Why the last attempt to read failed; undefined while it goes well. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Why lines may be missing or doubled, since the last call. */
  takeGaps(): string[] {
    return this.#gaps.splice(0);
  }

  /** The Engine was away: a stream of before may be dead without having noticed. */
  renew(): void {
    this.#complete = false;
    this.#cut.abort();
    this.wake();
  }

  /** The Engine answers: a pause before the next attempt ends. */
  wake(): void {
    if (this.#trouble !== undefined) this.#again.wake();
  }

  /** Gives no line after this has settled. A last line without its newline is given now. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#work;
    this.#lines?.flush();
    this.#lines = undefined;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted && !this.#finished) {
      try {
        await this.#readOnce(signal);
        this.#again.reset();
      } catch (error) {
        this.#fail(error);
        if (!this.#finished && !signal.aborted) await this.#again.pause(signal);
      }
    }
  }

  /** Reads from the first line that is not known yet to where the container stops, and waits until it runs again. */
  async #readOnce(signal: AbortSignal): Promise<void> {
    const facts = await this.#options.docker.inspect(this.#options.id, signal);
    if (this.#memory.isEmpty) await this.#anchor(facts, signal);
    await this.#read(facts, false, signal);
    if (signal.aborted || this.#tailIsShort || this.#cut.signal.aborted) return;
    const doubt = this.#memory.verdict();
    if (doubt !== undefined) this.#gaps.push(`lines may be missing, or have been read twice: ${doubt}`);
    this.#complete = true;
    this.#trouble = undefined;
    if (!facts.running) return this.#untilItRuns(facts, signal);
    const began = performance.now();
    await this.#read(facts, true, signal);
    if (this.#tailIsShort) this.#complete = false;
    else if (performance.now() - began < SHORT_MS) await sleep(SHORT_MS, undefined, { signal });
  }

  /** Looks at the line before the first one that is ours. */
  async #anchor(facts: ContainerFacts, signal: AbortSignal): Promise<void> {
    const lines = new StampedLines(facts.tty, (line) => {
      if (isTimed(line)) this.#memory.anchor(line);
    });
    const last = { since: '0', follow: false, tail: 1 };
    for await (const { stream, data } of this.#options.docker.logs(facts.id, last, signal)) lines.push(stream, data);
    lines.flush();
  }

  async #read(facts: ContainerFacts, follow: boolean, ending: AbortSignal): Promise<void> {
    const { docker, sink } = this.#options;
    const isTail = !this.#tailIsShort && !this.#memory.isEmpty;
    this.#tailIsShort = false;
    const cut = new AbortController();
    this.#cut = cut;
    const watch = setTimeout(() => cut.abort(), SILENT_MS);
    const lines = new StampedLines(facts.tty, (line) => this.#take(line));
    this.#lines = lines;
    const options = { since: this.#memory.begin(isTail), follow, ...(isTail && { tail: TAIL_LINES }) };
    try {
      for await (const { stream, data } of docker.logs(facts.id, options, AbortSignal.any([ending, cut.signal]))) {
        watch.refresh();
        lines.push(stream, data);
        this.#tailIsShort = isTail && this.#memory.hasHole;
        if (this.#tailIsShort) return;
        this.#memory.tidy(lines.pending);
        await sink.ready?.();
      }
      if (!follow) this.#tailIsShort = isTail && this.#memory.isAwaiting;
    } catch (error) {
      // Of a stream that was given up here the next one tells.
      if (!cut.signal.aborted) throw error;
    } finally {
      clearTimeout(watch);
    }
  }

  #take(line: StampedLine): void {
    const { time, stream, text } = line;
    // Without a time no line can be known again, and none comes so from an Engine that was asked for times.
    if (isTimed(line) && !this.#memory.isNew(line)) return;
    this.#options.sink.line({ text, stream, ...(time !== undefined && { time }) });
  }

  /** Settles when there may be new lines of a container that had stopped. */
  async #untilItRuns(stopped: ContainerFacts, signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(LOOK_EVERY_MS, undefined, { signal });
      const facts = await this.#options.docker.inspect(this.#options.id, signal);
      if (facts.running || facts.startedAt !== stopped.startedAt || !this.#complete) return;
    }
  }

  #fail(error: unknown): void {
    if (this.#ending.signal.aborted) return;
    if (error instanceof NoContainerError) {
      if (!this.#complete) this.#gaps.push('lines may be missing: its container was removed before its log was read to the end');
      this.#finish();
      return;
    }
    this.#complete = false;
    this.#trouble = messageOf(error);
  }

  #finish(): void {
    this.#lines?.flush();
    this.#lines = undefined;
    this.#finished = true;
  }
}

function isTimed(line: StampedLine): line is StampedLine & { time: string } {
  return line.time !== undefined;
}
