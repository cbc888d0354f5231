import { setTimeout as sleep } from 'node:timers/promises';
import { type ContainerFacts, type DockerClient, NoContainerError } from '../clients/docker.js';
import { messageOf } from '../errors.js';
import { ContainerLog } from './log-container.js';
import { EngineLostError, type LogSink, type LogSource, type LogTeller } from './log-contract.js';
import { before, stamp } from './log-stamps.js';

/** A reading is given up after a second, with those of all other logs: nothing here may take that long. */
const ANSWER_MS = 600;
/** How long a reading waits for a log that is being caught up with. */
const PATIENCE_MS = 200;
const LOOK_EVERY_MS = 10;
/** What the Engine has been given by now has arrived here after so long. */
const ARRIVAL_MS = 50;
/** So many readings in a row without the log from an Engine that answers: then it is told. */
const MOST_REFUSALS = 3;

/**
 * Stdout and stderr of whatever container bears a name, from the start on. When another container takes the name, the log of that one
 * follows from its beginning, beside the rest of the old one. A container that came and went between two readings is not seen.
 */
export function dockerLogSource(container: string, docker: DockerClient | undefined, sink: LogSink): LogSource {
  return docker === undefined ? noEngine(container) : new DockerLog(container, docker, sink);
}

function noEngine(container: string): LogSource {
  return {
    start: async () => undefined,
    catchUp: () => Promise.reject(new Error(`it is that of the container ${container}, and no Docker Engine is known`)),
    close: async () => undefined,
  };
}

class DockerLog implements LogSource {
  readonly #container: string;
  readonly #docker: DockerClient;
  readonly #sink: LogSink;
  #startedAt = performance.now();
  /** The start by the Engine's clock. */
  #since: string | undefined;
  /** By container id: of the one that has the name, and of those that had it and still exist. */
  readonly #logs = new Map<string, ContainerLog>();
  #currentId: string | undefined;
  #isGone = false;
  #isLost = false;
  #isClosed = false;
  #refusals = 0;

  constructor(container: string, docker: DockerClient, sink: LogSink) {
    this.#container = container;
    this.#docker = docker;
    this.#sink = sink;
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#startedAt = performance.now();
    // What is wrong is told by the first reading, and by each one for as long as it is so.
    await this.#look({ gap: () => undefined, note: () => undefined }, signal).catch(() => undefined);
  }

  async catchUp(tell: LogTeller, signal: AbortSignal): Promise<boolean> {
    const isThere = await this.#look(tell, signal);
    const isComplete = await this.#completed();
    // A gap that is told after this belongs to the next reading.
    await sleep(ARRIVAL_MS);
    this.#tellGaps(tell);
    if (isComplete) this.#refusals = 0;
    else this.#complain();
    return isThere && isComplete;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#logs.values()].map((log) => log.close()));
  }

  /** Sees who has the name. False: nobody any more. @throws when that cannot be known, or when nobody ever had it */
  async #look(tell: LogTeller, signal: AbortSignal): Promise<boolean> {
    const facts = await this.#inspect(AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]));
    if (facts !== undefined) this.#follow(facts, tell);
    else if (this.#currentId === undefined) throw new Error(`there is no container ${this.#container}`);
    else if (!this.#isGone) tell.note('log-source-gone', `there is no container ${this.#container} any more`);
    this.#isGone = facts === undefined;
    return facts !== undefined;
  }

  async #inspect(signal: AbortSignal): Promise<ContainerFacts | undefined> {
    try {
      this.#since ??= await this.#startByEngine(signal);
      const facts = await this.#docker.inspect(this.#container, signal);
      this.#isBack();
      return facts;
    } catch (error) {
      if (error instanceof NoContainerError) {
        this.#isBack();
        return undefined;
      }
      this.#refusals = 0;
      this.#isLost = true;
      throw new EngineLostError(messageOf(error), { cause: error });
    }
  }

  #isBack(): void {
    if (this.#isLost) for (const log of this.#logs.values()) log.renew();
    this.#isLost = false;
  }

  async #startByEngine(signal: AbortSignal): Promise<string> {
    const { time } = await this.#docker.engine(signal);
    return before(stamp(new Date(time).toISOString()), performance.now() - this.#startedAt);
  }

  #follow({ id }: ContainerFacts, tell: LogTeller): void {
    if (id === this.#currentId || this.#since === undefined || this.#isClosed) return;
    if (this.#currentId !== undefined) tell.note('log-source-replaced', `container ${short(this.#currentId)} by ${short(id)}`);
    this.#currentId = id;
    // It may have had the name before.
    if (this.#logs.has(id)) return;
    const options = { docker: this.#docker, id, since: this.#since, sink: this.#sink };
    this.#logs.set(id, new ContainerLog(options));
  }

  async #completed(): Promise<boolean> {
    const logs = [...this.#logs.values()];
    for (const log of logs) log.wake();
    const end = performance.now() + PATIENCE_MS;
    while (!logs.every((log) => log.isComplete)) {
      if (performance.now() > end) return false;
      await sleep(LOOK_EVERY_MS);
    }
    return true;
  }

  #tellGaps(tell: LogTeller): void {
    for (const [id, log] of this.#logs) {
      for (const gap of log.takeGaps()) tell.gap(gap);
      if (log.isFinished) this.#logs.delete(id);
    }
  }

  /** @throws when a log was refused again and again by an Engine that answers */
  #complain(): void {
    const trouble = [...this.#logs.values()].find((log) => log.trouble !== undefined)?.trouble;
    if (trouble === undefined) return;
    this.#refusals += 1;
    if (this.#refusals >= MOST_REFUSALS) throw new Error(trouble);
  }
}

function short(id: string): string {
  return id.slice(0, 12);
}
