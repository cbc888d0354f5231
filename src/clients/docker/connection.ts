import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import Docker from 'dockerode';
import { messageOf } from '../../errors.js';
import { linked, TooLate, within } from './deadline.js';
import { DockerError, NoContainerError } from './errors.js';
import type { EngineHost } from './host.js';
import { opaque } from './opaque.js';
import { SshAgent } from './ssh-agent.js';
import { pieces } from './stream.js';

/** dockerode's options. Its types leave out the agent, which its modem takes. */
type ModemOptions = Docker.DockerOptions & { agent?: http.Agent };
type Query = Record<string, unknown>;
type Modem = { dial(options: object, done: (error: unknown, answer: unknown) => void): void };

/** One Engine: calls with a deadline, streams that notice when it is lost, and errors that name it. */
export class Connection {
  readonly docker: Docker;
  private readonly agent: http.Agent;
  private readonly closing = new AbortController();

  constructor(
    readonly host: EngineHost,
    env: NodeJS.ProcessEnv,
    readonly deadlineMs: number,
  ) {
    this.agent = opaque(agentOf(host, env));
    // What is undefined here is so on purpose: dockerode would take it from DOCKER_HOST.
    const nowhere = { socketPath: undefined, host: undefined, port: undefined, ca: undefined, cert: undefined, key: undefined };
    this.docker = new Docker({ ...nowhere, ...reachedBy(host), agent: this.agent } as ModemOptions);
  }

  /** One exchange, over within the deadline. */
  async call<T>(signal: AbortSignal | undefined, work: (docker: Docker, signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await within(this.deadlineMs, [signal, this.closing.signal], (ending) => work(this.docker, opaque(ending)));
    } catch (error) {
      throw this.explained(error, signal);
    }
  }

  /** What the Engine answers at a path that dockerode asks without a signal. */
  get<T>(path: string, signal: AbortSignal | undefined): Promise<T> {
    return this.call(signal, (_, ending) => this.dial<T>(path, undefined, false, ending));
  }

  /**
   * A stream of the Engine's, until it ends or `signal` is aborted, which is no error. Where nothing comes for the length of a deadline
   * the Engine is asked whether it is there, or, of a stream that must not be silent (`talks`), taken for lost.
   */
  async *stream(path: string, query: Query, signal: AbortSignal, talks = false): AsyncGenerator<Buffer> {
    const open = (ending: AbortSignal): Promise<IncomingMessage> => this.dial<IncomingMessage>(`${path}?`, query, true, ending);
    yield* this.reading(open, signal, this.deadlineMs, async () => {
      if (talks) throw new TooLate(`no word for ${this.deadlineMs} ms`);
      await this.get('/_ping', signal);
    });
  }

  /** The pieces of what `open` opens. */
  async *reading(
    open: (ending: AbortSignal) => Promise<IncomingMessage>,
    signal: AbortSignal | undefined,
    silenceMs: number,
    onSilence: () => Promise<void>,
  ): AsyncGenerator<Buffer> {
    const { controller, unlink } = linked([signal, this.closing.signal]);
    try {
      const answer = await within(this.deadlineMs, [controller.signal], () => open(controller.signal));
      yield* pieces(answer, silenceMs, onSilence);
    } catch (error) {
      if (!signal?.aborted) throw this.explained(error, signal);
    } finally {
      unlink();
      controller.abort();
    }
  }

  close(): void {
    this.closing.abort(new DockerError(`Docker at ${this.host.shown}: this client is closed`));
    this.agent.destroy();
  }

  /** An error that names the Engine, in one line that says all that its cause does. The reason of the caller's own abort stays what it is. */
  explained(error: unknown, signal?: AbortSignal): unknown {
    if (error instanceof DockerError || error instanceof NoContainerError) return error;
    if (signal?.aborted && !isTimeout(signal.reason)) return signal.reason;
    const status = statusOf(error);
    const reason = isTimeout(error) ? 'no answer in time' : reasonOf(error, status);
    return new DockerError(`Docker at ${this.host.shown}: ${reason.replace(/\s+/g, ' ').trim()}`, status);
  }

  private dial<T>(path: string, query: Query | undefined, isStream: boolean, signal: AbortSignal): Promise<T> {
    const options = { path, method: 'GET', options: query, isStream, abortSignal: opaque(signal), statusCodes: { 200: true } };
    return new Promise((resolve, reject) => {
      const modem = this.docker.modem as Modem;
      modem.dial(options, (error, answer) => (error ? reject(error) : resolve(answer as T)));
    });
  }
}

/** The HTTP status of a refusal. */
export function statusOf(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : undefined;
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}

function reasonOf(error: unknown, status: number | undefined): string {
  // `(HTTP code 404) no such container - No such container: x`: what follows is the Engine's own word.
  if (status !== undefined) return messageOf(error).replace(/^\(HTTP code \d+\) .*? - /, '');
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
    case 'ENOENT':
      return 'there is no such socket; is Docker running here?';
    case 'EACCES':
      return 'permission denied: this user may not use the socket (is it in the group "docker"?)';
    case 'ECONNREFUSED':
      return 'connection refused; is Docker running there?';
    case 'ECONNRESET':
      return 'the connection was lost';
    default:
      return messageOf(error);
  }
}

function agentOf(host: EngineHost, env: NodeJS.ProcessEnv): http.Agent {
  if (host.kind === 'ssh') return new SshAgent(host, env);
  return host.kind === 'tcp' && host.tls ? new https.Agent({ keepAlive: true, ...host.tls }) : new http.Agent({ keepAlive: true });
}

function reachedBy(host: EngineHost): Docker.DockerOptions {
  if (host.kind === 'socket') return { socketPath: host.socketPath };
  // Through ssh the name and the port are nobody's: the agent's connections lead to the Engine.
  if (host.kind === 'ssh') return { protocol: 'http', host: 'docker', port: 80 };
  return { protocol: host.tls ? 'https' : 'http', host: host.hostname, port: host.port, ...host.tls };
}
