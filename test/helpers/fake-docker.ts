import type { ContainerEvent, ContainerFacts, ContainerStats, DockerClient } from '../../src/clients/docker.js';
import { NoContainerError } from '../../src/clients/docker.js';

/** A stream that a test fills, ends and breaks by hand. */
export class Feed<T> {
  readonly #items: T[] = [];
  #end: Error | true | undefined;
  #wake: () => void = () => undefined;

  push(item: T): void {
    this.#items.push(item);
    this.#wake();
  }

  end(error?: Error): void {
    this.#end = error ?? true;
    this.#wake();
  }

  async *read(signal: AbortSignal): AsyncGenerator<T> {
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    while (!signal.aborted) {
      const item = this.#items.shift();
      if (item !== undefined) yield item;
      else if (this.#end === true) return;
      else if (this.#end !== undefined) throw this.#end;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

/** An Engine with these containers, by their name. Its streams are the last that were asked for. */
export class FakeDocker implements DockerClient {
  readonly containers = new Map<string, ContainerFacts>();
  /** By container id. */
  readonly stat = new Map<string, Feed<ContainerStats>>();
  readonly asked: { statsOf: string[]; eventsSince: number[]; execs: string[][] } = { statsOf: [], eventsSince: [], execs: [] };
  event = new Feed<ContainerEvent>();
  /** What every call rejects with. */
  lost: Error | undefined;
  time = 1_000;
  isLocal = false;
  program: (argv: readonly string[]) => { exitCode: number; stdout?: string; stderr?: string } = () => ({ exitCode: 127 });

  add(facts: Partial<ContainerFacts> & { id: string; name: string }): void {
    this.containers.set(facts.name, {
      image: 'kindmap/fastapi:1',
      imageId: 'sha256:1',
      running: true,
      status: 'running',
      exitCode: 0,
      // None of this machine.
      pid: 0,
      startedAt: '2026-01-01T00:00:00.000000001Z',
      restartCount: 0,
      oomKilled: false,
      labels: {},
      env: {},
      tty: false,
      logDriver: 'json-file',
      addresses: [],
      ports: [],
      ...facts,
    });
  }

  async engine() {
    if (this.lost) throw this.lost;
    return { time: this.time, cores: 4, memory: 2 ** 30, version: '1', isLocal: this.isLocal };
  }

  async find() {
    return [...this.containers.values()];
  }

  async inspect(container: string) {
    if (this.lost) throw this.lost;
    const found = [...this.containers.values()].find(({ id, name }) => name === container || id === container);
    if (found === undefined) throw new NoContainerError(`there is no container ${container}`);
    return found;
  }

  async imageDigests(imageId: string) {
    return [`kindmap/fastapi@${imageId}`];
  }

  async *stats(container: string, signal: AbortSignal) {
    if (this.lost) throw this.lost;
    this.asked.statsOf.push(container);
    const feed = new Feed<ContainerStats>();
    this.stat.set(container, feed);
    yield* feed.read(signal);
  }

  async *events(since: number, signal: AbortSignal) {
    if (this.lost) throw this.lost;
    this.asked.eventsSince.push(since);
    this.event = new Feed();
    yield* this.event.read(signal);
  }

  async *logs(_: string, __: object, signal: AbortSignal): AsyncGenerator<never> {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }

  async exec(_: string, argv: readonly string[]) {
    if (this.lost) throw this.lost;
    this.asked.execs.push([...argv]);
    const { exitCode, stdout = '', stderr = '' } = this.program(argv);
    return { exitCode, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
  }

  close() {}
}
