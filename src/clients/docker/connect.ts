import type { ContainerInfo, ContainerListOptions as ListOptions } from 'dockerode';
import type { ContainerEvent, ContainerFacts, ContainerStats, DockerClient, EngineFacts, LogChunk } from '../docker.js';
import { Connection, statusOf } from './connection.js';
import { type StatsMessage, statsOf } from './container-stats.js';
import { DockerError, NoContainerError } from './errors.js';
import { type ExecOptions, type ExecResult, exec } from './exec.js';
import { factsOf } from './facts.js';
import { Demultiplexer } from './frames.js';
import { engineHost } from './host.js';
import { runsHere } from './local.js';
import { unixSeconds } from './log-time.js';
import { jsonLines } from './stream.js';

export interface ConnectOptions {
  /** As DOCKER_HOST; left out: DOCKER_HOST, else the system's own socket. */
  host?: string;
  /** Folder with ca.pem, cert.pem and key.pem; left out: DOCKER_CERT_PATH where DOCKER_TLS_VERIFY is set. */
  certPath?: string;
  /** Left out: this process's. */
  env?: NodeJS.ProcessEnv;
  /** Milliseconds that one call may take, and that an Engine may be silent for; 5,000 when left out. */
  deadlineMs?: number;
}

const DEADLINE_MS = 5_000;
const SERVICE = 'com.docker.compose.service';

/**
 * A client of one Engine. It connects when it is first asked something.
 *
 * @throws UsageError for an address or certificates that cannot be used.
 */
export function connectDocker(options: ConnectOptions = {}): DockerClient {
  const env = options.env ?? process.env;
  return new EngineClient(new Connection(engineHost({ ...options, env }), env, options.deadlineMs ?? DEADLINE_MS));
}

class EngineClient implements DockerClient {
  /** Once a container was seen to run here, all do. */
  private local = false;

  constructor(private readonly connection: Connection) {}

  async engine(signal?: AbortSignal): Promise<EngineFacts> {
    const [info, isLocal] = await Promise.all([this.connection.get<EngineInfo>('/info', signal), this.isLocal(signal)]);
    return { time: Date.parse(info.SystemTime), cores: info.NCPU, memory: info.MemTotal, version: info.ServerVersion, isLocal };
  }

  async find(selector: { name?: string; service?: string; label?: string }, signal?: AbortSignal): Promise<ContainerFacts[]> {
    const label = [
      ...(selector.service === undefined ? [] : [`${SERVICE}=${selector.service}`]),
      ...(selector.label ? [selector.label] : []),
    ];
    const all = await this.list({ all: true, filters: { label } }, signal);
    const wanted = selector.name === undefined ? /^/ : namePattern(selector.name);
    const found = await Promise.all(all.filter((one) => wanted.test(nameOf(one))).map(({ Id }) => this.inspectIfThere(Id, signal)));
    return found.filter((facts) => facts !== undefined).sort((a, b) => BY_NAME.compare(a.name, b.name));
  }

  async inspect(container: string, signal?: AbortSignal): Promise<ContainerFacts> {
    return this.of(container, async () =>
      factsOf(await this.connection.call(signal, (docker, abortSignal) => docker.getContainer(container).inspect({ abortSignal }))),
    );
  }

  async imageDigests(imageId: string, signal?: AbortSignal): Promise<string[]> {
    const image = await this.connection.get<{ RepoDigests?: string[] | null }>(`/images/${imageId}/json`, signal);
    return image.RepoDigests ?? [];
  }

  async *stats(container: string, signal: AbortSignal): AsyncGenerator<ContainerStats> {
    const began = await this.startOf(container, signal);
    if (!began?.running) return;
    const answer = this.connection.stream(`/containers/${began.id}/stats`, { stream: true }, signal, true);
    let cpu = -1;
    for await (const message of this.namely(container, jsonLines<StatsMessage>(answer))) {
      const stats = statsOf(message);
      // Of a container that has stopped the Engine goes on to tell, with nothing in it; a counter that falls is another start's.
      if (stats === undefined ? cpu >= 0 || !(await this.runs(began.id, signal)) : stats.cpuTotal < cpu) return;
      if (stats === undefined) continue;
      cpu = stats.cpuTotal;
      yield stats;
    }
    await this.mustHaveStopped(began, signal);
  }

  async *events(since: number, signal: AbortSignal): AsyncGenerator<ContainerEvent> {
    const query = { since: (since / 1000).toFixed(3), filters: { type: ['container'] } };
    for await (const message of jsonLines<EventMessage>(this.connection.stream('/events', query, signal))) {
      // Each health check, and each look into a container, is three of them.
      if (message.Action.startsWith('exec_')) continue;
      yield eventOf(message);
    }
    if (!signal.aborted) throw this.lost('it ended the stream of events');
  }

