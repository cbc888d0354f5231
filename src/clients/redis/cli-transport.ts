import { messageOf } from '../../errors.js';
import type { DockerClient } from '../docker.js';
import type { RedisAddress } from './address.js';
import { cliLine, MARK, parseOutput, splitOutput } from './cli-output.js';
import { secondsOf } from './client.js';
import { RedisReplyError, RedisUnreachableError, refusal } from './errors.js';
import { type Command, closedError, type Reply, type Transport, within } from './transport.js';

export interface CliOptions {
  docker: Pick<DockerClient, 'exec'>;
  /** The container in which there are redis-cli and sh. */
  container: string;
  deadlineMs: number;
  /** PEM file of the authorities, within the container. */
  caFile?: string;
}

/**
 * The commands come through the environment and the pipe, so that one exec serves many of them over one connection of redis-cli.
 * A redis-cli whose Redis does not answer must not stay behind in the container: where there is `timeout`, that ends it.
 */
const SCRIPT =
  'n=$1; shift; if command -v timeout >/dev/null 2>&1; then set -- timeout "$n" redis-cli "$@"; else set -- redis-cli "$@"; fi; ' +
  'printf "%s\\n" "$LOADWITNESS_COMMANDS" | "$@"';

/** One variable of the environment can hold 128 KiB on Linux. */
const MAX_SCRIPT_LENGTH = 96 * 1024;

/** Commands that are to be sent together. */
interface Job {
  commands: readonly Command[];
  lines: string;
  /** Its caller has been told that it failed: it must not be sent any more. */
  isOver: boolean;
  resolve(replies: Reply[]): void;
  reject(error: Error): void;
}

/**
 * Runs `redis-cli` in a container. Calls that are made at the same time, and those that are made while another exec runs, share one exec.
 * Round trips are those between redis-cli and Redis, told apart by Redis' own clock: what Docker takes is not in them.
 */
export function cliTransport(address: RedisAddress, { docker, container, deadlineMs, caFile }: CliOptions): Transport {
  const shown = `redis-cli in ${container}`;
  const argv = ['sh', '-c', SCRIPT, 'sh', String(Math.ceil(deadlineMs / 1000)), ...cliArguments(address, caFile)];
  const ending = new AbortController();
  const waiting: Job[] = [];
  let isRunning = false;

  const silence = () => new RedisUnreachableError(`${shown}: no reply within ${deadlineMs} ms`, true);

  function send(commands: readonly Command[]): Promise<Reply[]> {
    if (ending.signal.aborted) return Promise.reject(new RedisUnreachableError(`${shown}: ${closedError().message}`, false));
    const lines = commands.map((command) => `${cliLine(command)}\n${MARK.line}\n`).join('');
    const job: Job = { commands, lines, isOver: false, resolve: noop, reject: noop };
    const done = new Promise<Reply[]>((resolve, reject) => {
      Object.assign(job, { resolve, reject });
    });
    waiting.push(job);
    if (!isRunning) void drain();
    return within(deadlineMs, done, () => {
      job.isOver = true;
      return silence();
    });
  }

  async function drain(): Promise<void> {
    isRunning = true;
    // Lets everything in that is asked at the same moment.
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    for (let jobs = next(); jobs.length > 0; jobs = next()) await run(jobs);
    isRunning = false;
  }

  function next(): Job[] {
    const jobs: Job[] = [];
    let length = 0;
    for (let job = waiting[0]; job !== undefined; job = waiting[0]) {
      length += job.lines.length;
      if (jobs.length > 0 && length > MAX_SCRIPT_LENGTH) break;
      waiting.shift();
      if (!job.isOver) jobs.push(job);
    }
    return jobs;
  }

  async function run(jobs: readonly Job[]): Promise<void> {
    try {
      const replies = await execute(jobs);
      for (const { commands, resolve, reject } of jobs) {
        const own = replies.splice(0, commands.length);
        const missing = own.find((reply) => reply instanceof RedisUnreachableError);
        if (missing !== undefined) reject(missing);
        else resolve(own.filter((reply) => !(reply instanceof RedisUnreachableError)));
      }
    } catch (error) {
      const told = error instanceof RedisUnreachableError ? error : new RedisUnreachableError(`${shown}: ${messageOf(error)}`, false);
      for (const { reject } of jobs) reject(told);
    }
  }

  /** The reply to each command of these jobs, or why it has none. */
  async function execute(jobs: readonly Job[]): Promise<(Reply | RedisUnreachableError)[]> {
    const env = {
      LOADWITNESS_COMMANDS: jobs.map(({ lines }) => lines).join(''),
      ...(address.password !== undefined && { REDISCLI_AUTH: address.password }),
    };
    const late = new AbortController();
    const work = docker.exec(container, argv, { env, signal: AbortSignal.any([ending.signal, late.signal]) });
    const { exitCode, stdout, stderr } = await within(deadlineMs, work, () => {
      late.abort();
      return silence();
    });
    const chunks = splitOutput(stdout.toString());
    const said = stderr.toString().trim().split('\n')[0] ?? '';
    if (chunks.length === 0) throw withoutOutput(exitCode, said || stdout.toString().trim());
    return jobs
      .flatMap(({ commands }) => commands)
      .map((command, at) => {
        const reply = parseOutput(command, chunks[at] ?? '', shown);
        if (reply === undefined || (reply === '' && said !== '')) return missing(said);
        // Redis says NOAUTH to what follows a refused password.
        return reply instanceof RedisReplyError && /AUTH failed/.test(said) && reply.message.includes('NOAUTH')
          ? refusal(shown, 'WRONGPASS')
          : reply;
      });
  }

  function withoutOutput(exitCode: number, said: string): RedisUnreachableError {
    // 124 is what `timeout` says, 143 what the shell says of a program that SIGTERM ended.
    if (exitCode === 124 || exitCode === 143) return silence();
    return new RedisUnreachableError(`${shown}: ended with ${exitCode}${said === '' ? '' : ` (${said})`}`, false);
  }

  function missing(said: string): RedisUnreachableError {
    return said === '' ? silence() : new RedisUnreachableError(`${shown}: ${said}`, false);
  }

  return {
    send,
    async roundTrip() {
      const [first, second] = await send([['TIME'], ['TIME']]);
      for (const reply of [first, second]) if (reply instanceof RedisReplyError) throw reply;
      return secondsOf(second ?? null) - secondsOf(first ?? null);
    },
    async close() {
      ending.abort(closedError());
      for (const { reject } of waiting.splice(0)) reject(closedError());
    },
  };
}

function cliArguments({ host, port, username, db, tls }: RedisAddress, caFile: string | undefined): string[] {
  return [
    ...['-h', host, '-p', String(port)],
    ...(db === undefined ? [] : ['-n', String(db)]),
    ...(username === undefined ? [] : ['--user', username]),
    ...(tls ? ['--tls', ...(caFile === undefined ? [] : ['--cacert', caFile])] : []),
    '--no-raw',
  ];
}

function noop(): void {
  // Until the promise gives its own.
}
