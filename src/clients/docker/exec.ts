import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, statusOf } from './connection.js';
import { DockerError } from './errors.js';
import { Demultiplexer } from './frames.js';

/** What a program in a container said, and how it ended. */
export interface ExecResult {
  exitCode: number;
  stdout: Buffer;
  stderr: Buffer;
}

export interface ExecOptions {
  env?: Record<string, string>;
  /** When to give up waiting; left out: the client's deadline. */
  signal?: AbortSignal;
}

/** More than any program says that is asked here, and little enough to be held. */
const MOST_BYTES = 64 * 1024 * 1024;
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** Runs a program in a container and waits for its end. */
export async function exec(connection: Connection, container: string, argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
  const ending = options.signal ?? AbortSignal.timeout(connection.deadlineMs);
  const order = {
    Cmd: [...argv],
    AttachStdout: true,
    AttachStderr: true,
    ...(options.env && { Env: Object.entries(options.env).map(([name, value]) => `${name}=${value}`) }),
  };
  const running = await connection.call(ending, (docker, abortSignal) => docker.getContainer(container).exec({ ...order, abortSignal }));
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  try {
    const start = (abortSignal: AbortSignal): Promise<IncomingMessage> =>
      running.start({ Detach: false, Tty: false, abortSignal }) as unknown as Promise<IncomingMessage>;
    await collect(
      connection.reading(start, ending, connection.deadlineMs, async () => undefined),
      output,
    );
  } catch (error) {
    const failed = startFailure(error);
    if (failed === undefined) throw error;
    return failed;
  }
  // An aborted stream only ends.
  if (ending.aborted) throw connection.explained(ending.reason, ending);
  const exitCode = await exitCodeOf(connection, running, ending);
  return { exitCode, stdout: Buffer.concat(output.stdout), stderr: Buffer.concat(output.stderr) };
}

async function collect(pieces: AsyncIterable<Buffer>, output: { stdout: Buffer[]; stderr: Buffer[] }): Promise<void> {
  const frames = new Demultiplexer(false);
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) throw new Error(`the program said more than ${MOST_BYTES} bytes`);
    for (const { stream, data } of frames.take(piece)) output[stream].push(data);
  }
}

/** Its output may end a moment before the Engine knows how it ended. */
async function exitCodeOf(
  connection: Connection,
  running: { inspect(options: { abortSignal: AbortSignal }): Promise<{ Running: boolean; ExitCode: number | null }> },
  ending: AbortSignal,
): Promise<number> {
  for (let pauseMs = 5; ; pauseMs = Math.min(2 * pauseMs, 200)) {
    const { Running, ExitCode } = await connection.call(ending, (_, abortSignal) => running.inspect({ abortSignal }));
    if (!Running && ExitCode !== null) return ExitCode;
    await sleep(pauseMs, undefined, { signal: ending });
  }
}

/** Some Engines refuse what others begin and end with 126 or 127: a program that is not there or cannot be run. */
function startFailure(error: unknown): ExecResult | undefined {
  if (!(error instanceof DockerError) || (error.status ?? statusOf(error)) !== 400) return undefined;
  if (!/OCI runtime exec failed|executable file not found/.test(error.message)) return undefined;
  const exitCode = /permission denied/.test(error.message) ? NOT_EXECUTABLE : NOT_FOUND;
  return { exitCode, stdout: Buffer.alloc(0), stderr: Buffer.from(error.message) };
}