  async *logs(
    container: string,
    options: { since: string; follow: boolean; tail?: number },
    signal: AbortSignal,
  ): AsyncGenerator<LogChunk> {
    const began = await this.startOf(container, signal);
    if (began === undefined) return;
    const { follow, tail } = options;
    const query = { stdout: 1, stderr: 1, timestamps: 1, follow: follow ? 1 : 0, since: unixSeconds(options.since), tail: tail ?? 'all' };
    const answer = this.namely(container, this.connection.stream(`/containers/${began.id}/logs`, query, signal));
    const frames = new Demultiplexer(true);
    for await (const piece of answer) {
      if (began.tty) yield { stream: 'stdout', data: piece };
      else yield* frames.take(piece);
    }
    if (!signal.aborted && !frames.complete) throw this.lost('a log was cut off in the middle of a line');
    if (follow) await this.mustHaveStopped(began, signal);
  }

  async exec(container: string, argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    return this.of(container, () => exec(this.connection, container, argv, options));
  }

  close(): void {
    this.connection.close();
  }

  private list(query: { all?: boolean; filters?: Record<string, string[]> }, signal?: AbortSignal) {
    return this.connection.call(signal, (docker, abortSignal) => docker.listContainers({ ...query, abortSignal } as ListOptions));
  }

  private async inspectIfThere(id: string, signal?: AbortSignal): Promise<ContainerFacts | undefined> {
    try {
      return await this.inspect(id, signal);
    } catch (error) {
      // Removed since it was listed.
      if (error instanceof NoContainerError) return undefined;
      throw error;
    }
  }

  private async isLocal(signal?: AbortSignal): Promise<boolean> {
    if (this.local) return true;
    if (this.connection.host.kind !== 'socket' || process.platform !== 'linux') return false;
    const running = await this.list({ filters: { status: ['running'] } }, signal);
    for (const { Id } of running) {
      const facts = await this.inspectIfThere(Id, signal);
      if (!facts?.running) continue;
      this.local = await runsHere(facts);
      break;
    }
    return this.local;
  }

  /** The container as a stream of it begins; undefined where the signal is aborted already or meanwhile. */
  private async startOf(container: string, signal: AbortSignal): Promise<ContainerFacts | undefined> {
    try {
      return await this.inspect(container, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  private async runs(id: string, signal: AbortSignal): Promise<boolean> {
    return (await this.inspectIfThere(id, signal))?.running === true;
  }

  /** After the end of a stream: an Engine that stops ends them all, and its containers may live on. */
  private async mustHaveStopped(began: ContainerFacts, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const now = await this.inspectIfThere(began.id, signal);
    if (now?.running && began.running && now.startedAt === began.startedAt)
      throw this.lost(`it ended a stream of ${began.name}, which runs`);
  }

  private lost(what: string): DockerError {
    return new DockerError(`Docker at ${this.connection.host.shown}: ${what}`);
  }

  private async of<T>(container: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.noContainer(container, error);
    }
  }

  private async *namely<T>(container: string, source: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* source;
    } catch (error) {
      throw this.noContainer(container, error);
    }
  }

  private noContainer(container: string, error: unknown): unknown {
    if (!(error instanceof DockerError) || (error.status ?? statusOf(error)) !== 404) return error;
    return new NoContainerError(`Docker at ${this.connection.host.shown}: there is no container ${container}`);
  }
}

interface EngineInfo {
  SystemTime: string;
  NCPU: number;
  MemTotal: number;
  ServerVersion: string;
}

interface EventMessage {
  Action: string;
  Actor: { ID: string; Attributes?: Record<string, string> };
  time: number;
  timeNano?: number;
}

function eventOf({ Action, Actor, time, timeNano }: EventMessage): ContainerEvent {
  const attributes = Actor.Attributes ?? {};
  return {
    time: timeNano === undefined ? time * 1000 : Math.floor(timeNano / 1e6),
    action: Action,
    id: Actor.ID,
    name: attributes.name ?? '',
    attributes,
  };
}

/** So that `-10` comes after `-2`. */
const BY_NAME = new Intl.Collator('en', { numeric: true });

/** A container has further names, with a second slash, where another is linked to it. */
function nameOf({ Names }: ContainerInfo): string {
  return Names.map((name) => name.slice(1)).find((name) => !name.includes('/')) ?? '';
}

/** `*` is any characters. */
function namePattern(name: string): RegExp {
  const literal = name.split('*').map((part) => part.replace(/[\\^$.|?*+(){}[\]]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`);
}
